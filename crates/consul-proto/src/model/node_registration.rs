//! A node to register in the catalog.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::RequestWriter;
use crate::model::service_fields::filled;
use crate::model::{CatalogNode, Locality, NodeId, NodeName};

/// A node to register in the catalog, directly or in a transaction. It replaces the registered node of that name.
///
/// Converts from a name, and from a [`CatalogNode`] of a response. Registering that again changes nothing of the
/// node, and needs no permission to write it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
#[non_exhaustive]
pub struct NodeRegistration {
    #[serde(rename = "ID", skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<NodeId>,
    #[serde(rename = "Node")]
    pub(crate) name: NodeName,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tagged_addresses: BTreeMap<String, String>,
    #[serde(rename = "NodeMeta", skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) meta: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) locality: Option<Locality>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) partition: Option<String>,
}

impl NodeRegistration {
    /// Creates a node. The address is an IP address or a host name.
    pub fn new(name: impl Into<NodeName>, address: impl Into<String>) -> Self {
        Self { name: name.into(), address: Some(address.into()), ..Self::default() }
    }

    /// Sets the id of the node, a UUID. A node outside of agents needs none.
    ///
    /// If the id belongs to a node of another name, servers *rename* that node: its old name is gone, and so is
    /// everything on it.
    pub fn id(mut self, id: impl Into<NodeId>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the address, an IP address or a host name.
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// Adds an address under a tag: `lan` or `wan`, each also with `_ipv4` or `_ipv6`.
    pub fn tagged_address(mut self, tag: impl Into<String>, address: impl Into<String>) -> Self {
        self.tagged_addresses.insert(tag.into(), address.into());
        self
    }

    /// Adds metadata.
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.meta.insert(key.into(), value.into());
        self
    }

    /// Sets the location of the node; since 1.16.
    pub fn locality(mut self, locality: Locality) -> Self {
        self.locality = Some(locality);
        self
    }

    /// Sets the admin partition (Consul Enterprise). Other servers reject it.
    pub fn partition(mut self, name: impl Into<String>) -> Self {
        self.partition = Some(name.into());
        self
    }

    /// Rejects what every server rejects.
    pub(crate) fn validate(&self, request: &mut RequestWriter) {
        request.check_name("node", self.name.as_str());
    }

    pub(crate) fn has_address(&self) -> bool {
        self.address.as_deref().is_some_and(|address| !address.is_empty())
    }
}

impl From<&str> for NodeRegistration {
    fn from(name: &str) -> Self {
        Self::from(NodeName::from(name))
    }
}

impl From<String> for NodeRegistration {
    fn from(name: String) -> Self {
        Self::from(NodeName::from(name))
    }
}

impl From<NodeName> for NodeRegistration {
    fn from(name: NodeName) -> Self {
        Self { name, ..Self::default() }
    }
}

impl From<&NodeName> for NodeRegistration {
    fn from(name: &NodeName) -> Self {
        Self::from(name.clone())
    }
}

impl From<&CatalogNode> for NodeRegistration {
    fn from(node: &CatalogNode) -> Self {
        Self {
            id: (!node.id.is_empty()).then(|| node.id.clone()),
            name: node.name.clone(),
            address: Some(node.address.clone()),
            tagged_addresses: node.tagged_addresses.clone(),
            meta: node.meta.clone(),
            locality: node.locality.clone(),
            partition: filled(&node.partition),
        }
    }
}
