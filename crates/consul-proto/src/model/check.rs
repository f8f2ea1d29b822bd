//! A check, as servers have it.

use std::time::Duration;

use serde::Deserialize;

use crate::model::{CheckId, HealthCheckDefinition, Status};
use crate::types::word::word;
use crate::types::{blank, duration, null, port};

/// A check of a node or of a service instance, and how it turned out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct HealthCheck {
    /// Name of the node.
    pub node: String,
    /// Id of the check (`CheckID`), unique on its node.
    #[serde(rename = "CheckID")]
    pub id: String,
    /// Name of the check.
    #[serde(default)]
    pub name: String,
    /// How it turned out.
    pub status: Status,
    /// What whoever registered the check has noted.
    #[serde(default)]
    pub notes: String,
    /// What the check last had to say.
    #[serde(default)]
    pub output: String,
    /// Id of the service instance that is checked. Empty where it is the node.
    #[serde(default, rename = "ServiceID")]
    pub service_id: String,
    /// Name of the service that is checked. Empty where it is the node.
    #[serde(default)]
    pub service_name: String,
    /// Tags of the service instance that is checked.
    #[serde(default, deserialize_with = "null::or_default")]
    pub service_tags: Vec<String>,
    /// How it is checked (`Type`).
    #[serde(default, rename = "Type")]
    pub check_type: CheckType,
    /// How often it is checked, since 1.11. Zero where that is not known.
    #[serde(default, deserialize_with = "duration::or_zero")]
    pub interval: Duration,
    /// How long the check may take, since 1.11. Zero where that is not known.
    #[serde(default, deserialize_with = "duration::or_zero")]
    pub timeout: Duration,
    /// Port at which a proxy exposes what is checked, since 1.10. 0 where none does.
    #[serde(default, deserialize_with = "port::deserialize")]
    pub exposed_port: u16,
    /// What is checked, of a check that was registered in the catalog. `None` for most that agents carry out.
    #[serde(default, deserialize_with = "blank::or_none")]
    pub definition: Option<Box<HealthCheckDefinition>>,
    /// The cluster peer that the check was imported from, since 1.13. Empty for the own cluster's.
    #[serde(default)]
    pub peer_name: String,
    /// Namespace, from Consul Enterprise.
    #[serde(default)]
    pub namespace: String,
    /// Admin partition, from Consul Enterprise.
    #[serde(default)]
    pub partition: String,
    /// Raft index at which the check was registered. 0 from an agent, which has none.
    #[serde(default)]
    pub create_index: u64,
    /// Raft index of the last change. 0 from an agent, which has none.
    #[serde(default)]
    pub modify_index: u64,
}

impl HealthCheck {
    /// Whether this is no check, but says that its node or service is taken out of use.
    #[must_use]
    pub fn is_maintenance(&self) -> bool {
        self.id == "_node_maintenance" || self.id.starts_with("_service_maintenance:")
    }
}

impl From<&HealthCheck> for CheckId {
    fn from(check: &HealthCheck) -> Self {
        Self::from(&check.id)
    }
}

/// The check's id.
impl From<&HealthCheck> for String {
    fn from(check: &HealthCheck) -> Self {
        check.id.clone()
    }
}

word! {
    /// How something is checked.
    #[derive(Default)]
    CheckType {
        /// Not said: the check was made elsewhere, or by Consul itself; the empty word.
        #[default]
        Unset = "",
        /// The service reports by itself, within a time to live.
        Ttl = "ttl",
        /// By an HTTP request.
        Http = "http",
        /// By a TCP connection.
        Tcp = "tcp",
        /// By a UDP datagram, since 1.13.
        Udp = "udp",
        /// By gRPC's health protocol.
        Grpc = "grpc",
        /// By an HTTP/2 ping, since 1.10.
        H2ping = "h2ping",
        /// By a program that runs in a container.
        Docker = "docker",
        /// By a program that runs beside the agent.
        Script = "script",
        /// By the checks of another service or node.
        Alias = "alias",
        /// By the state of a service of the operating system, since 1.13.
        OsService = "os_service",
        /// No check: the node or service is taken out of use.
        Maintenance = "maintenance",
        /// By a session, since 1.21.
        Session = "session",
    }
}
