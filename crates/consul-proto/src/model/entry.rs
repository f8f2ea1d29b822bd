//! The model of an entry in the key/value store.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::model::SessionId;
use crate::types::{base64, null};

/// A key with its value and metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The value. Empty if none is stored.
    #[serde(default, with = "base64")]
    pub value: Bytes,
    /// A number that writers attach to the value; Consul does not interpret it.
    #[serde(default)]
    pub flags: u64,
    /// Number of times that the key was locked. A write without acquire resets it, so it is not a fencing token. Use
    /// the [`modify_index`](Self::modify_index) of the acquisition instead.
    #[serde(default)]
    pub lock_index: u64,
    /// The session that holds the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// Raft index at which the key was created.
    #[serde(default)]
    pub create_index: u64,
    /// Raft index of the last change, which a check-and-set compares.
    #[serde(default)]
    pub modify_index: u64,
    /// Namespace, from Consul Enterprise.
    #[serde(default, deserialize_with = "null::or_default")]
    pub namespace: String,
    /// Admin partition, from Consul Enterprise.
    #[serde(default, deserialize_with = "null::or_default")]
    pub partition: String,
}

impl Entry {
    /// Returns the value as text.
    ///
    /// # Errors
    ///
    /// Returns an error if the value is not UTF-8.
    pub fn text(&self) -> Result<&str, std::str::Utf8Error> {
        std::str::from_utf8(&self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entry_is_serialized_in_the_form_of_the_server() {
        let json = r#"{"Key":"k","Value":"Ymx1ZQ==","Flags":7,"LockIndex":0,"CreateIndex":1,"ModifyIndex":2,"Namespace":"","Partition":""}"#;
        let entry: Entry = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&entry).unwrap(), json);
    }
}
