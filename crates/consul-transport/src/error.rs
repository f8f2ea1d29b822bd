//! Why there is no answer.

use std::error::Error as StdError;
use std::fmt;

type Source = Box<dyn StdError + Send + Sync>;

/// No answer, or not all of it.
///
/// Two questions decide what a caller may do next: what went wrong ([`kind`](Self::kind)), and whether the server can
/// have seen the request ([`is_unsent`](Self::is_unsent)).
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    unsent: bool,
    source: Option<Source>,
}

/// What went wrong on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection: refused, unreachable, name not resolved, or not established in time.
    Connect,
    /// The connection broke before the answer was complete.
    Closed,
    /// What came back is not HTTP.
    Protocol,
    /// The body is larger than the reader's limit.
    BodyTooLarge,
    /// This executor cannot carry the request.
    Request,
    /// Anything else that an executor meets.
    Other,
}

impl TransportError {
    /// An error after which the server may have seen the request.
    #[must_use]
    pub fn new(kind: TransportErrorKind, source: impl Into<Source>) -> Self {
        Self { kind, unsent: false, source: Some(source.into()) }
    }

    /// An error of which it is certain that the server saw nothing of the request: it may be sent again without a
    /// thought, also when it is a write.
    #[must_use]
    pub fn unsent(kind: TransportErrorKind, source: impl Into<Source>) -> Self {
        Self { kind, unsent: true, source: Some(source.into()) }
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Whether the server certainly saw nothing of the request. `false` means unknown.
    #[must_use]
    pub fn is_unsent(&self) -> bool {
        self.unsent
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            TransportErrorKind::Connect => "cannot connect",
            TransportErrorKind::Closed => "connection broke before the answer was complete",
            TransportErrorKind::Protocol => "answer is not valid HTTP",
            TransportErrorKind::BodyTooLarge => "body is larger than the limit",
            TransportErrorKind::Request => "request cannot be carried by this executor",
            TransportErrorKind::Other => "transport failed",
        })
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
