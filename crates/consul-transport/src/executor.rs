//! The one trait that moves an HTTP message.

use async_trait::async_trait;

use crate::{Body, TransportError};

/// Sends an HTTP request to the agent it is bound to and returns the answer.
///
/// A request arrives in origin form (`/v1/kv/foo?raw`), without a `Host` header: where the agent listens, what
/// protocol it speaks and how a connection is authenticated are the executor's own. Everything else is left as it is;
/// in particular the path is sent byte for byte, because collapsing `..` or unescaping `%2F` would name another key.
///
/// What an implementation promises, and the functions of `conformance` (a feature) check:
///
/// - The future resolves when the head of the answer is there. The body follows as it is read.
/// - Every status is `Ok`. Redirects are not followed: the answer of a redirect is handed back like any other.
/// - Dropping the future, or the body of the answer, abandons the exchange: nothing of it goes on in the background.
/// - A request is written at most once, unless it is certain that the server saw none of the earlier attempt.
/// - A body whose length is known is sent with a `Content-Length`, an empty one of a `PUT` with 0.
/// - An error reports whether the request was [certainly not sent](TransportError::is_unsent).
/// - A [`SendMark`](crate::SendMark) in the request's extensions is never `NotSent` once the server may have seen the
///   request. An executor that ignores marks is safe.
/// - The extensions may contain a [`Hint`](crate::Hint) and the mark [`Idempotent`](crate::Idempotent). An executor may
///   ignore both.
///
/// The trait is object-safe; a client holds an `Arc<dyn Executor>`. Implementations are written with the crate
/// `async-trait`. One can wrap another:
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
    /// Sends `request` and resolves to the head of the answer, with its body still to be read.
    ///
    /// # Errors
    ///
    /// Where no answer arrived: the connection was refused or broke, or what came back was not HTTP.
    async fn execute(&self, request: http::Request<Body>) -> Result<http::Response<Body>, TransportError>;
}
