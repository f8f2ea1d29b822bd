//! Operations on the key/value store.

mod wire;

use bytes::Bytes;

use crate::model::SessionId;
use crate::{ArgumentFault, EncodeError, RequestWriter};

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
        session: SessionId,
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
        session: SessionId,
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
        session: SessionId,
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
    pub fn lock(key: impl Into<String>, value: impl Into<Bytes>, session: impl Into<SessionId>) -> Self {
        Self::Lock { key: key.into(), value: value.into(), flags: 0, session: session.into() }
    }

    /// Writes `value` under `key` and unlocks it, if `session` holds it.
    pub fn unlock(key: impl Into<String>, value: impl Into<Bytes>, session: impl Into<SessionId>) -> Self {
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
    pub fn check_session(key: impl Into<String>, session: impl Into<SessionId>) -> Self {
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
            request.reject(EncodeError::Argument { name: "key", fault: ArgumentFault::Empty });
        }
        if let Some(session) = wire.session {
            SessionId::from(&*session).validated(request, "session");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rejected;
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
            let fault = rejected(&Apply::new([op]));
            assert!(matches!(fault, EncodeError::Argument { name: "key", fault: ArgumentFault::Empty }));
        }
    }

    #[test]
    fn what_is_no_session_is_not_sent() {
        for op in [KvOp::lock("k", "v", "abc"), KvOp::unlock("k", "v", ""), KvOp::check_session("k", "")] {
            let fault = rejected(&Apply::new([op]));
            assert!(matches!(fault, EncodeError::Invalid { name: "session", .. }));
        }
    }
}
