//! The model of a session.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};

use crate::model::{CheckId, NodeName, SessionId};
use crate::types::string_enum::string_enum;
use crate::types::{duration, null};

/// A session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Session {
    /// Id of the session.
    #[serde(rename = "ID")]
    pub id: SessionId,
    /// Display name. It can be empty, and is not unique.
    #[serde(default, deserialize_with = "null::or_default")]
    pub name: String,
    /// Name of the session's node.
    #[serde(default, deserialize_with = "null::or_default")]
    pub node: NodeName,
    /// The lock-delay: the time after the session was invalidated in which no session can lock the keys that it held.
    /// At most 60 seconds.
    #[serde(default, deserialize_with = "duration::deserialize")]
    pub lock_delay: Duration,
    /// How its keys are treated when the session ends.
    #[serde(default)]
    pub behavior: Behavior,
    /// Time after which the session ends without a renewal, or `None` if it needs no renewal. Servers can take up to
    /// twice this time.
    #[serde(rename = "TTL", default, deserialize_with = "ttl")]
    pub ttl: Option<Duration>,
    /// Ids of the node's checks that end the session when they become critical.
    #[serde(default, deserialize_with = "null::or_default")]
    pub node_checks: Vec<CheckId>,
    /// Checks of services that end the session when they become critical.
    #[serde(default, deserialize_with = "null::or_default")]
    pub service_checks: Vec<ServiceCheck>,
    /// Ids of checks of both kinds, from servers before 1.7 and for sessions that were created in that form.
    #[serde(default, deserialize_with = "null::or_default")]
    pub checks: Vec<CheckId>,
    /// Raft index at which the session was created.
    #[serde(default)]
    pub create_index: u64,
    /// Raft index of its last change. A renewal is no change.
    #[serde(default)]
    pub modify_index: u64,
    /// Namespace (Consul Enterprise).
    #[serde(default, deserialize_with = "null::or_default")]
    pub namespace: String,
    /// Admin partition (Consul Enterprise).
    #[serde(default, deserialize_with = "null::or_default")]
    pub partition: String,
}

impl From<&Session> for SessionId {
    fn from(session: &Session) -> Self {
        session.id.clone()
    }
}

/// Reads the TTL as it was set at creation. Empty text, zero and `null` mean that there is none.
fn ttl<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let ttl = duration::deserialize(deserializer)?;
    Ok((!ttl.is_zero()).then_some(ttl))
}

string_enum! {
    /// What happens to the keys of a session when it ends.
    #[derive(Default)]
    Behavior {
        /// The keys are unlocked and keep their values.
        #[default]
        Release = "release",
        /// The keys are deleted.
        Delete = "delete",
    }
}

/// A check of a service that ends a session when it becomes critical.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ServiceCheck {
    /// Id of the check on the session's node. `service:web` if the registration of the service `web` named none.
    #[serde(rename = "ID")]
    pub id: CheckId,
    /// Namespace of the service (Consul Enterprise).
    #[serde(default, deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub namespace: String,
}

impl ServiceCheck {
    /// Creates a reference to the check with this id.
    pub fn new(id: impl Into<CheckId>) -> Self {
        Self { id: id.into(), namespace: String::new() }
    }

    /// Sets the namespace of the service (Consul Enterprise).
    #[must_use]
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        self.namespace = name.into();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_of_an_old_server_is_decoded() {
        let json = r#"{"ID":"53b00aa1","Checks":["serfHealth"],"LockDelay":15000000000,"TTL":"","Behavior":"delete"}"#;
        let session: Session = serde_json::from_str(json).unwrap();
        assert_eq!((session.checks.len(), session.ttl), (1, None));
        assert_eq!((session.lock_delay, session.behavior), (Duration::from_secs(15), Behavior::Delete));
    }
}
