//! What the refusals and failures that were recorded mean.
//!
//! Written down from what servers document and do, not from what the code says: the first row that fits is due.

use consul_proto::ApiErrorKind::{self, *};
use consul_proto::txn::OpErrorKind;

/// Status, part of the text (the empty text only for itself), and meaning.
pub(crate) const KINDS: &[(u16, &str, ApiErrorKind)] = &[
    // Paths that are not clean.
    (301, "", Redirect),
    (301, "Moved Permanently", Redirect),
    // Control characters in the path of a key, and what 1.22 does not take as a key.
    (400, "", KeyRefused),
    (500, "invalid key name, leading/trailing spaces are not allowed", KeyRefused),
    (500, "invalid key name, path traversal is not allowed", KeyRefused),
    // What only Consul Enterprise has.
    (400, "Namespaces are a Consul Enterprise feature", EnterpriseOnly),
    (400, "Partitions are a Consul Enterprise feature", EnterpriseOnly),
    (500, "sameness groups are not supported in consul CE", EnterpriseOnly),
    // Mistakes of the caller's that are told as such.
    (400, "Cannot specify ?cached with ?consistent", InvalidRequest),
    (400, "Cannot specify ?stale with ?consistent", InvalidRequest),
    (400, "Conflicting flags", InvalidRequest),
    (400, "Failed to parse body", InvalidRequest),
    (400, "Invalid Cache-Control header", InvalidRequest),
    (400, "Invalid Service Meta", InvalidRequest),
    (400, "Invalid Weights", InvalidRequest),
    (400, "Invalid check", InvalidRequest),
    (400, "Invalid index", InvalidRequest),
    (400, "Invalid max_stale value", InvalidRequest),
    (400, "Invalid service address", InvalidRequest),
    (400, "Invalid value for ?passing", InvalidRequest),
    (400, "Invalid wait time", InvalidRequest),
    (400, "Missing key name", InvalidRequest),
    (400, "Missing node name", InvalidRequest),
    (400, "Missing service name", InvalidRequest),
    (400, "Missing session", InvalidRequest),
    (400, "MultiPort cannot be used with Consul Connect", InvalidRequest),
    (400, "Request decode failed", InvalidRequest),
    (400, "Status for checks must", InvalidRequest),
    (400, "1 error occurred", InvalidRequest),
    (400, "peer-name and sameness-group are mutually exclusive", InvalidRequest),
    (405, "", InvalidRequest),
    (405, "not allowed", InvalidRequest),
    // Mistakes of the caller's that come as failures of the server's.
    (500, "Failed to create boolean expression evaluator", InvalidRequest),
    (500, "Selector \"Foo\" is not valid", InvalidRequest),
    (500, "Invalid Behavior setting", InvalidRequest),
    (500, "Invalid Session TTL", InvalidRequest),
    (500, "Session TTL 'abc' invalid", InvalidRequest),
    (500, "Missing check '", InvalidRequest),
    (500, "is in critical state", InvalidRequest),
    (500, "Scripts are disabled on this agent", InvalidRequest),
    (500, "cross datacenter lock must be created at server agent", InvalidRequest),
    (500, "strconv.ParseUint", InvalidRequest),
    // Tokens and rights.
    (403, "Access is restricted", PermissionDenied),
    (403, "Permission denied", PermissionDenied),
    (403, "ACL not found", UnknownToken),
    // What does not exist.
    (404, "Unknown service ID", UnknownService),
    (500, "Unknown service {", UnknownService),
    (500, "Missing node registration", UnknownNode),
    (500, "No path to datacenter", UnknownDatacenter),
    (500, "failed session lookup: index error: UUID must be 36 characters", UnknownSession),
    (500, "invalid session", UnknownSession),
    (500, "missing session", UnknownSession),
    // Limits.
    (413, "Request body(", TooLarge),
    (413, "Transaction contains too many operations", TooLarge),
    (429, "RPC rate limit exceeded", RateLimited),
    (429, "too many concurrent connections", TooManyConnections),
    (503, "rate limit exceeded for operation that can only be performed by the leader", RateLimited),
    // Outages.
    (500, "No cluster leader", NoLeader),
    (500, "No known Consul servers", NoLeader),
    (500, "stream closed", Unavailable),
    // Seen for a datacenter that does not exist, but the same text comes when its servers are down.
    (503, "resolver produced no addresses", Unavailable),
    // A query that cannot be decoded (`a=%zz`): never written by this crate, and told by nothing but its status.
    (500, "", Internal),
];

/// Part of the text of a failed operation of a transaction, and meaning.
pub(crate) const OP_KINDS: &[(&str, OpErrorKind)] = &[
    ("Permission denied", OpErrorKind::PermissionDenied),
    ("index is stale", OpErrorKind::Conflict),
    ("failed session check", OpErrorKind::Conflict),
    ("failed index check", OpErrorKind::Conflict),
    (" exists", OpErrorKind::Conflict),
    ("doesn't exist", OpErrorKind::NotFound),
    ("Missing node registration", OpErrorKind::NotFound),
    ("invalid session", OpErrorKind::InvalidSession),
    ("failed session lookup", OpErrorKind::InvalidSession),
    ("due to lock delay", OpErrorKind::LockDelay),
    ("unknown KV verb", OpErrorKind::Unsupported),
    (" operation: nope", OpErrorKind::Unsupported),
    // A deletion of a service without its name.
    ("Must provide service name", OpErrorKind::Other),
];
