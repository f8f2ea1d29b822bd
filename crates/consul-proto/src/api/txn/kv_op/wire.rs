//! Operations on the key/value store, as they are sent.

use std::borrow::Cow;

use bytes::Bytes;
use serde::{Serialize, Serializer};

use crate::model::SessionId;
use crate::txn::KvOp;
use crate::types::base64;
use crate::types::blank::is_blank;

/// The form that all verbs share, in which only what a verb reads is written.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Wire<'a> {
    verb: &'static str,
    pub(super) key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "base64_of")]
    value: Option<&'a Bytes>,
    #[serde(skip_serializing_if = "is_blank")]
    flags: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) session: Option<Cow<'a, str>>,
}

impl KvOp {
    pub(super) fn wire(&self) -> Wire<'_> {
        let wire = |verb, key| Wire { verb, key, value: None, flags: 0, index: None, session: None };
        let of = |session| Some(SessionId::lower_case(session));
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

fn base64_of<S: Serializer>(value: &Option<&Bytes>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => base64::serialize(value, serializer),
        None => serializer.serialize_none(),
    }
}
