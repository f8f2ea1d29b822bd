//! The kinds of errors.

use std::fmt;

use consul_proto::ApiErrorKind;
use consul_transport::TransportErrorKind;

/// The kind of an [`Error`](crate::Error).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting of the client is invalid. No request was sent.
    Config,
    /// The token source returned no token. The request was not sent.
    Token,
    /// The request is invalid or too large to send, and was not sent.
    Request,
    /// No connection could be established. The request was not sent.
    Connect,
    /// There was no complete response before the deadline.
    Timeout,
    /// There was no complete response for another reason, such as a closed connection.
    Transport(TransportErrorKind),
    /// The server reports an error.
    Api(ApiErrorKind),
    /// The response is unexpected for the operation, or not from Consul.
    UnexpectedResponse,
    /// A value cannot be decoded as the requested type.
    Decode,
    /// The object has another use, such as a key that is not a lock.
    Conflict,
    /// The lease was lost, such as that of a lock.
    Lost,
    /// The client or the recipe was closed.
    Closed,
}

impl ErrorKind {
    /// Returns a name for metrics and logs, such as `timeout` or `no_leader`. It does not change between versions.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Token => "token",
            Self::Request => "request",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Transport(kind) => match kind {
                TransportErrorKind::Connect | TransportErrorKind::Rejected => "connect",
                TransportErrorKind::Tls => "tls",
                TransportErrorKind::Closed => "connection_closed",
                TransportErrorKind::Protocol => "protocol",
                TransportErrorKind::BodyTooLarge => "body_too_large",
                TransportErrorKind::Request => "unsupported_request",
                _ => "transport",
            },
            Self::Api(kind) => kind.as_str(),
            Self::UnexpectedResponse => "unexpected_response",
            Self::Decode => "decode",
            Self::Conflict => "conflict",
            Self::Lost => "lost",
            Self::Closed => "closed",
        }
    }
}

/// Writes the same name as [`as_str`](ErrorKind::as_str).
impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
