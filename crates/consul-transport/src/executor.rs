//! The trait that sends HTTP requests.

use async_trait::async_trait;

use crate::{Address, Body, TransportError};

/// Sends HTTP requests to one agent and returns the responses.
///
/// A request arrives in origin form (`/v1/kv/foo?raw`), without a `Host` header. The executor adds the address, the
/// protocol and the authentication of the connection. It changes nothing else. In particular it sends the path byte for
/// byte, because collapsing `..` or unescaping `%2F` would name another key.
///
/// Implementations guarantee the following, and the functions of `conformance` (a feature) check it:
///
/// - The future resolves when the head of the response has arrived. The body follows while it is read.
/// - Every status is `Ok`. Redirects are not followed; the response of a redirect is returned like any other.
/// - Dropping the future, or the body of the response, ends the exchange. Nothing continues in the background.
/// - A request is written at most once, unless the server has certainly not received any of the earlier attempt.
/// - A body of known length is sent with a `Content-Length`, an empty one of a `PUT` with 0.
/// - A request without `Accept-Encoding` asks for `identity`, and a body is never decoded.
/// - A response keeps the version and the headers that arrived, including `Content-Length` and `Transfer-Encoding`.
///   They show if the end of a body is marked. A body that only ends with the connection may be truncated, and this
///   cannot be detected otherwise.
/// - A body that ends before its length or its last chunk is an error.
/// - An error reports whether the request was [certainly not sent](TransportError::is_unsent).
/// - A [`SendMark`](crate::SendMark) in the request's extensions is never `NotSent` after the server may have
///   received the request. An executor can ignore marks.
/// - The extensions may contain a [`Hint`](crate::Hint) and the mark [`Idempotent`](crate::Idempotent). An executor may
///   ignore both.
///
/// The trait is object-safe, and a client holds an `Arc<dyn Executor>`. Implementations use the crate `async-trait`. An
/// executor can wrap another:
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use async_trait::async_trait;
/// use consul_transport::{Body, Executor, TransportError};
///
/// #[derive(Debug)]
/// struct Counted {
///     inner: Arc<dyn Executor>,
///     requests: AtomicU64,
/// }
///
/// #[async_trait]
/// impl Executor for Counted {
///     async fn execute(&self, request: http::Request<Body>) -> Result<http::Response<Body>, TransportError> {
///         self.requests.fetch_add(1, Ordering::Relaxed);
///         self.inner.execute(request).await
///     }
/// }
/// ```
#[async_trait]
pub trait Executor: std::fmt::Debug + Send + Sync + 'static {
    /// Sends `request` and returns the response with a body that has not been read.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no response: the connection failed or was closed, the response is not valid HTTP,
    /// or the executor does not support the request.
    async fn execute(&self, request: http::Request<Body>) -> Result<http::Response<Body>, TransportError>;

    /// Returns the address of the agent, for error messages, or `None` if the executor has none.
    ///
    /// The default implementation returns `None`.
    fn address(&self) -> Option<&Address> {
        None
    }

    /// Returns the maximum number of concurrent long polls of this executor, or `None` if it has no limit.
    ///
    /// A caller with more long polls must let them share this limit. The default implementation returns `None`.
    fn max_long_polls(&self) -> Option<usize> {
        None
    }
}
