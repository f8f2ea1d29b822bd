//! A service instance, as seen from its node.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::{
    ConnectProxyConfig, Locality, ServiceAddress, ServiceConnect, ServiceKind, ServicePort, Weights,
};
use crate::types::{blank, null, port};

/// An instance of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct NodeService {
    /// Kind of the service.
    #[serde(default)]
    pub kind: ServiceKind,
    /// Id of the instance, unique on its node.
    #[serde(rename = "ID")]
    pub id: String,
    /// Name of the service (`Service`).
    #[serde(rename = "Service")]
    pub name: String,
    /// Tags of the instance.
    #[serde(default, deserialize_with = "null::or_default")]
    pub tags: Vec<String>,
    /// Address of the instance. Empty where it has none but the node's.
    #[serde(default)]
    pub address: String,
    /// More addresses: `lan`, `wan`, each with `_ipv4` or `_ipv6`, and of the mesh `consul-virtual`.
    #[serde(default, deserialize_with = "null::or_default")]
    pub tagged_addresses: BTreeMap<String, ServiceAddress>,
    /// Port of the instance; of several, the default one. 0 where there is none, or nothing that is a port.
    #[serde(default, deserialize_with = "port::deserialize")]
    pub port: u16,
    /// The ports of an instance with several, since 1.22.
    #[serde(default, deserialize_with = "null::or_default")]
    pub ports: Vec<ServicePort>,
    /// Unix socket of the instance, since 1.10. Empty where there is none.
    #[serde(default)]
    pub socket_path: String,
    /// Metadata of the instance.
    #[serde(default, deserialize_with = "null::or_default")]
    pub meta: BTreeMap<String, String>,
    /// Weights of the instance.
    #[serde(default, deserialize_with = "null::or_default")]
    pub weights: Weights,
    /// Whether the tags may be changed in the catalog without the agent setting them back.
    #[serde(default)]
    pub enable_tag_override: bool,
    /// What a proxy or gateway is configured with. `None` where nothing is.
    #[serde(default, deserialize_with = "blank::or_none")]
    pub proxy: Option<Box<ConnectProxyConfig>>,
    /// How the instance takes part in the service mesh.
    #[serde(default, deserialize_with = "null::or_default")]
    pub connect: ServiceConnect,
    /// Where the instance is, since 1.16. `None` where it does not say.
    pub locality: Option<Locality>,
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
