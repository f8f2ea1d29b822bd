//! Error texts of all operations.

use crate::ApiErrorKind::{
    self, AclDisabled, EnterpriseOnly, InvalidRequest, NoLeader, PermissionDenied, RateLimited, TooLarge,
    TooManyConnections, Unavailable, UnknownDatacenter, UnknownRoute, UnknownToken,
};
use crate::error::texts::{Texts, find};

/// The texts of Consul 1.8 to 1.22. The texts of a group are matched before these.
const TEXTS: Texts = &[
    (
        NoLeader,
        &[
            "No cluster leader",
            "No known Consul servers",
            "Raft leader not found in server lookup mapping",
            "failed to get conn: *",
            "lead thread didn't get connection",
        ],
    ),
    (UnknownDatacenter, &["No path to datacenter"]),
    (RateLimited, &["rate limit exceeded*", "Rate limit reached*", "RPC rate limit exceeded*"]),
    (TooManyConnections, &["Your IP is issuing too many concurrent connections*"]),
    (UnknownRoute, &["Invalid URL path: *"]),
    (
        PermissionDenied,
        &["Permission denied*", "Access is restricted", "Endpoint is blocked by agent configuration"],
    ),
    (UnknownToken, &["ACL not found"]),
    (AclDisabled, &["ACL support disabled"]),
    (
        EnterpriseOnly,
        &[
            "Namespaces are a Consul Enterprise feature",
            "Partitions are a Consul Enterprise feature",
            "Invalid query parameter: \"*\" - *s are a Consul Enterprise feature",
            "Invalid header: \"*\" - *s are a Consul Enterprise feature",
            "* json: unknown field \"*\" - *s are a Consul Enterprise feature",
            "*sameness-groups are an enterprise-only feature",
            "sameness groups are not supported in consul CE",
            "Network segments are not supported in this version of Consul",
        ],
    ),
    (TooLarge, &["Request body(*) too large*", "Request body too large*"]),
    (
        InvalidRequest,
        &[
            "method * not allowed",
            "Request decode failed: *",
            "Request decoding failed: *",
            "Failed to decode request body: *",
            "Invalid index",
            "Invalid wait time",
            "Invalid max_stale value *",
            "Invalid Cache-Control header*",
            "Cannot specify ?* with ?*",
            "Failed to create boolean expression evaluator: *",
            "Selector \"*\" is not valid",
            "strconv.Parse*",
            "Client sent an HTTP request to an HTTPS server.",
            "400 Bad Request*",
            "431 Request Header Fields Too Large",
        ],
    ),
    (
        Unavailable,
        &[
            "EOF",
            "unexpected EOF",
            "stream closed",
            "session shutdown",
            "i/o deadline reached",
            "read tcp *",
            "write tcp *",
            "dial tcp *",
            "connection error: *",
            "Not ready to serve consistent reads",
            "leadership lost while committing log",
            "leadership transfer in progress",
            "node is not the leader",
            "raft is already shutdown",
            "timed out enqueuing operation",
            "error reading from server: *",
            "keepalive ping failed to receive ACK within timeout",
            // The text for a datacenter that does not exist, and for one whose servers are down.
            "resolver error: *",
            "name resolver error: *",
            "subscription closed by server*",
            "grpc: the client connection is closing",
            "the client connection is closing",
            "Remote DC has no server currently reachable",
        ],
    ),
];

/// Returns the kind of a text that no group matches.
pub(super) fn kind(text: &str) -> Option<ApiErrorKind> {
    find(TEXTS, text)
}
