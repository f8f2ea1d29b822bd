//! What a service instance reaches through its proxy.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::MeshGateway;
use crate::types::blank::is_blank;
use crate::types::word::word;
use crate::types::{null, port};

/// A service, or the result of a prepared query, that an instance reaches through a port or socket of its proxy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Upstream {
    /// What the name is of.
    #[serde(skip_serializing_if = "is_blank")]
    pub destination_type: DestinationType,
    /// Name of the service or prepared query.
    pub destination_name: String,
    /// Namespace of the destination, Consul Enterprise.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub destination_namespace: String,
    /// Admin partition of the destination, Consul Enterprise.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub destination_partition: String,
    /// Cluster peer of the destination, since 1.13; excludes a datacenter.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub destination_peer: String,
    /// Datacenter of the destination; the proxy's own where empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub datacenter: String,
    /// Address of the proxy's port; 127.0.0.1 where empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub local_bind_address: String,
    /// Port of the proxy for this destination. A registration needs it or a socket.
    #[serde(deserialize_with = "port::deserialize", skip_serializing_if = "is_blank")]
    pub local_bind_port: u16,
    /// Unix socket of the proxy for this destination, since 1.10; excludes a port.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub local_bind_socket_path: String,
    /// Mode of the socket, octal, such as `0600`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub local_bind_socket_mode: String,
    /// Settings that Consul passes on to the proxy.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, Value>,
    /// How mesh gateways are used on the way.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "is_blank")]
    pub mesh_gateway: MeshGateway,
    /// Whether it comes from a configuration entry and not from a registration, since 1.10. For servers to say, and
    /// not sent.
    #[serde(skip_serializing)]
    pub centrally_configured: bool,
}

impl Upstream {
    /// The service of this name, at this port of the proxy.
    pub fn new(service: impl Into<String>, local_bind_port: u16) -> Self {
        Self { destination_name: service.into(), local_bind_port, ..Self::default() }
    }
}

word! {
    /// What the name of a destination is of.
    #[derive(Default)]
    DestinationType {
        /// Not said, which means a service; the empty word.
        #[default]
        Unset = "",
        /// A service.
        Service = "service",
        /// A prepared query.
        PreparedQuery = "prepared_query",
    }
}
