//! Reading a node and the list of its services.

use bytes::Bytes;
use serde::Deserialize;

use crate::model::{CatalogNode, NodeService};
use crate::response::Head;
use crate::types::null;
use crate::{
    Blocking, DecodeError, Endpoint, Filterable, FromResponse, Json, Method, Read, RequestWriter, Watchable,
};

/// Reads a node and the list of the service instances on it: `GET /v1/catalog/node-services/:node`, since 1.7.
///
/// The same as [`Node`](crate::catalog::Node), but for instances of several namespaces, which may share an id: `*` as
/// namespace reads all (Consul Enterprise). `None` for a node that does not exist or that the token may not read; the
/// answer has an index all the same.
///
/// A filter leaves out instances, never the node; its selectors are those of an instance.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/catalog#list-services-for-node)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeServices {
    /// Name of the node; servers compare it without regard to case.
    pub node: String,
    /// Fills in what configuration entries say about a proxy, since 1.13.
    pub merge_central_config: bool,
}

impl NodeServices {
    /// Reads `node`.
    pub fn new(node: impl Into<String>) -> Self {
        Self { node: node.into(), merge_central_config: false }
    }
}

/// A node and the list of the service instances on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodeServiceList {
    /// The node.
    pub node: CatalogNode,
    /// The instances.
    pub services: Vec<NodeService>,
}

impl Endpoint for NodeServices {
    type Response = OrUnknown;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/catalog/node-services/{node}";

    fn write(&self, request: &mut RequestWriter) {
        request.arg(&self.node);
        request.flag("merge-central-config", self.merge_central_config);
    }
}

impl Read for NodeServices {}
impl Blocking for NodeServices {}
impl Watchable for NodeServices {}
impl Filterable for NodeServices {}

/// An answer that has the same form for a node that does not exist, with nothing in it.
#[derive(Debug)]
pub struct OrUnknown;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    #[serde(deserialize_with = "null::or_default")]
    node: Option<CatalogNode>,
    #[serde(default, deserialize_with = "null::or_default")]
    services: Vec<NodeService>,
}

impl FromResponse for OrUnknown {
    type Output = Option<NodeServiceList>;

    fn from_response(head: &Head, body: Bytes) -> Result<Self::Output, DecodeError> {
        let Document { node, services } = Json::<Document>::from_response(head, body)?;
        Ok(node.map(|node| NodeServiceList { node, services }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, rejected, wire};
    use crate::{ArgumentFault, EncodeError};

    #[test]
    fn request() {
        assert_eq!(wire(&NodeServices::new("ext-node")), "GET /v1/catalog/node-services/ext-node");
        let merged = NodeServices { merge_central_config: true, ..NodeServices::new("n") };
        assert_eq!(wire(&merged), "GET /v1/catalog/node-services/n?merge-central-config");
    }

    #[test]
    fn node_that_no_path_can_name_is_rejected() {
        let fault = rejected(&NodeServices::new("a/.."));
        assert!(matches!(fault, EncodeError::Argument { name: "node", fault: ArgumentFault::DotSegment }));
    }

    #[test]
    fn recorded_answer() {
        let body = r#"{"Node":{"ID":"","Node":"ext-node","Address":"192.0.2.10","Datacenter":"dc1",
            "TaggedAddresses":null,"Meta":null,"CreateIndex":106,"ModifyIndex":106},"Services":[{"ID":"redis1",
            "Service":"redis","Tags":["primary"],"Address":"","Meta":null,"Port":8000,
            "Weights":{"Passing":1,"Warning":1},"EnableTagOverride":false,"Proxy":{"MeshGateway":{},"Expose":{}},
            "Connect":{},"CreateIndex":106,"ModifyIndex":106}]}"#;
        let list = decoded::<NodeServices>(200, body).unwrap().unwrap();
        assert_eq!((list.node.name.as_str(), list.services[0].id.as_str()), ("ext-node", "redis1"));
    }

    #[test]
    fn an_unknown_node_is_none() {
        assert_eq!(decoded::<NodeServices>(200, r#"{"Node":null,"Services":null}"#).unwrap(), None);
        assert_eq!(decoded::<NodeServices>(200, r#"{"Node":null,"Services":[]}"#).unwrap(), None);
    }
}
