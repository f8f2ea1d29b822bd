//! Errors of the operations of a transaction.

use std::fmt;

use serde::Deserialize;

use crate::Bounded;
use crate::types::null;

/// The error of one operation, which rolled back its transaction.
///
/// `Display` and `Debug` show at most 500 characters of the server's text, on one line.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct OpError {
    /// Index of the operation in the transaction, from 0.
    pub op_index: usize,
    /// Text of the server.
    #[serde(default, deserialize_with = "null::or_default")]
    pub what: String,
}

/// The kind of an operation's error. It is the same for every version of Consul.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OpErrorKind {
    /// A condition does not hold: another index, another holder, a key that should not exist, or a missing key.
    Conflict,
    /// The key, node, service or check to read does not exist, or the node or service of a write does not exist.
    NotFound,
    /// The token lacks the permission.
    PermissionDenied,
    /// The session does not exist.
    InvalidSession,
    /// The key cannot be locked yet, because the lock-delay of its last holder has not elapsed.
    LockDelay,
    /// The key is locked by another session.
    LockHeld,
    /// The server is too old and does not support the operation.
    Unsupported,
    /// Another error, in most cases an incomplete object.
    Other,
}

impl OpError {
    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> OpErrorKind {
        classify(&self.what)
    }
}

/// These texts contain names from the caller in the middle, so they are matched at both ends.
fn classify(what: &str) -> OpErrorKind {
    let is = |start: &str, end: &str| what.starts_with(start) && what.ends_with(end);
    let any = |starts: &[&str]| starts.iter().any(|start| what.starts_with(start));
    if any(&["Permission denied"]) {
        OpErrorKind::PermissionDenied
    } else if any(&["unknown "]) {
        OpErrorKind::Unsupported
    } else if any(&["invalid session", "missing session", "failed session lookup"]) {
        OpErrorKind::InvalidSession
    } else if is("failed to lock ", "due to lock delay") {
        OpErrorKind::LockDelay
    } else if is("failed to lock ", "lock is already held") {
        OpErrorKind::LockHeld
    } else if any(&["failed session check", "failed index check", "failed to check ", "failed to unlock "])
        || is("failed to ", "index is stale")
        || is("key \"", "\" exists")
    {
        OpErrorKind::Conflict
    } else if any(&["Missing node registration", "Missing service registration"])
        || (any(&["key \"", "node \"", "service \"", "check \""]) && what.ends_with("doesn't exist"))
    {
        OpErrorKind::NotFound
    } else {
        OpErrorKind::Other
    }
}

impl fmt::Display for OpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "operation {}: {}", self.op_index, Bounded::message(&self.what))
    }
}

impl fmt::Debug for OpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpError")
            .field("op_index", &self.op_index)
            .field("what", &Bounded::message(&self.what))
            .finish()
    }
}

impl std::error::Error for OpError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_all_versions_have_one_kind() {
        use OpErrorKind as K;
        for (what, kind) in [
            (r#"failed to set key "k", index is stale"#, K::Conflict),
            (r#"failed to delete key "k", index is stale"#, K::Conflict),
            (r#"failed to delete node "n", index is stale"#, K::Conflict),
            (r#"failed to set service "id" on node "n", index is stale"#, K::Conflict),
            (r#"failed to delete check "id" on node "n", index is stale"#, K::Conflict),
            (r#"key "k" exists"#, K::Conflict),
            (r#"failed session check for key "k", current session "" != "6a24""#, K::Conflict),
            (r#"failed index check for key "k", current modify index 74 != 1"#, K::Conflict),
            (r#"failed to check session, key "k" doesn't exist"#, K::Conflict),
            (r#"failed to check index, key "k" doesn't exist"#, K::Conflict),
            (r#"failed to unlock key "k", lock isn't held, or is held by another session"#, K::Conflict),
            (r#"key "k" doesn't exist"#, K::NotFound),
            (r#"node "n" doesn't exist"#, K::NotFound),
            (r#"service "id" on node "n" doesn't exist"#, K::NotFound),
            (r#"check "id" on node "n" doesn't exist"#, K::NotFound),
            ("Missing node registration", K::NotFound),
            ("Missing service registration", K::NotFound),
            ("Permission denied", K::PermissionDenied),
            (
                r#"Permission denied: token with AccessorID 'x' lacks permission 'key:write' on "k""#,
                K::PermissionDenied,
            ),
            (r#"invalid session "11111111-2222-3333-4444-555555555555""#, K::InvalidSession),
            ("missing session", K::InvalidSession),
            ("failed session lookup: index error: UUID must be 36 characters", K::InvalidSession),
            (r#"failed to lock key "k" due to lock delay"#, K::LockDelay),
            (r#"failed to lock key "k", lock is already held"#, K::LockHeld),
            (r#"unknown KV verb "get-or-empty""#, K::Unsupported),
            ("unknown KV operation: get-or-empty", K::Unsupported),
            ("unknown service operation: nope", K::Unsupported),
            ("Must provide key", K::Other),
            ("Bad node ID: uuid string is wrong length", K::Other),
            ("", K::Other),
        ] {
            assert_eq!(classify(what), kind, "{what}");
        }
    }

    #[test]
    fn names_in_texts_do_not_decide_the_kind() {
        use OpErrorKind as K;
        for (what, kind) in [
            (r#"key "Permission denied" exists"#, K::Conflict),
            (r#"key "a\" exists" doesn't exist"#, K::NotFound),
            (r#"failed to lock key "a due to lock delay", lock is already held"#, K::LockHeld),
            (r#"key "invalid session" doesn't exist"#, K::NotFound),
        ] {
            assert_eq!(classify(what), kind, "{what}");
        }
    }
}
