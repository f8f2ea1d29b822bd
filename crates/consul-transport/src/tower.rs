//! An executor on a service of the crate `tower`.

use std::error::Error as StdError;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use async_trait::async_trait;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tower_service::Service;

use crate::{Body, Executor, TransportError, TransportErrorKind};

/// An [`Executor`] on any `tower` service for HTTP requests, for example one with middleware.
///
/// The service gets requests in origin form without a `Host` header and must meet the contract of [`Executor`]; check it
/// with the module `conformance`. The executor adds nothing to a request except for `Accept-Encoding: identity`.
///
/// Each call uses a clone of the service. Errors of the service have the kind [`Other`](TransportErrorKind::Other), and
/// whether the server has seen the request is unknown, unless the error is a [`TransportError`]. Those are returned
/// unchanged.
///
/// ```
/// use std::convert::Infallible;
///
/// use bytes::Bytes;
/// use consul_transport::{Body, Executor, TowerExecutor};
/// use http_body_util::Full;
///
/// # #[derive(Clone)]
/// # struct Double;
/// # impl tower_service::Service<http::Request<Body>> for Double {
/// #     type Response = http::Response<Full<Bytes>>;
/// #     type Error = Infallible;
/// #     type Future = std::future::Ready<Result<Self::Response, Infallible>>;
/// #     fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Infallible>> {
/// #         std::task::Poll::Ready(Ok(()))
/// #     }
/// #     fn call(&mut self, _: http::Request<Body>) -> Self::Future {
/// #         std::future::ready(Ok(http::Response::new(Full::new(Bytes::from_static(b"\"127.0.0.1:8300\"")))))
/// #     }
/// # }
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let executor = TowerExecutor::new(Double);
/// let request = http::Request::get("/v1/status/leader").body(Body::empty())?;
/// let response = executor.execute(request).await?;
/// assert_eq!(response.into_body().collect(100).await?, "\"127.0.0.1:8300\"");
/// # Ok(())
/// # }
/// ```
pub struct TowerExecutor<S> {
    // Locked only to clone it, so that services need not be `Sync`.
    service: Mutex<S>,
}

impl<S> TowerExecutor<S> {
    /// Creates an executor on `service`.
    pub fn new(service: S) -> Self {
        Self { service: Mutex::new(service) }
    }
}

#[async_trait]
impl<S, B> Executor for TowerExecutor<S>
where
    S: Service<http::Request<Body>, Response = http::Response<B>> + Clone + Send + 'static,
    S::Error: Into<Box<dyn StdError + Send + Sync>>,
    S::Future: Send,
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    async fn execute(
        &self,
        mut request: http::Request<Body>,
    ) -> Result<http::Response<Body>, TransportError> {
        let identity = http::HeaderValue::from_static("identity");
        request.headers_mut().entry(http::header::ACCEPT_ENCODING).or_insert(identity);
        let mut service = self.service.lock().unwrap_or_else(PoisonError::into_inner).clone();
        poll_fn(|cx| service.poll_ready(cx)).await.map_err(convert)?;
        let response = service.call(request).await.map_err(convert)?;
        Ok(response.map(|body| Body::stream(Converted(Box::pin(body)))))
    }
}

fn convert(error: impl Into<Box<dyn StdError + Send + Sync>>) -> TransportError {
    match error.into().downcast::<TransportError>() {
        Ok(error) => *error,
        Err(error) => TransportError::new(TransportErrorKind::Other, error),
    }
}

/// The body of a service's response.
struct Converted<B>(Pin<Box<B>>);

impl<B> HttpBody for Converted<B>
where
    B: HttpBody<Data = Bytes>,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        self.0.as_mut().poll_frame(cx).map(|frame| frame.map(|frame| frame.map_err(convert)))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl<S> fmt::Debug for TowerExecutor<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TowerExecutor").field("service", &std::any::type_name::<S>()).finish()
    }
}
