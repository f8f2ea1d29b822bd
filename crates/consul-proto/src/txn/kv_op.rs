//! Operations on the key/value store.

use std::borrow::Cow;

use bytes::Bytes;
use serde::{Serialize, Serializer};

use crate::types::base64;
use crate::{ArgumentFault, EncodeError, RequestWriter, session};

/// An operation on the key/value store, as part of a [transaction](crate::txn::Apply).
///
/// What a condition asks of its key has to be so, or the whole transaction is rolled back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KvOp {
    /// Writes a key.
    Set {
        /// The key.
        key: String,
        /// The value.
        value: Bytes,
        /// A number to attach to the value.
        flags: u64,
    },
    /// Writes a key if its `ModifyIndex` is this one.
    Cas {
        /// The key.
        key: String,
        /// The value.
        value: Bytes,
        /// A number to attach to the value.
        flags: u64,
        /// The index; 0 if there is no such key.
        index: u64,
    },
    /// Writes a key and locks it for a session, if no other session holds it and no lock-delay is running.
    Lock {
        /// The key.
        key: String,
        /// The value.
        value: Bytes,
        /// A number to attach to the value.
        flags: u64,
        /// Id of the session.
        session: String,
    },
    /// Writes a key and unlocks it, if this session holds it.
    Unlock {
        /// The key.
        key: String,
        /// The value.
        value: Bytes,
        /// A number to attach to the value.
        flags: u64,
        /// Id of the session.
        session: String,
    },
    /// Reads a key, if it exists.
    Get {
        /// The key.
        key: String,
    },
    /// Reads a key; one that does not exist is an entry without value and with index 0. Since 1.14.
    GetOrEmpty {
        /// The key.
        key: String,
    },
    /// Reads all keys that start with a prefix.
    GetTree {
        /// The prefix, of the text and not of segments.
        prefix: String,
    },
    /// Asks that the key's `ModifyIndex` is this one.
    CheckIndex {
        /// The key.
        key: String,
        /// The index.
        index: u64,
    },
    /// Asks that this session holds the key.
    ///
    /// What is written in the same transaction is written by the holder of the lock or not at all.
    CheckSession {
        /// The key.
        key: String,
        /// Id of the session.
        session: String,
    },
    /// Asks that there is no such key. Needs the right to write it.
    CheckNotExists {
        /// The key.
        key: String,
    },
    /// Deletes a key, if there is one.
    Delete {
        /// The key.
        key: String,
    },
    /// Deletes all keys that start with a prefix.
    ///
    /// The empty prefix, the whole store, is refused; see [`DeleteAll`](crate::kv::DeleteAll).
    DeleteTree {
        /// The prefix, of the text and not of segments.
        prefix: String,
    },
    /// Deletes a key if its `ModifyIndex` is this one, or if there is none.
    DeleteCas {
        /// The key.
        key: String,
        /// The index.
        index: u64,
    },
}

impl KvOp {
    /// Writes `value` under `key`.
    pub fn set(key: impl Into<String>, value: impl Into<Bytes>) -> Self {
        Self::Set { key: key.into(), value: value.into(), flags: 0 }
    }

    /// Writes `value` under `key` if its `ModifyIndex` is `index`; 0 if there is no such key.
    pub fn cas(key: impl Into<String>, value: impl Into<Bytes>, index: u64) -> Self {
        Self::Cas { key: key.into(), value: value.into(), flags: 0, index }
    }

    /// Writes `value` under `key` and locks it for `session`.
    pub fn lock(key: impl Into<String>, value: impl Into<Bytes>, session: impl Into<String>) -> Self {
        Self::Lock { key: key.into(), value: value.into(), flags: 0, session: session.into() }
    }

    /// Writes `value` under `key` and unlocks it, if `session` holds it.
    pub fn unlock(key: impl Into<String>, value: impl Into<Bytes>, session: impl Into<String>) -> Self {
        Self::Unlock { key: key.into(), value: value.into(), flags: 0, session: session.into() }
    }

    /// Reads `key`, if it exists.
    pub fn get(key: impl Into<String>) -> Self {
        Self::Get { key: key.into() }
    }

    /// Reads `key`, which need not exist. Since 1.14.
    pub fn get_or_empty(key: impl Into<String>) -> Self {
        Self::GetOrEmpty { key: key.into() }
    }

    /// Reads all keys that start with `prefix`.
    pub fn get_tree(prefix: impl Into<String>) -> Self {
        Self::GetTree { prefix: prefix.into() }
    }

    /// Asks that the `ModifyIndex` of `key` is `index`.
    pub fn check_index(key: impl Into<String>, index: u64) -> Self {
        Self::CheckIndex { key: key.into(), index }
    }

    /// Asks that `session` holds `key`.
    pub fn check_session(key: impl Into<String>, session: impl Into<String>) -> Self {
        Self::CheckSession { key: key.into(), session: session.into() }
    }

    /// Asks that there is no `key`.
    pub fn check_not_exists(key: impl Into<String>) -> Self {
        Self::CheckNotExists { key: key.into() }
    }

    /// Deletes `key`.
    pub fn delete(key: impl Into<String>) -> Self {
        Self::Delete { key: key.into() }
    }

    /// Deletes all keys that start with `prefix`.
    pub fn delete_tree(prefix: impl Into<String>) -> Self {
        Self::DeleteTree { prefix: prefix.into() }
    }

    /// Deletes `key` if its `ModifyIndex` is `index`.
    pub fn delete_cas(key: impl Into<String>, index: u64) -> Self {
        Self::DeleteCas { key: key.into(), index }
    }

    /// Whether it changes nothing.
    #[must_use]
    pub fn is_read(&self) -> bool {
        matches!(
            self,
            Self::Get { .. }
                | Self::GetOrEmpty { .. }
                | Self::GetTree { .. }
                | Self::CheckIndex { .. }
                | Self::CheckSession { .. }
                | Self::CheckNotExists { .. }
        )
    }

    /// Refuses the empty key, and sessions that are none.
    pub(crate) fn check(&self, request: &mut RequestWriter) {
        let wire = self.wire();
        if wire.key.is_empty() {
            request.refuse(EncodeError::Argument { name: "key", fault: ArgumentFault::Empty });
        }
        if let Some(session) = wire.session {
            session::id(request, "session", &session);
        }
    }

    fn wire(&self) -> Wire<'_> {
        let wire = |verb, key| Wire { verb, key, value: None, flags: 0, index: None, session: None };
        let of = |session| Some(session::lower_case(session));
        match self {
            Self::Set { key, value, flags } => Wire { value: Some(value), flags: *flags, ..wire("set", key) },
            Self::Cas { key, value, flags, index } => {
                Wire { value: Some(value), flags: *flags, index: Some(*index), ..wire("cas", key) }
            }
            Self::Lock { key, value, flags, session } => {
                Wire { value: Some(value), flags: *flags, session: of(session), ..wire("lock", key) }
            }
            Self::Unlock { key, value, flags, session } => {
                Wire { value: Some(value), flags: *flags, session: of(session), ..wire("unlock", key) }
            }
            Self::Get { key } => wire("get", key),
            Self::GetOrEmpty { key } => wire("get-or-empty", key),
            Self::GetTree { prefix } => wire("get-tree", prefix),
            Self::CheckIndex { key, index } => Wire { index: Some(*index), ..wire("check-index", key) },
            Self::CheckSession { key, session } => {
                Wire { session: of(session), ..wire("check-session", key) }
            }
            Self::CheckNotExists { key } => wire("check-not-exists", key),
            Self::Delete { key } => wire("delete", key),
            Self::DeleteTree { prefix } => wire("delete-tree", prefix),
            Self::DeleteCas { key, index } => Wire { index: Some(*index), ..wire("delete-cas", key) },
        }
    }
}

impl Serialize for KvOp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.wire().serialize(serializer)
    }
}

/// The form that all verbs share on the wire, where only what a verb reads is written.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Wire<'a> {
    verb: &'static str,
    key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "base64_of")]
    value: Option<&'a Bytes>,
    #[serde(skip_serializing_if = "is_zero")]
    flags: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<Cow<'a, str>>,
}

fn base64_of<S: Serializer>(value: &Option<&Bytes>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => base64::serialize(value, serializer),
        None => serializer.serialize_none(),
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(flags: &u64) -> bool {
    *flags == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::refusal;
    use crate::txn::Apply;

    const ID: &str = "6a249139-7014-13f1-f597-9d351bc93e3e";

    #[test]
    fn every_verb_writes_what_it_reads() {
        let flags = KvOp::Set { key: "k".to_owned(), value: Bytes::new(), flags: u64::MAX };
        for (op, json, is_read) in [
            (KvOp::set("k", "one"), r#"{"Verb":"set","Key":"k","Value":"b25l"}"#.to_owned(), false),
            (flags, r#"{"Verb":"set","Key":"k","Value":"","Flags":18446744073709551615}"#.to_owned(), false),
            (
                KvOp::cas("k", "n", 0),
                r#"{"Verb":"cas","Key":"k","Value":"bg==","Index":0}"#.to_owned(),
                false,
            ),
            (
                KvOp::lock("k", "o", ID),
                format!(r#"{{"Verb":"lock","Key":"k","Value":"bw==","Session":"{ID}"}}"#),
                false,
            ),
            (
                KvOp::unlock("k", "o", ID.to_uppercase()),
                format!(r#"{{"Verb":"unlock","Key":"k","Value":"bw==","Session":"{ID}"}}"#),
                false,
            ),
            (KvOp::get("k"), r#"{"Verb":"get","Key":"k"}"#.to_owned(), true),
            (KvOp::get_or_empty("k"), r#"{"Verb":"get-or-empty","Key":"k"}"#.to_owned(), true),
            (KvOp::get_tree("t/"), r#"{"Verb":"get-tree","Key":"t/"}"#.to_owned(), true),
            (KvOp::check_index("k", 7), r#"{"Verb":"check-index","Key":"k","Index":7}"#.to_owned(), true),
            (
                KvOp::check_session("k", ID),
                format!(r#"{{"Verb":"check-session","Key":"k","Session":"{ID}"}}"#),
                true,
            ),
            (KvOp::check_not_exists("k"), r#"{"Verb":"check-not-exists","Key":"k"}"#.to_owned(), true),
            (KvOp::delete("k"), r#"{"Verb":"delete","Key":"k"}"#.to_owned(), false),
            (KvOp::delete_tree("t/"), r#"{"Verb":"delete-tree","Key":"t/"}"#.to_owned(), false),
            (KvOp::delete_cas("k", 7), r#"{"Verb":"delete-cas","Key":"k","Index":7}"#.to_owned(), false),
        ] {
            assert_eq!(serde_json::to_string(&op).unwrap(), json);
            assert_eq!(op.is_read(), is_read, "{json}");
        }
    }

    #[test]
    fn the_empty_key_is_refused() {
        for op in [KvOp::get(""), KvOp::set("", "v"), KvOp::get_tree(""), KvOp::delete_tree("")] {
            let fault = refusal(&Apply::new([op]));
            assert!(matches!(fault, EncodeError::Argument { name: "key", fault: ArgumentFault::Empty }));
        }
    }

    #[test]
    fn what_is_no_session_is_not_sent() {
        for op in [KvOp::lock("k", "v", "abc"), KvOp::unlock("k", "v", ""), KvOp::check_session("k", "")] {
            let fault = refusal(&Apply::new([op]));
            assert!(matches!(fault, EncodeError::Invalid { name: "session", .. }));
        }
    }
}
