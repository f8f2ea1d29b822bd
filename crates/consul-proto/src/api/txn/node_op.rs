//! Operations on the nodes of the catalog.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{NodeId, NodeName, NodeRegistration};
use crate::txn::op::Verb;
use crate::{EncodeError, RequestWriter};

/// An operation on a node of the catalog, as part of a [transaction](crate::txn::Apply).
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct NodeOp {
    verb: Verb,
    node: NodeRegistration,
    index: Option<u64>,
}

impl NodeOp {
    /// Reads a node. If it does not exist, the transaction is rolled back.
    pub fn get(name: impl Into<NodeName>) -> Self {
        Self::new(Verb::Get, name.into(), None)
    }

    /// Reads the node with this id. If it does not exist, the transaction is rolled back.
    ///
    /// External nodes only have an ID if they were registered with one.
    pub fn get_by_id(id: impl Into<NodeId>) -> Self {
        Self::new(Verb::Get, NodeRegistration::from("").id(id), None)
    }

    /// Writes a node. Accepts a [`NodeRegistration`], or the node of a response. The address is required. The
    /// location is not sent, since servers do not store it in a transaction.
    pub fn set(node: impl Into<NodeRegistration>) -> Self {
        Self::new(Verb::Set, node, None)
    }

    /// Writes a node if its `ModifyIndex` is `index`; with 0, if it does not exist.
    pub fn cas(node: impl Into<NodeRegistration>, index: u64) -> Self {
        Self::new(Verb::Cas, node, Some(index))
    }

    /// Deletes a node with its services and checks. Succeeds if it does not exist.
    pub fn delete(name: impl Into<NodeName>) -> Self {
        Self::new(Verb::Delete, name.into(), None)
    }

    /// Deletes a node with its services and checks if its `ModifyIndex` is `index`.
    pub fn delete_cas(name: impl Into<NodeName>, index: u64) -> Self {
        Self::new(Verb::DeleteCas, name.into(), Some(index))
    }

    /// Sets the admin partition of the node (Consul Enterprise). Servers before 1.11 reject the transaction, others
    /// ignore it.
    pub fn partition(mut self, name: impl Into<String>) -> Self {
        self.node = self.node.partition(name);
        self
    }

    /// Returns `true` if the operation only reads.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.verb == Verb::Get
    }

    fn new(verb: Verb, node: impl Into<NodeRegistration>, index: Option<u64>) -> Self {
        Self { verb, node: node.into(), index }
    }

    pub(super) fn verb(&self) -> Verb {
        self.verb
    }

    pub(super) fn validate(&self, request: &mut RequestWriter) {
        if !self.verb.writes() {
            return match &self.node.id {
                Some(id) => request.check_not_empty("node id", id.as_str()),
                None => request.check_not_empty("node", self.node.name.as_str()),
            };
        }
        self.node.validate(request);
        if !self.node.has_address() {
            let reason = "of the node is missing".to_owned();
            request.reject(EncodeError::Invalid { name: "address", reason });
        }
    }

    /// Returns the operation as it is sent. A written node contains the datacenter, since servers in another
    /// datacenter would otherwise store the datacenter of the agent that receives the request.
    pub(super) fn wire<'a>(&'a self, datacenter: Option<&'a str>) -> Wire<'a> {
        let NodeRegistration { id, name, address, tagged_addresses, meta, locality: _, partition } =
            &self.node;
        Wire {
            verb: self.verb,
            node: Node {
                id: id.as_ref(),
                name,
                address: address.as_deref(),
                datacenter: datacenter.filter(|_| self.verb.writes()),
                tagged_addresses,
                meta,
                partition: partition.as_deref(),
                modify_index: self.index,
            },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Wire<'a> {
    verb: Verb,
    node: Node<'a>,
}

/// A node with the field names of transactions: `Meta` instead of the `NodeMeta` of registrations.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Node<'a> {
    #[serde(rename = "ID", skip_serializing_if = "Option::is_none")]
    id: Option<&'a NodeId>,
    #[serde(rename = "Node", skip_serializing_if = "NodeName::is_empty")]
    name: &'a NodeName,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    datacenter: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    tagged_addresses: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    meta: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partition: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modify_index: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{rejected, wire};
    use crate::txn::Apply;
    use crate::{InvalidArgument, Options, encode};

    const ID: &str = "aaaaaaaa-bbbb-cccc-dddd-000000000001";

    #[test]
    fn every_verb_sends_its_arguments() {
        let node = NodeRegistration::new("n", "192.0.2.1")
            .id(ID)
            .tagged_address("lan", "192.0.2.1")
            .meta("k", "v")
            .partition("p");
        let fields = format!(
            r#""ID":"{ID}","Node":"n","Address":"192.0.2.1","TaggedAddresses":{{"lan":"192.0.2.1"}},"Meta":{{"k":"v"}},"Partition":"p""#
        );
        for (op, json) in [
            (NodeOp::get("n"), r#""get","Node":{"Node":"n"}"#.to_owned()),
            (NodeOp::get_by_id(ID), format!(r#""get","Node":{{"ID":"{ID}"}}"#)),
            (NodeOp::set(node.clone()), format!(r#""set","Node":{{{fields}}}"#)),
            (NodeOp::cas(node, 0), format!(r#""cas","Node":{{{fields},"ModifyIndex":0}}"#)),
            (
                NodeOp::delete("n").partition("p"),
                r#""delete","Node":{"Node":"n","Partition":"p"}"#.to_owned(),
            ),
            (NodeOp::delete_cas("n", 7), r#""delete-cas","Node":{"Node":"n","ModifyIndex":7}"#.to_owned()),
        ] {
            assert_eq!(op.is_read(), json.starts_with(r#""get""#));
            assert_eq!(
                wire(&Apply::new().op(op)),
                format!(r#"PUT /v1/txn{}[{{"Node":{{"Verb":{json}}}}}]"#, '\n')
            );
        }
    }

    #[test]
    fn written_node_names_the_datacenter_that_it_is_written_to() {
        let options = Options::new().datacenter("dc2");
        let apply =
            Apply::new().op(NodeOp::set(NodeRegistration::new("n", "192.0.2.1"))).op(NodeOp::get("n"));
        let request = encode(&apply, &options).unwrap();
        assert_eq!(request.uri(), "/v1/txn?dc=dc2");
        let body = r#"[{"Node":{"Verb":"set","Node":{"Node":"n","Address":"192.0.2.1","Datacenter":"dc2"}}},{"Node":{"Verb":"get","Node":{"Node":"n"}}}]"#;
        assert_eq!(request.body(), body);
    }

    #[test]
    fn node_without_name_or_address_is_rejected() {
        for op in [NodeOp::get(""), NodeOp::set(NodeRegistration::new("", "192.0.2.1")), NodeOp::delete("")] {
            let error = rejected(&Apply::new().op(op));
            assert!(matches!(error, EncodeError::Argument { name: "node", reason: InvalidArgument::Empty }));
        }
        let error = rejected(&Apply::new().op(NodeOp::set("n")));
        assert!(matches!(error, EncodeError::Invalid { name: "address", .. }));
    }
}
