//! Operations on the nodes of the catalog.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

/// An operation on a node of the catalog, as part of a [transaction](crate::txn::Apply).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NodeOp {
    /// Reads a node. If it does not exist, the transaction is rolled back.
    Get {
        /// Name of the node.
        node: String,
    },
    /// Writes a node. It replaces the stored node.
    Set(Node),
    /// Writes a node if its `ModifyIndex` is this one.
    Cas {
        /// The node.
        node: Node,
        /// The index; with 0, the node must not exist.
        index: u64,
    },
    /// Deletes a node with its services and checks. Succeeds if it does not exist.
    Delete {
        /// Name of the node.
        node: String,
    },
    /// Deletes a node with its services and checks if its `ModifyIndex` is this one.
    DeleteCas {
        /// Name of the node.
        node: String,
        /// The index.
        index: u64,
    },
}

/// A node to write.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Node {
    /// Id of the node, a UUID. One that belongs to a node of another name renames that node.
    #[serde(rename = "ID", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name of the node (`Node`).
    #[serde(rename = "Node")]
    pub name: String,
    /// Address of the node: an IP address or a host name.
    pub address: String,
    /// Datacenter of the node. Defaults to the agent's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub datacenter: Option<String>,
    /// Further addresses, such as `lan` and `wan`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tagged_addresses: BTreeMap<String, String>,
    /// Metadata.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub meta: BTreeMap<String, String>,
    /// Admin partition (Consul Enterprise).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition: Option<String>,
}

impl Node {
    /// Creates a node with this name and address.
    pub fn new(name: impl Into<String>, address: impl Into<String>) -> Self {
        Self { name: name.into(), address: address.into(), ..Self::default() }
    }
}

impl NodeOp {
    /// Reads the node `node`. If it does not exist, the transaction is rolled back.
    pub fn get(node: impl Into<String>) -> Self {
        Self::Get { node: node.into() }
    }

    /// Writes `node`.
    #[must_use]
    pub fn set(node: Node) -> Self {
        Self::Set(node)
    }

    /// Writes `node` if its `ModifyIndex` is `index`; with 0, if it does not exist.
    #[must_use]
    pub fn cas(node: Node, index: u64) -> Self {
        Self::Cas { node, index }
    }

    /// Deletes the node `node` with its services and checks.
    pub fn delete(node: impl Into<String>) -> Self {
        Self::Delete { node: node.into() }
    }

    /// Deletes the node `node` with its services and checks if its `ModifyIndex` is `index`.
    pub fn delete_cas(node: impl Into<String>, index: u64) -> Self {
        Self::DeleteCas { node: node.into(), index }
    }

    /// Returns whether the operation changes nothing.
    #[must_use]
    pub fn is_read(&self) -> bool {
        matches!(self, Self::Get { .. })
    }
}

impl Serialize for NodeOp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let by_name = |node| Payload::Name { node };
        let (verb, node, modify_index) = match self {
            Self::Get { node } => ("get", by_name(node), None),
            Self::Set(node) => ("set", Payload::Whole(node), None),
            Self::Cas { node, index } => ("cas", Payload::Whole(node), Some(*index)),
            Self::Delete { node } => ("delete", by_name(node), None),
            Self::DeleteCas { node, index } => ("delete-cas", by_name(node), Some(*index)),
        };
        Wire { verb, node: At { node, modify_index } }.serialize(serializer)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Wire<'a> {
    verb: &'static str,
    node: At<'a>,
}

#[derive(Serialize)]
struct At<'a> {
    #[serde(flatten)]
    node: Payload<'a>,
    #[serde(rename = "ModifyIndex", skip_serializing_if = "Option::is_none")]
    modify_index: Option<u64>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Payload<'a> {
    Whole(&'a Node),
    Name {
        #[serde(rename = "Node")]
        node: &'a str,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_sends_its_arguments() {
        let node = Node {
            id: Some("aaaaaaaa-bbbb-cccc-dddd-000000000001".to_owned()),
            datacenter: Some("dc1".to_owned()),
            tagged_addresses: BTreeMap::from([("lan".to_owned(), "10.0.0.1".to_owned())]),
            meta: BTreeMap::from([("k".to_owned(), "v".to_owned())]),
            ..Node::new("txn-node", "10.0.0.1")
        };
        let whole = r#""ID":"aaaaaaaa-bbbb-cccc-dddd-000000000001","Node":"txn-node","Address":"10.0.0.1","Datacenter":"dc1","TaggedAddresses":{"lan":"10.0.0.1"},"Meta":{"k":"v"}"#;
        for (op, json) in [
            (NodeOp::get("n"), r#"{"Verb":"get","Node":{"Node":"n"}}"#.to_owned()),
            (NodeOp::set(node.clone()), format!(r#"{{"Verb":"set","Node":{{{whole}}}}}"#)),
            (NodeOp::cas(node, 0), format!(r#"{{"Verb":"cas","Node":{{{whole},"ModifyIndex":0}}}}"#)),
            (NodeOp::delete("n"), r#"{"Verb":"delete","Node":{"Node":"n"}}"#.to_owned()),
            (
                NodeOp::delete_cas("n", 7),
                r#"{"Verb":"delete-cas","Node":{"Node":"n","ModifyIndex":7}}"#.to_owned(),
            ),
        ] {
            assert_eq!(serde_json::to_string(&op).unwrap(), json);
            assert_eq!(op.is_read(), matches!(op, NodeOp::Get { .. }));
        }
    }
}
