//! Requests over TLS, with HTTP/1.1 or HTTP/2.

use http::header::{CONTENT_LENGTH, HOST};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Request, Response, Uri, Version};
use http_body::Body as _;

use crate::hyper::lane::{Lane, Placed, Want};
use crate::hyper::{HyperExecutor, Interrupted, http2, request};
use crate::{Body, Hint, SendMark, TransportError, TransportErrorKind};

/// The HTTP/2 connections of an executor.
pub(super) struct Lanes {
    short: Lane,
    long: Lane,
    /// `None` for an address without TLS.
    authority: Option<Authority>,
}

impl Lanes {
    pub(super) fn new(authority: Option<Authority>) -> Self {
        Self { short: Lane::short(), long: Lane::long(), authority }
    }
}

impl HyperExecutor {
    pub(super) async fn execute_https(
        &self,
        mut request: Box<Request<Body>>,
    ) -> Result<Response<Body>, TransportError> {
        self.prepare(&mut request)?;
        let generation = self.connector.refresh().await;
        // Repeats at most once, unless the server changes its protocol again.
        for _ in 0..3 {
            if self.connector.is_http1() {
                // Boxed, so that a call over HTTP/2 does not contain its state.
                match Box::pin(self.execute_http1(request, generation)).await {
                    Ok(response) => return Ok(response),
                    Err(Interrupted::Failed(error)) => return Err(error),
                    Err(Interrupted::Http2(returned)) => request = returned,
                }
                continue;
            }
            match self.execute_http2(request, generation).await? {
                Executed::Response(response) => return Ok(response),
                Executed::Http1(returned) => request = returned,
            }
        }
        Err(TransportError::unsent(TransportErrorKind::Protocol, "server keeps changing its protocol"))
    }

    async fn execute_http2(
        &self,
        request: Box<Request<Body>>,
        generation: u64,
    ) -> Result<Executed, TransportError> {
        let hint = request.extensions().get::<Hint>().copied();
        let held = match hint {
            Some(Hint::LongPoll { held }) => Some(held),
            _ => None,
        };
        let want = Want { held, is_fresh: hint == Some(Hint::FreshConnection), generation };
        let lane = if held.is_some() { &self.lanes.long } else { &self.lanes.short };
        let mark = request.extensions().get::<SendMark>().cloned();
        let (head, mut body) = request.into_parts();
        let mut is_again = false;
        loop {
            let slot = match lane.place(&self.connector, want).await? {
                Placed::Http2(slot) => slot,
                Placed::Http1(None) => return Ok(Executed::http1(head, body)),
                Placed::Http1(Some(connection)) => {
                    let mut request = Box::new(Request::from_parts(head, body));
                    self.prepare_http1(&mut request);
                    let demand = request::demand(&request, generation);
                    let (_, place) = self.idle.take(demand);
                    let exchange = Box::pin(self.exchange_first(connection, request, place));
                    return exchange.await.map(Executed::Response);
                }
            };
            let connection = std::sync::Arc::clone(slot.connection());
            let request = self.http2_head(&head, &body)?;
            match http2::exchange(slot, request, &mut body, mark.as_ref()).await {
                Ok(response) => return Ok(Executed::Response(response)),
                Err(http2::Failed::Unsent(_)) if !is_again => {
                    // The connection is being closed, or the server refused the stream.
                    is_again = true;
                    connection.retire();
                }
                Err(http2::Failed::Unsent(error) | http2::Failed::Broken(error)) => return Err(error),
            }
        }
    }

    /// Returns the head of a request over HTTP/2.
    fn http2_head(&self, head: &http::request::Parts, body: &Body) -> Result<Request<()>, TransportError> {
        let invalid = |error| TransportError::unsent(TransportErrorKind::Request, error);
        let mut request = Request::new(());
        *request.method_mut() = head.method.clone();
        *request.version_mut() = Version::HTTP_2;
        let mut uri = http::uri::Parts::default();
        uri.scheme = Some(Scheme::HTTPS);
        uri.authority.clone_from(&self.lanes.authority);
        uri.path_and_query =
            Some(head.uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/")));
        *request.uri_mut() = Uri::from_parts(uri).map_err(invalid)?;
        let headers = request.headers_mut();
        headers.clone_from(&head.headers);
        headers.remove(HOST);
        if let Some(length) = body.size_hint().exact()
            && length > 0
        {
            headers.insert(CONTENT_LENGTH, length.into());
        }
        Ok(request)
    }
}

/// Result of a request while the protocol of the server is unknown or HTTP/2.
enum Executed {
    Response(Response<Body>),
    /// The server supports only HTTP/1.1.
    Http1(Box<Request<Body>>),
}

impl Executed {
    fn http1(head: http::request::Parts, body: Body) -> Self {
        Self::Http1(Box::new(Request::from_parts(head, body)))
    }
}
