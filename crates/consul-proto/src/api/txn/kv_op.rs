//! Operations on the key/value store.

use bytes::Bytes;
use serde::{Serialize, Serializer};

use crate::model::{IntoValue, SessionId};
use crate::types::base64;
use crate::{EncodeError, RequestWriter};

/// An operation on the key/value store, as part of a [transaction](crate::txn::Apply).
///
/// If a condition of one operation does not hold, the transaction is rolled back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
pub struct KvOp {
    verb: Verb,
    key: String,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "value")]
    value: Option<Bytes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flags: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "session")]
    session: Option<SessionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partition: Option<String>,
}

/// The verb of an operation in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Verb {
    Set,
    Cas,
    Lock,
    Unlock,
    Get,
    GetOrEmpty,
    GetTree,
    CheckIndex,
    CheckSession,
    CheckNotExists,
    Delete,
    DeleteTree,
    DeleteCas,
}

impl KvOp {
    /// Writes `value` to `key`.
    pub fn set(key: impl Into<String>, value: impl IntoValue) -> Self {
        Self { value: Some(value.into_value()), ..Self::new(Verb::Set, key) }
    }

    /// Writes `value` to `key` if the key's `ModifyIndex` is `index`; with 0, if the key does not exist.
    pub fn cas(key: impl Into<String>, value: impl IntoValue, index: u64) -> Self {
        Self { value: Some(value.into_value()), index: Some(index), ..Self::new(Verb::Cas, key) }
    }

    /// Writes `value` to `key` and locks it for a session, if no other session holds it and no lock-delay is running.
    pub fn lock(key: impl Into<String>, value: impl IntoValue, session: impl Into<SessionId>) -> Self {
        let (value, session) = (Some(value.into_value()), Some(session.into()));
        Self { value, session, ..Self::new(Verb::Lock, key) }
    }

    /// Writes `value` to `key` and unlocks it, if this session holds it.
    pub fn unlock(key: impl Into<String>, value: impl IntoValue, session: impl Into<SessionId>) -> Self {
        let (value, session) = (Some(value.into_value()), Some(session.into()));
        Self { value, session, ..Self::new(Verb::Unlock, key) }
    }

    /// Reads `key`. If it does not exist, the transaction is rolled back.
    pub fn get(key: impl Into<String>) -> Self {
        Self::new(Verb::Get, key)
    }

    /// Reads `key`. If it does not exist, the result is an entry without value and with index 0. Since 1.14.
    pub fn get_or_empty(key: impl Into<String>) -> Self {
        Self::new(Verb::GetOrEmpty, key)
    }

    /// Reads all keys that start with `prefix`. The prefix matches text, not segments.
    pub fn get_tree(prefix: impl Into<String>) -> Self {
        Self::new(Verb::GetTree, prefix)
    }

    /// Checks that the `ModifyIndex` of `key` is `index`.
    pub fn check_index(key: impl Into<String>, index: u64) -> Self {
        Self { index: Some(index), ..Self::new(Verb::CheckIndex, key) }
    }

    /// Checks that this session holds `key`.
    ///
    /// The other writes of the transaction are then applied only while the session holds the lock.
    pub fn check_session(key: impl Into<String>, session: impl Into<SessionId>) -> Self {
        Self { session: Some(session.into()), ..Self::new(Verb::CheckSession, key) }
    }

    /// Checks that `key` does not exist. Requires `key:write`.
    pub fn check_not_exists(key: impl Into<String>) -> Self {
        Self::new(Verb::CheckNotExists, key)
    }

    /// Deletes `key`. Succeeds if it does not exist.
    pub fn delete(key: impl Into<String>) -> Self {
        Self::new(Verb::Delete, key)
    }

    /// Deletes all keys that start with `prefix`. The prefix matches text, not segments.
    ///
    /// An empty prefix, which would delete all keys, is rejected. See [`DeleteAll`](crate::kv::DeleteAll).
    pub fn delete_tree(prefix: impl Into<String>) -> Self {
        Self::new(Verb::DeleteTree, prefix)
    }

    /// Deletes `key` if its `ModifyIndex` is `index`, or if it does not exist.
    pub fn delete_cas(key: impl Into<String>, index: u64) -> Self {
        Self { index: Some(index), ..Self::new(Verb::DeleteCas, key) }
    }

    /// Attaches a number to the value. A write without flags resets the stored number to 0.
    ///
    /// The transaction is rejected if the operation does not write a value.
    pub fn flags(mut self, flags: u64) -> Self {
        self.flags = Some(flags);
        self
    }

    /// Sets the namespace of the key (Consul Enterprise).
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        self.namespace = Some(name.into());
        self
    }

    /// Sets the admin partition of the key (Consul Enterprise).
    pub fn partition(mut self, name: impl Into<String>) -> Self {
        self.partition = Some(name.into());
        self
    }

    /// Returns `true` if the operation only reads.
    #[must_use]
    pub fn is_read(&self) -> bool {
        matches!(
            self.verb,
            Verb::Get
                | Verb::GetOrEmpty
                | Verb::GetTree
                | Verb::CheckIndex
                | Verb::CheckSession
                | Verb::CheckNotExists
        )
    }

    /// Returns `true` if servers return a result. Reading a tree returns any number of results.
    pub(super) fn has_result(&self) -> bool {
        !matches!(self.verb, Verb::Delete | Verb::DeleteTree | Verb::DeleteCas | Verb::CheckNotExists)
    }

    pub(super) fn is_tree(&self) -> bool {
        self.verb == Verb::GetTree
    }

    /// Returns the key or prefix.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    fn new(verb: Verb, key: impl Into<String>) -> Self {
        let key = key.into();
        Self {
            verb,
            key,
            value: None,
            flags: None,
            index: None,
            session: None,
            namespace: None,
            partition: None,
        }
    }

    /// Rejects an empty key, flags without a value, and text that is not a session ID.
    pub(super) fn validate(&self, request: &mut RequestWriter) {
        request.check_not_empty("key", &self.key);
        if self.flags.is_some() && self.value.is_none() {
            let reason = "belong to a value, and this operation writes none".to_owned();
            request.reject(EncodeError::Invalid { name: "flags", reason });
        }
        if let Some(session) = &self.session {
            session.validated(request, "session");
        }
    }
}

fn value<S: Serializer>(value: &Option<Bytes>, serializer: S) -> Result<S::Ok, S::Error> {
    base64::serialize(value.as_ref().unwrap_or(&Bytes::new()), serializer)
}

fn session<S: Serializer>(session: &Option<SessionId>, serializer: S) -> Result<S::Ok, S::Error> {
    session.as_ref().map(SessionId::lower_case).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InvalidArgument;
    use crate::testing::rejected;
    use crate::txn::Apply;

    const ID: &str = "6a249139-7014-13f1-f597-9d351bc93e3e";

    #[test]
    fn every_verb_sends_its_arguments() {
        for (op, json, is_read) in [
            (KvOp::set("k", "one"), r#"{"Verb":"set","Key":"k","Value":"b25l"}"#.to_owned(), false),
            (
                KvOp::set("k", "").flags(u64::MAX),
                r#"{"Verb":"set","Key":"k","Value":"","Flags":18446744073709551615}"#.to_owned(),
                false,
            ),
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
            (
                KvOp::get("k").namespace("n").partition("p"),
                r#"{"Verb":"get","Key":"k","Namespace":"n","Partition":"p"}"#.to_owned(),
                true,
            ),
        ] {
            assert_eq!(serde_json::to_string(&op).unwrap(), json);
            assert_eq!(op.is_read(), is_read, "{json}");
        }
    }

    #[test]
    fn empty_key_is_rejected() {
        for op in [KvOp::get(""), KvOp::set("", "v"), KvOp::get_tree(""), KvOp::delete_tree("")] {
            let error = rejected(&Apply::new().op(op));
            assert!(matches!(error, EncodeError::Argument { name: "key", reason: InvalidArgument::Empty }));
        }
    }

    #[test]
    fn text_that_is_not_a_session_id_is_rejected() {
        for op in [KvOp::lock("k", "v", "abc"), KvOp::unlock("k", "v", ""), KvOp::check_session("k", "")] {
            let error = rejected(&Apply::new().op(op));
            assert!(matches!(error, EncodeError::Invalid { name: "session", .. }));
        }
    }

    #[test]
    fn flags_without_a_value_are_rejected() {
        let error = rejected(&Apply::new().op(KvOp::delete("k").flags(1)));
        assert!(matches!(error, EncodeError::Invalid { name: "flags", .. }));
    }
}
