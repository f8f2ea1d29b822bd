//! Reading a node and its services.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{CatalogNode, NodeName, NodeService, ServiceId};
use crate::types::null;
use crate::{Blocking, Endpoint, Filterable, Json, Method, Read, RequestWriter, Watchable};

/// Reads a node and the service instances on it: `GET /v1/catalog/node/:node`.
///
/// Returns `None` if the node does not exist, or if the token cannot read it. That response also has an index.
/// Instances that the token cannot read are silently omitted.
///
/// A filter applies to the instances, not to the node. Its selectors are those of an instance.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/catalog#retrieve-map-of-services-for-a-node)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Node {
    node: NodeName,
}

impl Node {
    /// Reads `node`. Servers ignore the case of the name.
    pub fn new(node: impl Into<NodeName>) -> Self {
        Self { node: node.into() }
    }
}

/// A node and the service instances on it, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct NodeEntry {
    /// The node.
    pub node: CatalogNode,
    /// The instances, by id.
    #[serde(default, deserialize_with = "null::or_default")]
    pub services: BTreeMap<ServiceId, NodeService>,
}

impl Endpoint for Node {
    type Response = Json<Option<NodeEntry>>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/catalog/node/{node}";

    fn write(&self, request: &mut RequestWriter) {
        request.arg(self.node.as_str());
    }
}

impl Read for Node {}
impl Blocking for Node {}
impl Watchable for Node {}
impl Filterable for Node {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, rejected, wire};
    use crate::{EncodeError, InvalidArgument};

    #[test]
    fn request() {
        assert_eq!(wire(&Node::new("ext node")), "GET /v1/catalog/node/ext%20node");
        let node = CatalogNode { name: "ext".into(), ..CatalogNode::default() };
        assert_eq!(wire(&Node::new(&node)), "GET /v1/catalog/node/ext");
    }

    #[test]
    fn empty_name_is_rejected() {
        let error = rejected(&Node::new(""));
        assert!(matches!(error, EncodeError::Argument { name: "node", reason: InvalidArgument::Empty }));
    }

    #[test]
    fn recorded_response() {
        let body = r#"{"Node":{"ID":"aaaaaaaa-bbbb-cccc-dddd-000000000002","Node":"ext-node","Address":"192.0.2.10",
            "Datacenter":"dc1","TaggedAddresses":null,"Meta":{"zone":"a"},"CreateIndex":106,"ModifyIndex":106},
            "Services":{"redis1":{"ID":"redis1","Service":"redis","Tags":["primary","v1"],"Address":"192.0.2.11",
            "TaggedAddresses":{"lan":{"Address":"192.0.2.11","Port":8000}},"Meta":{"ver":"4"},"Port":8000,
            "Weights":{"Passing":10,"Warning":2},"EnableTagOverride":false,
            "Proxy":{"Mode":"","MeshGateway":{},"Expose":{}},"Connect":{},"PeerName":"",
            "CreateIndex":106,"ModifyIndex":106}}}"#;
        let entry = decoded::<Node>(200, body).unwrap().unwrap();
        assert_eq!((entry.node.name.as_str(), entry.node.meta["zone"].as_str()), ("ext-node", "a"));
        assert_eq!((entry.services.len(), entry.services["redis1"].name.as_str()), (1, "redis"));
        let bare = decoded::<Node>(200, r#"{"Node":{"Node":"n"},"Services":null}"#).unwrap().unwrap();
        assert!(bare.services.is_empty());
    }

    #[test]
    fn unknown_node_is_none() {
        assert_eq!(decoded::<Node>(200, "null").unwrap(), None);
    }
}
