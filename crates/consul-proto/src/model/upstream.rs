//! A service that an instance reaches through its proxy; the same in registrations and in responses.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{MeshGateway, MeshGatewayMode};
use crate::types::empty::IsEmpty;
use crate::types::string_enum::string_enum;
use crate::types::{null, port};

/// A service, or the result of a prepared query, that an instance reaches through a port or socket of its proxy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Upstream {
    /// Type of the destination.
    #[serde(skip_serializing_if = "IsEmpty::is_empty")]
    pub destination_type: DestinationType,
    /// Name of the service or prepared query.
    #[serde(deserialize_with = "null::or_default")]
    pub destination_name: String,
    /// Namespace of the destination (Consul Enterprise).
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub destination_namespace: String,
    /// Admin partition of the destination (Consul Enterprise).
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub destination_partition: String,
    /// Cluster peer of the destination, since 1.13. Excludes a datacenter.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub destination_peer: String,
    /// Name of the port of a destination with several ports, since 1.22. Its default port if empty.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub destination_port: String,
    /// Datacenter of the destination. That of the proxy if empty.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub datacenter: String,
    /// Address of the proxy's listener. 127.0.0.1 if empty.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub local_bind_address: String,
    /// Port of the proxy's listener. A registration needs a port or a socket.
    #[serde(deserialize_with = "port::deserialize", skip_serializing_if = "IsEmpty::is_empty")]
    pub local_bind_port: u16,
    /// Unix socket of the proxy's listener, since 1.10. Excludes a port.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub local_bind_socket_path: String,
    /// Mode of the socket in octal digits, such as `0600`.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub local_bind_socket_mode: String,
    /// Opaque settings that Consul passes to the proxy.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, Value>,
    /// How connections to the destination use mesh gateways.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "IsEmpty::is_empty")]
    pub mesh_gateway: MeshGateway,
    /// Whether it comes from a configuration entry instead of a registration, since 1.10. Servers set this;
    /// registrations do not send it.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "IsEmpty::is_empty")]
    pub centrally_configured: bool,
}

impl Upstream {
    /// Makes a service reachable at a port of the proxy.
    pub fn new(service: impl Into<String>, local_bind_port: u16) -> Self {
        Self { destination_name: service.into(), local_bind_port, ..Self::default() }
    }

    /// Makes a service reachable at a Unix socket of the proxy; since 1.10.
    pub fn socket(service: impl Into<String>, path: impl Into<String>) -> Self {
        Self { destination_name: service.into(), local_bind_socket_path: path.into(), ..Self::default() }
    }

    /// Sets the type of the destination. Defaults to a service.
    #[must_use]
    pub fn destination_type(mut self, destination: DestinationType) -> Self {
        self.destination_type = destination;
        self
    }

    /// Sets the namespace of the destination (Consul Enterprise).
    #[must_use]
    pub fn destination_namespace(mut self, name: impl Into<String>) -> Self {
        self.destination_namespace = name.into();
        self
    }

    /// Sets the admin partition of the destination (Consul Enterprise).
    #[must_use]
    pub fn destination_partition(mut self, name: impl Into<String>) -> Self {
        self.destination_partition = name.into();
        self
    }

    /// Sets the cluster peer of the destination; since 1.13. Excludes a [datacenter](Self::datacenter).
    #[must_use]
    pub fn destination_peer(mut self, name: impl Into<String>) -> Self {
        self.destination_peer = name.into();
        self
    }

    /// Sets the port of a destination with several ports, by its name; since 1.22. Defaults to its default port.
    #[must_use]
    pub fn destination_port(mut self, name: impl Into<String>) -> Self {
        self.destination_port = name.into();
        self
    }

    /// Sets the datacenter of the destination. Defaults to that of the proxy.
    #[must_use]
    pub fn datacenter(mut self, name: impl Into<String>) -> Self {
        self.datacenter = name.into();
        self
    }

    /// Sets the address of the proxy's listener. Defaults to 127.0.0.1.
    #[must_use]
    pub fn local_bind_address(mut self, address: impl Into<String>) -> Self {
        self.local_bind_address = address.into();
        self
    }

    /// Sets the mode of the Unix socket in octal digits, such as `0600`.
    #[must_use]
    pub fn local_bind_socket_mode(mut self, mode: impl Into<String>) -> Self {
        self.local_bind_socket_mode = mode.into();
        self
    }

    /// Adds an opaque setting that Consul passes to the proxy. A `null` in it, at any depth, is rejected.
    #[must_use]
    pub fn config(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.config.insert(name.into(), value.into());
        self
    }

    /// Sets how connections to the destination use mesh gateways.
    #[must_use]
    pub fn mesh_gateway(mut self, mode: MeshGatewayMode) -> Self {
        self.mesh_gateway = MeshGateway { mode };
        self
    }
}

string_enum! {
    /// The type of a destination.
    #[derive(Default)]
    DestinationType {
        /// Unset, which means a service; the empty text.
        #[default]
        Unset = "",
        /// A service.
        Service = "service",
        /// A prepared query.
        PreparedQuery = "prepared_query",
    }
}
