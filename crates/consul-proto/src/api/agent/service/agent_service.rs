//! A service instance, as its agent has it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::{
    ConnectProxyConfig, Locality, ServiceAddress, ServiceConnect, ServiceKind, ServicePort, Weights,
};
use crate::types::{blank, null, port};

/// A service instance that is registered with an agent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AgentService {
    /// Kind of the service.
    #[serde(default)]
    pub kind: ServiceKind,
    /// Id of the instance, unique on its agent.
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
    /// More addresses: `lan`, `wan`, each with `_ipv4` or `_ipv6`. The agent adds those that follow from an IP address.
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
    /// How the instance takes part in the service mesh. A sidecar is an instance of its own.
    #[serde(default, deserialize_with = "null::or_default")]
    pub connect: ServiceConnect,
    /// Where the instance is, since 1.16. `None` where it does not say.
    pub locality: Option<Locality>,
    /// Hash of all this, to wait on; opaque. Only from [`Get`](crate::agent::service::Get), empty elsewhere.
    #[serde(default)]
    pub content_hash: String,
    /// Datacenter of the agent, since 1.9. Empty before.
    #[serde(default)]
    pub datacenter: String,
    /// The cluster peer that the instance was imported from. Empty for the own cluster's.
    #[serde(default)]
    pub peer_name: String,
    /// Namespace, from Consul Enterprise.
    #[serde(default)]
    pub namespace: String,
    /// Admin partition, from Consul Enterprise.
    #[serde(default)]
    pub partition: String,
}

/// The id, by which operations know an instance.
impl From<&AgentService> for String {
    fn from(service: &AgentService) -> Self {
        service.id.clone()
    }
}
