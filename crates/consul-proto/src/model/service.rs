//! A service instance, as its node has it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{
    ConnectProxyConfig, Locality, ServiceAddress, ServiceConnect, ServiceId, ServiceKind, ServiceName,
    ServicePort, Weights,
};
use crate::types::empty::IsEmpty;
use crate::types::{empty, null, port};

/// A service instance on a node.
///
/// The catalog, [`health`](crate::health), transactions and agents return it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct NodeService {
    /// Kind of the service.
    #[serde(default)]
    pub kind: ServiceKind,
    /// Id of the instance, unique on its node.
    #[serde(rename = "ID")]
    pub id: ServiceId,
    /// Name of the service (`Service`).
    #[serde(rename = "Service")]
    pub name: ServiceName,
    /// Tags of the instance.
    #[serde(default, deserialize_with = "null::list")]
    pub tags: Vec<String>,
    /// Address of the instance. Empty if it uses the address of its node.
    #[serde(default, deserialize_with = "null::or_default")]
    pub address: String,
    /// More addresses: `lan` and `wan`, each also with `_ipv4` or `_ipv6`, and in the service mesh `consul-virtual`.
    /// Agents add the addresses that follow from an IP address.
    #[serde(default, deserialize_with = "null::map")]
    pub tagged_addresses: BTreeMap<String, ServiceAddress>,
    /// Port of the instance. If it has several ports, this is the default one. 0 if there is none, or if the number is
    /// not a port.
    #[serde(default, deserialize_with = "port::deserialize")]
    pub port: u16,
    /// Ports of an instance with several ports, since 1.22.
    #[serde(default, deserialize_with = "null::list", skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<ServicePort>,
    /// Unix socket of the instance, since 1.10. Empty if there is none.
    #[serde(default, deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub socket_path: String,
    /// Metadata of the instance.
    #[serde(default, deserialize_with = "null::map")]
    pub meta: BTreeMap<String, String>,
    /// Weights of the instance.
    #[serde(default, deserialize_with = "null::or_default")]
    pub weights: Weights,
    /// Whether other programs can change the tags in the catalog. The agent then does not reset them.
    #[serde(default, deserialize_with = "null::or_default")]
    pub enable_tag_override: bool,
    /// Configuration of a proxy or gateway. `None` if there is none.
    #[serde(default, deserialize_with = "empty::or_none", skip_serializing_if = "Option::is_none")]
    pub proxy: Option<Box<ConnectProxyConfig>>,
    /// The settings of the instance in the service mesh. A sidecar is an instance of its own.
    #[serde(default, deserialize_with = "null::or_default")]
    pub connect: ServiceConnect,
    /// Location of the instance, since 1.16. `None` if unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<Locality>,
    /// Opaque hash of the instance's registration, to wait on. Empty except in responses of
    /// [`agent::service::Get`](crate::agent::service::Get).
    #[serde(default, deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub content_hash: String,
    /// Datacenter of the agent, in responses of agents since 1.9. Empty elsewhere.
    #[serde(default, deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub datacenter: String,
    /// The cluster peer that the instance was imported from, since 1.13. Empty for an instance of this cluster.
    #[serde(default, deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub peer_name: String,
    /// Namespace (Consul Enterprise).
    #[serde(default, deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Admin partition (Consul Enterprise).
    #[serde(default, deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub partition: String,
    /// Raft index at which the instance was registered. 0 in responses of an agent.
    #[serde(default, deserialize_with = "null::or_default", skip_serializing_if = "IsEmpty::is_empty")]
    pub create_index: u64,
    /// Raft index of the last change. 0 in responses of an agent.
    #[serde(default, deserialize_with = "null::or_default", skip_serializing_if = "IsEmpty::is_empty")]
    pub modify_index: u64,
}

impl From<&NodeService> for ServiceId {
    fn from(service: &NodeService) -> Self {
        service.id.clone()
    }
}

impl From<&NodeService> for ServiceName {
    fn from(service: &NodeService) -> Self {
        service.name.clone()
    }
}
