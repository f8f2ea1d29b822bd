//! A service instance together with its node, in one flat object.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{
    ConnectProxyConfig, Locality, NodeId, NodeName, ServiceAddress, ServiceConnect, ServiceId, ServiceKind,
    ServiceName, ServicePort, Weights,
};
use crate::types::{empty, null, port};

/// A service instance, with the node that it runs on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct CatalogService {
    /// Name of the node.
    pub node: NodeName,
    /// ID of the node (`ID`), a UUID. Empty if the node was registered in the catalog without one.
    #[serde(default, rename = "ID", deserialize_with = "null::or_default")]
    pub node_id: NodeId,
    /// Address of the node (`Address`). Clients connect to [`address`](Self::address).
    #[serde(default, rename = "Address", deserialize_with = "null::or_default")]
    pub node_address: String,
    /// More addresses of the node (`TaggedAddresses`).
    #[serde(default, rename = "TaggedAddresses", deserialize_with = "null::map")]
    pub node_tagged_addresses: BTreeMap<String, String>,
    /// Metadata of the node.
    #[serde(default, deserialize_with = "null::map")]
    pub node_meta: BTreeMap<String, String>,
    /// Datacenter of the node.
    #[serde(default, deserialize_with = "null::or_default")]
    pub datacenter: String,
    /// Kind of the service.
    #[serde(default)]
    pub service_kind: ServiceKind,
    /// Id of the instance, unique on its node.
    #[serde(rename = "ServiceID")]
    pub service_id: ServiceId,
    /// Name of the service.
    pub service_name: ServiceName,
    /// Tags of the instance.
    #[serde(default, deserialize_with = "null::list")]
    pub service_tags: Vec<String>,
    /// Address of the instance. Empty if it uses the address of its node.
    #[serde(default, deserialize_with = "null::or_default")]
    pub service_address: String,
    /// More addresses of the instance, by tag.
    #[serde(default, deserialize_with = "null::map")]
    pub service_tagged_addresses: BTreeMap<String, ServiceAddress>,
    /// Port of the instance. If it has several ports, this is the default one. 0 if there is none, or if the number is
    /// not a port.
    #[serde(default, deserialize_with = "port::deserialize")]
    pub service_port: u16,
    /// Ports of an instance with several ports, since 1.22.
    #[serde(default, deserialize_with = "null::list", skip_serializing_if = "Vec::is_empty")]
    pub service_ports: Vec<ServicePort>,
    /// Unix socket of the instance, since 1.10. Empty if there is none.
    #[serde(default, deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub service_socket_path: String,
    /// Metadata of the instance.
    #[serde(default, deserialize_with = "null::map")]
    pub service_meta: BTreeMap<String, String>,
    /// Weights of the instance.
    #[serde(default, deserialize_with = "null::or_default")]
    pub service_weights: Weights,
    /// Whether other programs can change the tags in the catalog. The agent then does not reset them.
    #[serde(default, deserialize_with = "null::or_default")]
    pub service_enable_tag_override: bool,
    /// Configuration of a proxy or gateway. `None` if there is none.
    #[serde(default, deserialize_with = "empty::or_none", skip_serializing_if = "Option::is_none")]
    pub service_proxy: Option<Box<ConnectProxyConfig>>,
    /// The settings of the instance in the service mesh.
    #[serde(default, deserialize_with = "null::or_default")]
    pub service_connect: ServiceConnect,
    /// Location of the instance, since 1.16. `None` if unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_locality: Option<Locality>,
    /// The cluster peer that the instance was imported from, since 1.13. Empty for an instance of this cluster.
    #[serde(default, deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub peer_name: String,
    /// Namespace (Consul Enterprise).
    #[serde(default, deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Admin partition (Consul Enterprise).
    #[serde(default, deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub partition: String,
    /// Raft index at which the instance was registered.
    #[serde(default, deserialize_with = "null::or_default")]
    pub create_index: u64,
    /// Raft index of the last change.
    #[serde(default, deserialize_with = "null::or_default")]
    pub modify_index: u64,
}

impl CatalogService {
    /// Returns the address to connect to: that of the instance, or that of its node if the instance has none.
    #[must_use]
    pub fn address(&self) -> &str {
        if self.service_address.is_empty() { &self.node_address } else { &self.service_address }
    }
}

impl From<&CatalogService> for ServiceId {
    fn from(service: &CatalogService) -> Self {
        service.service_id.clone()
    }
}

impl From<&CatalogService> for ServiceName {
    fn from(service: &CatalogService) -> Self {
        service.service_name.clone()
    }
}
