//! What a session is.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};

use crate::types::word::word;
use crate::types::{duration, null};

/// A session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Session {
    /// The id.
    #[serde(rename = "ID")]
    pub id: String,
    /// A name for people; need not be unique, and may be empty.
    #[serde(default, deserialize_with = "null::or_default")]
    pub name: String,
    /// The node it lives on.
    #[serde(default, deserialize_with = "null::or_default")]
    pub node: String,
    /// How long nobody can lock again what it held when it was invalidated. Servers apply at most 60 seconds.
    #[serde(default, deserialize_with = "duration::deserialize")]
    pub lock_delay: Duration,
    /// What becomes of the keys it holds when it ends.
    #[serde(default)]
    pub behavior: Behavior,
    /// How long it lives without being renewed; `None` where it needs no renewal. Servers may take up to twice as
    /// long to notice.
    #[serde(rename = "TTL", default, deserialize_with = "ttl")]
    pub ttl: Option<Duration>,
    /// Ids of the node's checks that end it when they turn critical.
    #[serde(default, deserialize_with = "null::or_default")]
    pub node_checks: Vec<String>,
    /// Checks of services that end it when they turn critical.
    #[serde(default, deserialize_with = "null::or_default")]
    pub service_checks: Vec<ServiceCheck>,
    /// Ids of checks of both kinds, from servers before 1.7 and for sessions that were created in their form.
    #[serde(default, deserialize_with = "null::or_default")]
    pub checks: Vec<String>,
    /// Raft index at which it was created.
    #[serde(default)]
    pub create_index: u64,
    /// Raft index of its last change; a renewal is none.
    #[serde(default)]
    pub modify_index: u64,
    /// Namespace, from Consul Enterprise.
    #[serde(default, deserialize_with = "null::or_default")]
    pub namespace: String,
    /// Admin partition, from Consul Enterprise.
    #[serde(default, deserialize_with = "null::or_default")]
    pub partition: String,
}

/// The id, by which operations know a session.
impl From<&Session> for String {
    fn from(session: &Session) -> Self {
        session.id.clone()
    }
}

/// Reads the TTL as it was given at creation; no text and nothing mean that there is none.
fn ttl<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let ttl = duration::deserialize(deserializer)?;
    Ok((!ttl.is_zero()).then_some(ttl))
}

word! {
    /// What becomes of the keys that a session holds when it ends.
    #[derive(Default)]
    Behavior {
        /// They are unlocked, and keep their values.
        #[default]
        Release = "release",
        /// They are deleted.
        Delete = "delete",
    }
}

/// A check of a service that a session hangs on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ServiceCheck {
    /// Id of the check, on the session's node: `service:web` where its registration did not choose one.
    #[serde(rename = "ID")]
    pub id: String,
    /// Namespace of the service; Consul Enterprise.
    #[serde(default, deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub namespace: String,
}

impl ServiceCheck {
    /// The check of this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), namespace: String::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_of_an_old_server_is_read() {
        let json = r#"{"ID":"53b00aa1","Checks":["serfHealth"],"LockDelay":15000000000,"TTL":"","Behavior":"delete"}"#;
        let session: Session = serde_json::from_str(json).unwrap();
        assert_eq!((session.checks.len(), session.ttl), (1, None));
        assert_eq!((session.lock_delay, session.behavior), (Duration::from_secs(15), Behavior::Delete));
    }
}
