//! The model of a check.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::{CheckId, HealthCheckDefinition, NodeName, ServiceId, ServiceName, Status};
use crate::types::string_enum::string_enum;
use crate::types::{duration, empty, null, port};

/// A check of a node or of a service instance, with its last result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct HealthCheck {
    /// Name of the node.
    pub node: NodeName,
    /// Id of the check (`CheckID`), unique on its node.
    #[serde(rename = "CheckID")]
    pub id: CheckId,
    /// Name of the check.
    #[serde(default, deserialize_with = "null::or_default")]
    pub name: String,
    /// Status of the check.
    #[serde(default)]
    pub status: Status,
    /// Notes.
    #[serde(default, deserialize_with = "null::or_default")]
    pub notes: String,
    /// Output of the last run.
    #[serde(default, deserialize_with = "null::or_default")]
    pub output: String,
    /// Id of the checked service instance. Empty for a check of the node.
    #[serde(default, rename = "ServiceID", deserialize_with = "null::or_default")]
    pub service_id: ServiceId,
    /// Name of the checked service. Empty for a check of the node.
    #[serde(default, deserialize_with = "null::or_default")]
    pub service_name: ServiceName,
    /// Tags of the checked service instance.
    #[serde(default, deserialize_with = "null::list")]
    pub service_tags: Vec<String>,
    /// Type of the check (`Type`).
    #[serde(default, rename = "Type")]
    pub check_type: CheckType,
    /// Time between two runs, since 1.11. Zero if unknown.
    #[serde(default, with = "duration::tolerant")]
    pub interval: Duration,
    /// Timeout of a run, since 1.11. Zero if unknown.
    #[serde(default, with = "duration::tolerant")]
    pub timeout: Duration,
    /// Port at which a proxy exposes the checked address, since 1.10. 0 if none does.
    #[serde(default, deserialize_with = "port::deserialize")]
    pub exposed_port: u16,
    /// The definition of a check that was registered in the catalog. `None` for most checks of agents.
    #[serde(default, deserialize_with = "empty::or_none", skip_serializing_if = "Option::is_none")]
    pub definition: Option<Box<HealthCheckDefinition>>,
    /// The cluster peer that the check was imported from, since 1.13. Empty for a check of this cluster.
    #[serde(default, deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub peer_name: String,
    /// Namespace (Consul Enterprise).
    #[serde(default, deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Admin partition (Consul Enterprise).
    #[serde(default, deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub partition: String,
    /// Raft index at which the check was registered. 0 in responses of an agent.
    #[serde(default, deserialize_with = "null::or_default")]
    pub create_index: u64,
    /// Raft index of the last change. 0 in responses of an agent.
    #[serde(default, deserialize_with = "null::or_default")]
    pub modify_index: u64,
}

impl HealthCheck {
    /// Returns `true` if this is not a check, but marks the maintenance mode of its node or service.
    #[must_use]
    pub fn is_maintenance(&self) -> bool {
        let id = self.id.as_str();
        id == "_node_maintenance" || id.starts_with("_service_maintenance:")
    }
}

impl From<&HealthCheck> for CheckId {
    fn from(check: &HealthCheck) -> Self {
        check.id.clone()
    }
}

string_enum! {
    /// The type of a check.
    #[derive(Default)]
    CheckType {
        /// Unknown: the check was registered in the catalog, or by Consul itself. Sent as an empty string.
        #[default]
        Unset = "",
        /// The service reports its own status, within a time to live.
        Ttl = "ttl",
        /// An HTTP request.
        Http = "http",
        /// A TCP connection.
        Tcp = "tcp",
        /// A UDP datagram, since 1.13.
        Udp = "udp",
        /// gRPC's health protocol.
        Grpc = "grpc",
        /// An HTTP/2 ping, since 1.10.
        H2ping = "h2ping",
        /// A program that runs in a container.
        Docker = "docker",
        /// A program that the agent runs.
        Script = "script",
        /// The checks of another service or node.
        Alias = "alias",
        /// The state of a service of the operating system, since 1.13.
        OsService = "os_service",
        /// Maintenance mode of the node or service.
        Maintenance = "maintenance",
        /// A session, since 1.21.
        Session = "session",
    }
}
