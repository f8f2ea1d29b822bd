//! The error of an executor.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use crate::bounded::Bounded;

type Source = Box<dyn StdError + Send + Sync>;

/// Error returned if there is no response, or only a part of it.
///
/// [`kind`](Self::kind) returns the reason, and [`is_unsent`](Self::is_unsent) returns `true` if the request can
/// safely be sent again.
#[derive(Clone)]
pub struct TransportError {
    kind: TransportErrorKind,
    unsent: bool,
    // Shared, because all callers that wait for one connection get the error of the attempt.
    source: Arc<dyn StdError + Send + Sync>,
}

/// The kind of a [`TransportError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection was established: refused, unreachable, the name was not resolved, or a timeout.
    Connect,
    /// The server closed a new connection before the request was sent. Servers at their connection limit do this.
    Rejected,
    /// No TLS connection was established, for example because a certificate is invalid. A retry does not help.
    Tls,
    /// The connection was closed before the response was complete.
    Closed,
    /// The response is not valid HTTP, or its head is too large.
    Protocol,
    /// The body is larger than the reader's limit.
    BodyTooLarge,
    /// This executor does not support the request.
    Request,
    /// Another error of the executor.
    Other,
}

impl TransportError {
    /// Creates an error for a request that the server may have received.
    #[must_use]
    pub fn new(kind: TransportErrorKind, source: impl Into<Source>) -> Self {
        Self { kind, unsent: false, source: Arc::from(source.into()) }
    }

    /// Creates an error for a request that the server has certainly not received. Sending the request again is safe,
    /// even if it is a write.
    #[must_use]
    pub fn unsent(kind: TransportErrorKind, source: impl Into<Source>) -> Self {
        Self { kind, unsent: true, source: Arc::from(source.into()) }
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Returns `true` if the server has certainly not received the request. Returns `false` if this is not known.
    #[must_use]
    pub fn is_unsent(&self) -> bool {
        self.unsent
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            TransportErrorKind::Connect => "failed to connect",
            TransportErrorKind::Rejected => "server rejected the connection",
            TransportErrorKind::Tls => "failed to establish a TLS connection",
            TransportErrorKind::Closed => "connection closed before the response was complete",
            TransportErrorKind::Protocol => "response is not valid HTTP",
            TransportErrorKind::BodyTooLarge => "body exceeds the size limit",
            TransportErrorKind::Request => "executor does not support this request",
            TransportErrorKind::Other => "transport failed",
        })
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportError")
            .field("kind", &self.kind)
            .field("unsent", &self.unsent)
            .field("source", &Bounded::message(Chain(&*self.source)))
            .finish()
    }
}

/// An error and its sources, as one text.
struct Chain<'a>(&'a (dyn StdError + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        self.0.source().map_or(Ok(()), |source| write!(f, ": {}", Chain(source)))
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}
