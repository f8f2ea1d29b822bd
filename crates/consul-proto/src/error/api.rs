//! Refusals and failures that a server reports.

use std::fmt;

use http::{StatusCode, header};

use crate::error::classify::classify;
use crate::response::Head;

/// A refusal or failure that the server reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError(Box<Report>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Report {
    status: StatusCode,
    kind: ApiErrorKind,
    message: String,
    location: Option<String>,
}

/// What a server's refusal or failure means, the same on every version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ApiErrorKind {
    /// What was named does not exist.
    NotFound,
    /// The agent has no check of this id, or none that takes reports, which older agents do not tell apart. It may have
    /// been restarted and forgotten it; registering the check once more helps in either case.
    UnknownCheck,
    /// The agent has no service of this id; it may have been restarted and forgotten it.
    UnknownService,
    /// The session does not exist, or no longer.
    UnknownSession,
    /// The node is not in the catalog.
    UnknownNode,
    /// There is no way to this datacenter.
    UnknownDatacenter,
    /// The server does not have this operation: too old, too new, or not Consul at all.
    UnknownRoute,
    /// The token may not do this.
    PermissionDenied,
    /// The token does not exist.
    UnknownToken,
    /// The server runs without ACLs.
    AclDisabled,
    /// The operation or a parameter belongs to Consul Enterprise.
    EnterpriseOnly,
    /// This server does not take this key in a path; a [transaction](crate::txn) carries it on every server.
    KeyRefused,
    /// The body, a value or the number of operations is above the server's limit.
    TooLarge,
    /// The caller's mistake, whatever the status.
    InvalidRequest,
    /// The server points elsewhere, which is never followed.
    Redirect,
    /// The cluster has no leader; nothing was done.
    NoLeader,
    /// The server cannot be of use right now; a write may have been carried out.
    Unavailable,
    /// Too many requests; nothing was done.
    RateLimited,
    /// Too many connections from this address; nothing was done.
    TooManyConnections,
    /// The server failed in a way that is not known here; a write may have been carried out.
    Internal,
    /// A status that the operation does not answer with.
    UnexpectedStatus,
}

/// Bytes of a message that are kept.
const MAX_MESSAGE: usize = 4096;

impl ApiError {
    pub(crate) fn from_response(head: &Head, path: &str, body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(&body[..body.len().min(MAX_MESSAGE)]);
        let message = text.trim();
        let kind = classify(head.status, path, message);
        let location = head.headers.get(header::LOCATION);
        Self(Box::new(Report {
            status: head.status,
            kind,
            message: message.to_owned(),
            location: location.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
        }))
    }

    /// Replaces texts that came from the server, if `map` returns another one.
    #[must_use]
    pub(crate) fn map_texts(mut self, map: &dyn Fn(&str) -> Option<String>) -> Self {
        let Report { message, location, .. } = &mut *self.0;
        for text in std::iter::once(message).chain(location) {
            if let Some(mapped) = map(text) {
                *text = mapped;
            }
        }
        self
    }

    /// Returns the error of a response without any result because ACLs filtered all of them.
    pub(crate) fn filtered_by_acls() -> Self {
        Self(Box::new(Report {
            status: StatusCode::OK,
            kind: ApiErrorKind::PermissionDenied,
            message: "the token may not read any of the results".to_owned(),
            location: None,
        }))
    }

    /// Status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// What it means.
    #[must_use]
    pub fn kind(&self) -> ApiErrorKind {
        self.0.kind
    }

    /// The server's own words, trimmed and cut at 4 KiB. Empty where it gave none.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Where a [redirect](ApiErrorKind::Redirect) points to.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.0.location.as_deref()
    }
}

impl ApiErrorKind {
    /// Whether the same request may succeed later, without anybody changing it.
    #[must_use]
    pub fn is_transient(self) -> bool {
        matches!(
            self,
            Self::NoLeader
                | Self::Unavailable
                | Self::RateLimited
                | Self::TooManyConnections
                | Self::Internal
        )
    }

    /// Whether a write that was answered so has certainly not been carried out, and never will be.
    #[must_use]
    pub fn is_not_executed(self) -> bool {
        !matches!(self, Self::Unavailable | Self::Internal | Self::UnexpectedStatus)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { status, kind, message, location } = &*self.0;
        write!(f, "{kind} (status {})", status.as_u16())?;
        if let Some(location) = location {
            write!(f, ", to {location:?}")?;
        }
        // Some of the server's texts have several lines.
        if message.is_empty() { Ok(()) } else { write!(f, ": {}", message.escape_debug()) }
    }
}

impl std::error::Error for ApiError {}

impl fmt::Display for ApiErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "not found",
            Self::UnknownCheck => "agent does not know the check",
            Self::UnknownService => "agent does not know the service",
            Self::UnknownSession => "session does not exist",
            Self::UnknownNode => "node is not in the catalog",
            Self::UnknownDatacenter => "no path to the datacenter",
            Self::UnknownRoute => "server does not have this operation",
            Self::PermissionDenied => "permission denied",
            Self::UnknownToken => "token does not exist",
            Self::AclDisabled => "ACL support is disabled",
            Self::EnterpriseOnly => "only in Consul Enterprise",
            Self::KeyRefused => "server does not take this key in a path, use a transaction",
            Self::TooLarge => "too large",
            Self::InvalidRequest => "invalid request",
            Self::Redirect => "unexpected redirect",
            Self::NoLeader => "no cluster leader",
            Self::Unavailable => "temporarily unavailable",
            Self::RateLimited => "rate limit exceeded",
            Self::TooManyConnections => "too many connections",
            Self::Internal => "server error",
            Self::UnexpectedStatus => "unexpected status",
        })
    }
}
