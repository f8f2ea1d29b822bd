//! The kinds of errors from Consul.

use std::fmt;

/// The kind of an error from Consul. It is the same for every version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ApiErrorKind {
    /// The object does not exist.
    NotFound,
    /// The agent has no check with this ID, or the check does not accept reports. Older agents do not distinguish the
    /// two. The agent may have restarted without its data. Register the check again.
    UnknownCheck,
    /// The agent has no service with this ID. It may have restarted without its data.
    UnknownService,
    /// The session does not exist, or has ended.
    UnknownSession,
    /// The node is not in the catalog.
    UnknownNode,
    /// There is no path to this datacenter.
    UnknownDatacenter,
    /// The server does not support this operation: it is too old or too new.
    UnknownRoute,
    /// The token does not allow the operation.
    PermissionDenied,
    /// The token does not exist.
    UnknownToken,
    /// ACLs are disabled on the server.
    AclDisabled,
    /// The operation or a parameter requires Consul Enterprise.
    EnterpriseOnly,
    /// This server does not accept this key in a path. A [transaction](crate::txn) works on every server.
    KeyRefused,
    /// The body, a value or the number of operations is above the server's limit.
    TooLarge,
    /// The request is invalid, whatever the status.
    InvalidRequest,
    /// The response is a redirect. The client never follows redirects.
    Redirect,
    /// The cluster has no leader. The operation was not executed.
    NoLeader,
    /// The server is temporarily unavailable. A write may have been executed.
    Unavailable,
    /// A node or one of its checks is not ready, and the operation was not executed. This happens for some seconds
    /// after an agent has started, or has rejoined its cluster.
    NotReady,
    /// Too many requests. The operation was not executed.
    RateLimited,
    /// Too many connections from this address. The operation was not executed.
    TooManyConnections,
    /// A server error that this version does not know. A write may have been executed.
    Internal,
    /// The operation does not return this status.
    UnexpectedStatus,
}

impl ApiErrorKind {
    /// Returns `true` if the same request may succeed later.
    #[must_use]
    pub fn is_transient(self) -> bool {
        matches!(
            self,
            Self::NoLeader
                | Self::Unavailable
                | Self::NotReady
                | Self::RateLimited
                | Self::TooManyConnections
                | Self::Internal
        )
    }

    /// Returns `true` if a write with this error was certainly not executed, and never will be.
    #[must_use]
    pub fn is_not_executed(self) -> bool {
        !matches!(self, Self::Unavailable | Self::Internal | Self::UnexpectedStatus)
    }

    /// Returns a name for metrics and logs, such as `no_leader`. It does not change between versions.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::UnknownCheck => "unknown_check",
            Self::UnknownService => "unknown_service",
            Self::UnknownSession => "unknown_session",
            Self::UnknownNode => "unknown_node",
            Self::UnknownDatacenter => "unknown_datacenter",
            Self::UnknownRoute => "unknown_route",
            Self::PermissionDenied => "permission_denied",
            Self::UnknownToken => "unknown_token",
            Self::AclDisabled => "acl_disabled",
            Self::EnterpriseOnly => "enterprise_only",
            Self::KeyRefused => "key_refused",
            Self::TooLarge => "too_large",
            Self::InvalidRequest => "invalid_request",
            Self::Redirect => "redirect",
            Self::NoLeader => "no_leader",
            Self::Unavailable => "unavailable",
            Self::NotReady => "not_ready",
            Self::RateLimited => "rate_limited",
            Self::TooManyConnections => "too_many_connections",
            Self::Internal => "internal",
            Self::UnexpectedStatus => "unexpected_status",
        }
    }
}

/// Writes a description of the kind. For labels, use [`as_str`](ApiErrorKind::as_str).
impl fmt::Display for ApiErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NotFound => "not found",
            Self::UnknownCheck => "check not found",
            Self::UnknownService => "service not found",
            Self::UnknownSession => "session not found",
            Self::UnknownNode => "node not found",
            Self::UnknownDatacenter => "datacenter not found",
            Self::UnknownRoute => "operation not supported by the server",
            Self::PermissionDenied => "permission denied",
            Self::UnknownToken => "token not found",
            Self::AclDisabled => "ACLs are disabled",
            Self::EnterpriseOnly => "requires Consul Enterprise",
            Self::KeyRefused => "key not accepted in a path by the server, use a transaction",
            Self::TooLarge => "request too large",
            Self::InvalidRequest => "invalid request",
            Self::Redirect => "unexpected redirect",
            Self::NoLeader => "no cluster leader",
            Self::Unavailable => "temporarily unavailable",
            Self::NotReady => "node or check is not ready",
            Self::RateLimited => "rate limit exceeded",
            Self::TooManyConnections => "too many connections",
            Self::Internal => "server error",
            Self::UnexpectedStatus => "unexpected status",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcome_of_a_write_is_known_only_if_the_kind_says_so() {
        assert!(ApiErrorKind::NoLeader.is_not_executed());
        assert!(ApiErrorKind::RateLimited.is_not_executed());
        assert!(ApiErrorKind::NotReady.is_not_executed() && ApiErrorKind::NotReady.is_transient());
        assert!(!ApiErrorKind::Unavailable.is_not_executed());
        assert!(!ApiErrorKind::Internal.is_not_executed());
        assert!(ApiErrorKind::Unavailable.is_transient());
        assert!(!ApiErrorKind::InvalidRequest.is_transient());
    }
}
