//! What a server's refusal or failure means.
//!
//! A status alone says little: an outage, a caller's mistake and a lost session all come as 500. What follows was
//! seen on servers from 1.8 to 1.22; a text may stand behind any number of prefixes (`rpc error making call: `,
//! `raft apply failed: `), so a part of it is looked for.

use http::StatusCode;

use crate::ApiErrorKind;

/// Since 1.22.6 servers refuse some keys in paths, with 500; all refuse unprintable characters, with an empty 400.
fn is_key_refusal(status: StatusCode, message: &str) -> bool {
    match status.as_u16() {
        400 => message.is_empty(),
        500 => message.contains("invalid key name"),
        _ => false,
    }
}

/// What the answer of a route means that carries no value.
pub(super) fn classify(status: StatusCode, route: &str, message: &str) -> ApiErrorKind {
    if route.starts_with("/v1/kv/") && is_key_refusal(status, message) {
        return ApiErrorKind::KeyRefused;
    }
    match status.as_u16() {
        300..=399 => ApiErrorKind::Redirect,
        400 if message.contains("Enterprise feature") => ApiErrorKind::EnterpriseOnly,
        400 | 405 | 415 | 431 => ApiErrorKind::InvalidRequest,
        401 | 403 | 404 => classify_refusal(status, message),
        410 => ApiErrorKind::UnknownRoute,
        413 => ApiErrorKind::TooLarge,
        429 if message.contains("too many concurrent connections") => ApiErrorKind::TooManyConnections,
        429 => ApiErrorKind::RateLimited,
        500..=599 => classify_failure(message),
        _ => ApiErrorKind::UnexpectedStatus,
    }
}

fn classify_refusal(status: StatusCode, message: &str) -> ApiErrorKind {
    let bare = without_prefixes(message);
    match status.as_u16() {
        401 if message.contains("disabled") => ApiErrorKind::AclDisabled,
        401 => ApiErrorKind::UnknownToken,
        // With words before it, it is about the object that was asked for, not about the caller's token.
        403 if bare == "ACL not found" => ApiErrorKind::UnknownToken,
        403 if message.contains("ACL not found") => ApiErrorKind::NotFound,
        403 => ApiErrorKind::PermissionDenied,
        _ if message.is_empty() || message.contains("Invalid URL path") => ApiErrorKind::UnknownRoute,
        _ if is_unknown_check(message) => ApiErrorKind::UnknownCheck,
        _ if is_unknown_service(message) => ApiErrorKind::UnknownService,
        _ if message.contains("Session id") => ApiErrorKind::UnknownSession,
        _ => ApiErrorKind::NotFound,
    }
}

/// Removes the prefixes of forwarded requests, and those of gRPC such as `rpc error: code = Unknown desc = `.
fn without_prefixes(message: &str) -> &str {
    let without_call = message.strip_prefix("rpc error making call: ");
    let without_status = || {
        let (code, rest) = message.strip_prefix("rpc error: code = ")?.split_once(" desc = ")?;
        code.chars().all(char::is_alphanumeric).then_some(rest)
    };
    without_call.or_else(without_status).map_or(message, without_prefixes)
}

fn is_unknown_check(message: &str) -> bool {
    message.contains("Unknown check")
}

fn is_unknown_service(message: &str) -> bool {
    const FORMS: [&str; 5] = [
        "Unknown service",
        "unknown service",
        "No service registered with ID",
        "ServiceID \"",
        "Missing service registration",
    ];
    FORMS.iter().any(|form| message.contains(form))
}

/// Failures, told apart by a part of their text. The first row that fits decides.
const FAILURES: &[(ApiErrorKind, &[&str])] = &[
    (ApiErrorKind::RateLimited, &["rate limit exceeded", "Rate limit reached", "RPC rate limit"]),
    (ApiErrorKind::UnknownDatacenter, &["No path to datacenter"]),
    (
        ApiErrorKind::NoLeader,
        &[
            "No cluster leader",
            "No known Consul servers",
            "Raft leader not found in server lookup mapping",
            "failed to get conn",
            "lead thread didn't get connection",
        ],
    ),
    (
        ApiErrorKind::UnknownSession,
        &["invalid session", "failed session lookup", "missing session", "Session id"],
    ),
    (ApiErrorKind::TooLarge, &["exceeds configured limit"]),
    (ApiErrorKind::UnknownNode, &["Missing node registration", "No node found with name"]),
    (ApiErrorKind::PermissionDenied, &["Permission denied"]),
    (ApiErrorKind::UnknownToken, &["ACL not found"]),
    (
        ApiErrorKind::EnterpriseOnly,
        &["enterprise-only", "in consul CE", "Network segments are not supported"],
    ),
    (
        ApiErrorKind::InvalidRequest,
        &[
            "Invalid Session TTL",
            "Session TTL '",
            "Invalid Behavior setting",
            "Missing check '",
            "is in critical state",
            "strconv.Parse",
            "Must provide",
            "Must be a server to force-leave",
            "WAN join is disabled",
            "Bad node ID",
            "doesn't match register request node",
            "Error while renaming Node ID",
            "Failed to create boolean expression evaluator",
            "Selector \"",
            "exceeds maximum length",
            "Missing service",
            "Cannot find ",
            "cannot find ",
            "not implemented",
            "Scripts are disabled",
            "tag filter without service filter",
            "error parsing regexp",
            "cross datacenter lock must be created at server agent",
            "Invalid service address",
            "must be set for a",
            "must be non-empty for",
            "object is missing a value for this index",
            "object missing primary index",
            "Bad request",
            "Invalid ACL Type",
            "ACL rule compilation failed",
            "Cannot use legacy endpoint",
            "failed acl token lookup",
        ],
    ),
    (
        ApiErrorKind::Unavailable,
        &[
            "rpc error making call: EOF",
            "Failed to join",
            "Failed to resolve",
            "stream closed",
            "broken pipe",
            "i/o deadline reached",
            "i/o timeout",
            "connection reset",
            "connection refused",
            "Not ready to serve consistent reads",
            "leadership lost while committing log",
            "node is not the leader",
            "raft is already shutdown",
            "error reading from server",
            "keepalive ping failed",
            "resolver produced no addresses",
            "rpc error: code = Unavailable desc = ",
            "subscription closed by server",
            "client connection is closing",
            "Remote DC has no server currently reachable",
        ],
    ),
];

fn classify_failure(message: &str) -> ApiErrorKind {
    // 1.8 has one text for a check it does not know and for one of another kind.
    if is_unknown_check(message) || message.contains("does not have associated TTL") {
        return ApiErrorKind::UnknownCheck;
    }
    if is_unknown_service(message) {
        return ApiErrorKind::UnknownService;
    }
    let row = FAILURES.iter().find(|(_, texts)| texts.iter().any(|text| message.contains(text)));
    row.map_or(ApiErrorKind::Internal, |(kind, _)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(status: u16, message: &str) -> ApiErrorKind {
        classify(StatusCode::from_u16(status).unwrap(), "/v1/x", message)
    }

    #[test]
    fn one_kind_whatever_the_version_says() {
        use ApiErrorKind as K;
        for (status, message, expected) in [
            (500, "No cluster leader", K::NoLeader),
            (500, "rpc error making call: No cluster leader", K::NoLeader),
            (
                500,
                "rpc error getting client: failed to get conn: dial tcp: connect: connection refused",
                K::NoLeader,
            ),
            (500, "rpc error making call: EOF", K::Unavailable),
            (500, "rpc error making call: rpc error making call: EOF", K::Unavailable),
            (500, "leadership lost while committing log", K::Unavailable),
            (503, "error reading from server: EOF", K::Unavailable),
            (
                500,
                "rpc error: code = Unavailable desc = name resolver error: produced zero addresses",
                K::Unavailable,
            ),
            (429, "", K::RateLimited),
            (
                429,
                "Your IP is issuing too many concurrent connections, please rate limit your calls",
                K::TooManyConnections,
            ),
            (
                503,
                "rpc error making call: rate limit exceeded for operation that can only be performed by the leader, try again later",
                K::RateLimited,
            ),
            (500, "invalid session \"x\"", K::UnknownSession),
            (500, "raft apply failed: invalid session \"x\"", K::UnknownSession),
            (500, "failed session lookup: index error: UUID must be 36 characters", K::UnknownSession),
            (404, "Session id 'x' not found", K::UnknownSession),
            (500, "apply failed: Missing node registration", K::UnknownNode),
            (500, "CheckID \"x\" does not have associated TTL", K::UnknownCheck),
            (500, "Unknown check \"x\"", K::UnknownCheck),
            (500, "Network segments are not supported in this version of Consul", K::EnterpriseOnly),
            (500, "Must be a server to force-leave a node from the WAN cluster", K::InvalidRequest),
            (500, "1 error occurred:\n\t* Failed to resolve x: lookup x: no such host", K::Unavailable),
            (
                404,
                "Unknown check ID \"x\". Ensure that the check ID is passed, not the check name.",
                K::UnknownCheck,
            ),
            (
                404,
                "Unknown service ID \"x\". Ensure that the service ID is passed, not the service name.",
                K::UnknownService,
            ),
            (404, "unknown service ID: x", K::UnknownService),
            (500, "Unknown service ID 'x' for check ID 'c'", K::UnknownService),
            (500, "failed inserting check: Missing service registration on node \"n\"", K::UnknownService),
            (
                500,
                "1 error occurred:\n\t* Port or SocketPath must be set for a Connect native service.\n\n",
                K::InvalidRequest,
            ),
            (500, "ServiceID \"x\" does not exist", K::UnknownService),
            (404, "ServiceID \"x\" does not exist", K::UnknownService),
            (500, "No path to datacenter", K::UnknownDatacenter),
            (500, "Invalid Session TTL '1', must be between [10s=24h0m0s]", K::InvalidRequest),
            (500, "strconv.ParseUint: parsing \"abc\": invalid syntax", K::InvalidRequest),
            (
                500,
                "Failed to create boolean expression evaluator: Selector \"Foo\" is not valid",
                K::InvalidRequest,
            ),
            (400, "Conflicting flags: acquire=a&cas=1", K::InvalidRequest),
            (
                400,
                "Bad request: Invalid query parameter: \"ns\" - Namespaces are a Consul Enterprise feature",
                K::EnterpriseOnly,
            ),
            (500, "sameness groups are not supported in consul CE", K::EnterpriseOnly),
            (401, "ACL support disabled", K::AclDisabled),
            (403, "Permission denied", K::PermissionDenied),
            (
                403,
                "Permission denied: anonymous token lacks permission 'key:read' on \"k\".",
                K::PermissionDenied,
            ),
            (403, "ACL not found", K::UnknownToken),
            (403, "rpc error making call: ACL not found", K::UnknownToken),
            (403, "rpc error: code = Unknown desc = ACL not found", K::UnknownToken),
            (403, "rpc error: code = Unknown desc = token does not exist: ACL not found", K::NotFound),
            (403, "token does not exist: ACL not found", K::NotFound),
            (404, "Requested policy does not exist: ACL not found", K::NotFound),
            (404, "", K::UnknownRoute),
            (404, "Invalid URL path: not a recognized HTTP API endpoint", K::UnknownRoute),
            (413, "Request body(524289 bytes) too large, max size: 524288 bytes.", K::TooLarge),
            (301, "", K::Redirect),
            (405, "method POST not allowed", K::InvalidRequest),
            (500, "something new", K::Internal),
            (418, "", K::UnexpectedStatus),
        ] {
            assert_eq!(kind(status, message), expected, "{status} {message}");
        }
    }

    #[test]
    fn outcome_of_a_write_is_known_only_where_the_text_says_so() {
        assert!(ApiErrorKind::NoLeader.is_not_executed());
        assert!(ApiErrorKind::RateLimited.is_not_executed());
        assert!(!ApiErrorKind::Unavailable.is_not_executed());
        assert!(!ApiErrorKind::Internal.is_not_executed());
        assert!(ApiErrorKind::Unavailable.is_transient());
        assert!(!ApiErrorKind::InvalidRequest.is_transient());
    }

    #[test]
    fn only_keys_are_refused_as_keys() {
        assert!(is_key_refusal(StatusCode::BAD_REQUEST, ""));
        assert!(is_key_refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            "invalid key name, path traversal is not allowed"
        ));
        assert!(!is_key_refusal(StatusCode::INTERNAL_SERVER_ERROR, "No cluster leader"));
    }
}
