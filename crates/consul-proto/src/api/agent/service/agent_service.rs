//! A service instance as its agent returns it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{
    ConnectProxyConfig, Locality, ServiceAddress, ServiceConnect, ServiceId, ServiceKind, ServiceName,
    ServicePort, Weights,
};
use crate::types::{blank, null, port};

/// A service instance that is registered with an agent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AgentService {
    /// Kind of the service.
    #[serde(default, deserialize_with = "null::or_default")]
    pub kind: ServiceKind,
    /// Id of the instance, unique on its agent.
    #[serde(rename = "ID")]
    pub id: ServiceId,
    /// Name of the service (`Service`).
    #[serde(rename = "Service")]
    pub name: ServiceName,
    /// Tags of the instance.
    #[serde(default, deserialize_with = "null::list")]
    pub tags: Vec<String>,
    /// Address of the instance. Empty if it has the address of the node.
    #[serde(default, deserialize_with = "null::or_default")]
    pub address: String,
    /// Addresses by tag: `lan` or `wan`, each also with `_ipv4` or `_ipv6`. If the address is an IP address, the agent adds
    /// some.
    #[serde(default, deserialize_with = "null::map")]
    pub tagged_addresses: BTreeMap<String, ServiceAddress>,
    /// Port of the instance; the default one of several ports. 0 if it has no port, or one that is out of range.
    #[serde(default, deserialize_with = "port::deserialize")]
    pub port: u16,
    /// The ports of an instance with several, since 1.22.
    #[serde(default, deserialize_with = "null::list")]
    pub ports: Vec<ServicePort>,
    /// Unix socket of the instance, since 1.10. Empty if it has none.
    #[serde(default, deserialize_with = "null::or_default")]
    pub socket_path: String,
    /// Metadata of the instance.
    #[serde(default, deserialize_with = "null::map")]
    pub meta: BTreeMap<String, String>,
    /// Weights of the instance.
    #[serde(default, deserialize_with = "null::or_default")]
    pub weights: Weights,
    /// Whether other programs can change the tags in the catalog without the agent resetting them.
    #[serde(default, deserialize_with = "null::or_default")]
    pub enable_tag_override: bool,
    /// Configuration of a proxy or gateway. `None` if it has none.
    #[serde(default, deserialize_with = "blank::or_none")]
    pub proxy: Option<Box<ConnectProxyConfig>>,
    /// How the instance takes part in the service mesh. Its sidecar is an instance of its own.
    #[serde(default, deserialize_with = "null::or_default")]
    pub connect: ServiceConnect,
    /// Location of the instance, since 1.16. `None` if unset.
    pub locality: Option<Locality>,
    /// Opaque hash of the instance, for blocking queries. Only [`Get`](crate::agent::service::Get) returns it.
    #[serde(default, deserialize_with = "null::or_default")]
    pub content_hash: String,
    /// Datacenter of the agent, since 1.9.
    #[serde(default, deserialize_with = "null::or_default")]
    pub datacenter: String,
    /// The cluster peer that the instance was imported from. Empty for an instance of this cluster.
    #[serde(default, deserialize_with = "null::or_default")]
    pub peer_name: String,
    /// Namespace (Consul Enterprise).
    #[serde(default, deserialize_with = "null::or_default")]
    pub namespace: String,
    /// Admin partition (Consul Enterprise).
    #[serde(default, deserialize_with = "null::or_default")]
    pub partition: String,
}

impl From<&AgentService> for ServiceId {
    fn from(service: &AgentService) -> Self {
        service.id.clone()
    }
}

impl From<&AgentService> for ServiceName {
    fn from(service: &AgentService) -> Self {
        service.name.clone()
    }
}
