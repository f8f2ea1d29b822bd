//! A node, as the catalog has it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::{Locality, NodeName};
use crate::types::null;
use crate::{EncodeError, RequestWriter};

/// A node: a machine that runs an agent, or something outside that was registered by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct CatalogNode {
    /// The node's id, a UUID. Empty for a node that was registered by hand without one.
    #[serde(default, rename = "ID")]
    pub id: String,
    /// The node's name (`Node`).
    #[serde(rename = "Node")]
    pub name: String,
    /// The node's address: an IP address or a host name.
    #[serde(default)]
    pub address: String,
    /// The datacenter that the node is in.
    #[serde(default)]
    pub datacenter: String,
    /// More addresses: `lan`, `wan`, and each with `_ipv4` or `_ipv6`.
    #[serde(default, deserialize_with = "null::or_default")]
    pub tagged_addresses: BTreeMap<String, String>,
    /// The node's metadata. Agents add `consul-network-segment`, newer ones `consul-version` too.
    #[serde(default, deserialize_with = "null::or_default")]
    pub meta: BTreeMap<String, String>,
    /// Where the node is, since 1.16. `None` where it does not say.
    pub locality: Option<Locality>,
    /// The cluster peer that the node was imported from, since 1.13. Empty for the own cluster's.
    #[serde(default)]
    pub peer_name: String,
    /// Admin partition, from Consul Enterprise.
    #[serde(default)]
    pub partition: String,
    /// Raft index at which the node was registered.
    #[serde(default)]
    pub create_index: u64,
    /// Raft index of the last change.
    #[serde(default)]
    pub modify_index: u64,
}

impl From<&CatalogNode> for String {
    fn from(node: &CatalogNode) -> Self {
        node.name.clone()
    }
}

impl From<&CatalogNode> for NodeName {
    fn from(node: &CatalogNode) -> Self {
        Self::from(&node.name)
    }
}

/// Writes the node metadata that an answer is narrowed down to.
pub(crate) fn write_node_meta(request: &mut RequestWriter, node_meta: &BTreeMap<String, String>) {
    for (key, value) in node_meta {
        if key.contains(':') {
            let reason = format!("has a colon in the key {key:?}, where servers end it");
            request.reject(EncodeError::Invalid { name: "node-meta", reason });
        }
        request.pair("node-meta", format_args!("{key}:{value}"));
    }
}
