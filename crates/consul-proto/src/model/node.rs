//! The model of a node.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Locality, NodeId, NodeName};
use crate::types::null;
use crate::{EncodeError, RequestWriter};

/// A node: a machine that runs an agent, or an external node that was registered in the catalog.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct CatalogNode {
    /// Id of the node, a UUID. Empty if the node was registered in the catalog without one.
    #[serde(default, rename = "ID", deserialize_with = "null::or_default")]
    pub id: NodeId,
    /// Name of the node (`Node`).
    #[serde(rename = "Node")]
    pub name: NodeName,
    /// Address of the node: an IP address or a host name.
    #[serde(default, deserialize_with = "null::or_default")]
    pub address: String,
    /// Datacenter of the node.
    #[serde(default, deserialize_with = "null::or_default")]
    pub datacenter: String,
    /// More addresses. The keys are `lan` and `wan`, also with the suffix `_ipv4` or `_ipv6`.
    #[serde(default, deserialize_with = "null::map")]
    pub tagged_addresses: BTreeMap<String, String>,
    /// Metadata of the node. Agents add `consul-network-segment`, newer ones also `consul-version`.
    #[serde(default, deserialize_with = "null::map")]
    pub meta: BTreeMap<String, String>,
    /// Location of the node, since 1.16. `None` if unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<Locality>,
    /// The cluster peer that the node was imported from, since 1.13. Empty for a node of this cluster.
    #[serde(default, deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub peer_name: String,
    /// Admin partition (Consul Enterprise).
    #[serde(default, deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub partition: String,
    /// Raft index at which the node was registered.
    #[serde(default, deserialize_with = "null::or_default")]
    pub create_index: u64,
    /// Raft index of the last change.
    #[serde(default, deserialize_with = "null::or_default")]
    pub modify_index: u64,
}

impl From<&CatalogNode> for NodeName {
    fn from(node: &CatalogNode) -> Self {
        node.name.clone()
    }
}

impl From<&CatalogNode> for NodeId {
    fn from(node: &CatalogNode) -> Self {
        node.id.clone()
    }
}

/// Writes the node metadata that filters the response.
pub(crate) fn write_node_meta(request: &mut RequestWriter, node_meta: &BTreeMap<String, String>) {
    for (key, value) in node_meta {
        if key.contains(':') {
            let reason = format!("has a colon in the key {key:?}, which ends the key on servers");
            request.reject(EncodeError::Invalid { name: "node-meta", reason });
        }
        request.pair("node-meta", format_args!("{key}:{value}"));
    }
}
