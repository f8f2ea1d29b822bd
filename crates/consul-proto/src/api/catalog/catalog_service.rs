//! A service instance and its node, flat.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::{
    ConnectProxyConfig, Locality, ServiceAddress, ServiceConnect, ServiceKind, ServicePort, Weights,
};
use crate::types::{blank, null, port};

/// An instance of a service, with the node that it runs on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct CatalogService {
    /// Name of the node.
    pub node: String,
    /// Id of the node (`ID`), a UUID. Empty for a node that was registered by hand without one.
    #[serde(default, rename = "ID")]
    pub node_id: String,
    /// Address of the node (`Address`). [`address`](Self::address) is the one to connect to.
    #[serde(default, rename = "Address")]
    pub node_address: String,
    /// More addresses of the node (`TaggedAddresses`).
    #[serde(default, rename = "TaggedAddresses", deserialize_with = "null::or_default")]
    pub node_tagged_addresses: BTreeMap<String, String>,
    /// Metadata of the node.
    #[serde(default, deserialize_with = "null::or_default")]
    pub node_meta: BTreeMap<String, String>,
    /// The datacenter that the node is in.
    #[serde(default)]
    pub datacenter: String,
    /// Kind of the service.
    #[serde(default)]
    pub service_kind: ServiceKind,
    /// Id of the instance, unique on its node.
    #[serde(rename = "ServiceID")]
    pub service_id: String,
    /// Name of the service.
    pub service_name: String,
    /// Tags of the instance.
    #[serde(default, deserialize_with = "null::or_default")]
    pub service_tags: Vec<String>,
    /// Address of the instance. Empty where it has none but the node's.
    #[serde(default)]
    pub service_address: String,
    /// More addresses of the instance, by tag.
    #[serde(default, deserialize_with = "null::or_default")]
    pub service_tagged_addresses: BTreeMap<String, ServiceAddress>,
    /// Port of the instance; of several, the default one. 0 where there is none, or nothing that is a port.
    #[serde(default, deserialize_with = "port::deserialize")]
    pub service_port: u16,
    /// The ports of an instance with several, since 1.22.
    #[serde(default, deserialize_with = "null::or_default")]
    pub service_ports: Vec<ServicePort>,
    /// Unix socket of the instance, since 1.10. Empty where there is none.
    #[serde(default)]
    pub service_socket_path: String,
    /// Metadata of the instance.
    #[serde(default, deserialize_with = "null::or_default")]
    pub service_meta: BTreeMap<String, String>,
    /// Weights of the instance.
    #[serde(default, deserialize_with = "null::or_default")]
    pub service_weights: Weights,
    /// Whether the tags may be changed in the catalog without the agent setting them back.
    #[serde(default)]
    pub service_enable_tag_override: bool,
    /// What a proxy or gateway is configured with. `None` where nothing is.
    #[serde(default, deserialize_with = "blank::or_none")]
    pub service_proxy: Option<Box<ConnectProxyConfig>>,
    /// How the instance takes part in the service mesh.
    #[serde(default, deserialize_with = "null::or_default")]
    pub service_connect: ServiceConnect,
    /// Where the instance is, since 1.16. `None` where it does not say.
    pub service_locality: Option<Locality>,
    /// The cluster peer that the instance was imported from, since 1.13. Empty for the own cluster's.
    #[serde(default)]
    pub peer_name: String,
    /// Namespace, from Consul Enterprise.
    #[serde(default)]
    pub namespace: String,
    /// Admin partition, from Consul Enterprise.
    #[serde(default)]
    pub partition: String,
    /// Raft index at which the instance was registered.
    #[serde(default)]
    pub create_index: u64,
    /// Raft index of the last change.
    #[serde(default)]
    pub modify_index: u64,
}

impl CatalogService {
    /// The address to connect to: the instance's own, or else its node's.
    #[must_use]
    pub fn address(&self) -> &str {
        if self.service_address.is_empty() { &self.node_address } else { &self.service_address }
    }
}
