//! Reading a node and the list of its services.

use serde::{Deserialize, Serialize};

use crate::model::{CatalogNode, NodeName, NodeService};
use crate::response::OptionalObject;
use crate::types::null;
use crate::{Blocking, Endpoint, Filterable, Method, Read, RequestWriter, Watchable};

/// Reads a node and the list of the service instances on it: `GET /v1/catalog/node-services/:node`, since 1.7.
///
/// Unlike [`Node`](crate::catalog::Node), this can return instances of several namespaces, which may have the same
/// ID. The namespace `*` reads all namespaces (Consul Enterprise). Returns `None` if the node does not exist, or if
/// the token cannot read it. That response also has an index.
///
/// A filter applies to the instances, not to the node. Its selectors are those of an instance.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/catalog#list-services-for-node)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct NodeServices {
    node: NodeName,
    merge_central_config: bool,
}

impl NodeServices {
    /// Reads `node`. Servers ignore the case of the name.
    pub fn new(node: impl Into<NodeName>) -> Self {
        Self { node: node.into(), merge_central_config: false }
    }

    /// Merges the settings of configuration entries into the configuration of the proxy; since 1.13.
    pub fn merge_central_config(mut self) -> Self {
        self.merge_central_config = true;
        self
    }
}

/// A node and the list of the service instances on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct NodeServiceList {
    /// The node.
    #[serde(deserialize_with = "null::or_default")]
    pub node: CatalogNode,
    /// The instances.
    #[serde(default, deserialize_with = "null::or_default")]
    pub services: Vec<NodeService>,
}

impl Endpoint for NodeServices {
    type Response = OptionalObject<NodeServiceList>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/catalog/node-services/{node}";

    fn write(&self, request: &mut RequestWriter) {
        request.arg(self.node.as_str());
        request.flag("merge-central-config", self.merge_central_config);
    }
}

impl Read for NodeServices {}
impl Blocking for NodeServices {}
impl Watchable for NodeServices {}
impl Filterable for NodeServices {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, rejected, wire};
    use crate::{EncodeError, InvalidArgument};

    #[test]
    fn request() {
        assert_eq!(wire(&NodeServices::new("ext-node")), "GET /v1/catalog/node-services/ext-node");
        let merged = NodeServices::new("n").merge_central_config();
        assert_eq!(wire(&merged), "GET /v1/catalog/node-services/n?merge-central-config");
    }

    #[test]
    fn name_that_servers_change_is_rejected() {
        let error = rejected(&NodeServices::new(".."));
        assert!(matches!(error, EncodeError::Argument { name: "node", reason: InvalidArgument::DotSegment }));
    }

    #[test]
    fn recorded_response() {
        let body = r#"{"Node":{"ID":"","Node":"ext-node","Address":"192.0.2.10","Datacenter":"dc1",
            "TaggedAddresses":null,"Meta":null,"CreateIndex":106,"ModifyIndex":106},"Services":[{"ID":"redis1",
            "Service":"redis","Tags":["primary"],"Address":"","Meta":null,"Port":8000,
            "Weights":{"Passing":1,"Warning":1},"EnableTagOverride":false,"Proxy":{"MeshGateway":{},"Expose":{}},
            "Connect":{},"CreateIndex":106,"ModifyIndex":106}]}"#;
        let list = decoded::<NodeServices>(200, body).unwrap().unwrap();
        assert_eq!((list.node.name.as_str(), list.services[0].id.as_str()), ("ext-node", "redis1"));
    }

    #[test]
    fn unknown_node_is_none() {
        assert_eq!(decoded::<NodeServices>(200, r#"{"Node":null,"Services":null}"#).unwrap(), None);
        assert_eq!(decoded::<NodeServices>(200, r#"{"Node":null,"Services":[]}"#).unwrap(), None);
    }
}
