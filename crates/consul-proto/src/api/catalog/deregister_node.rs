//! Deregistering a node, and everything on it.

use serde::Serialize;

use crate::catalog::write_change;
use crate::model::NodeName;
use crate::{Endpoint, Method, RequestWriter, True};

/// Deregisters a node with all its service instances and checks: `PUT /v1/catalog/deregister`.
///
/// This is a separate operation, so that an ID that is empty by mistake does not deregister a node. Succeeds if the
/// node does not exist. Needs permission to write the node.
///
/// A running agent registers its node again, so use this for external nodes, and for nodes whose agent no longer
/// runs.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/catalog#deregister-entity)
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
pub struct DeregisterNode {
    node: NodeName,
}

impl DeregisterNode {
    /// Deregisters `node`.
    pub fn new(node: impl Into<NodeName>) -> Self {
        Self { node: node.into() }
    }
}

impl Endpoint for DeregisterNode {
    type Response = True;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/catalog/deregister";

    fn write(&self, request: &mut RequestWriter) {
        request.check_not_empty("node", self.node.as_str());
        write_change(request, self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CatalogNode;
    use crate::testing::{decoded, rejected, wire};
    use crate::{EncodeError, Options, encode};

    #[test]
    fn request() {
        assert_eq!(wire(&DeregisterNode::new("n")), "PUT /v1/catalog/deregister\n{\"Node\":\"n\"}");
        let node = CatalogNode { name: "n".into(), ..CatalogNode::default() };
        assert_eq!(wire(&DeregisterNode::new(&node)), wire(&DeregisterNode::new("n")));
        let there = Options::new().datacenter("dc2");
        let request = encode(&DeregisterNode::new("n"), &there).unwrap();
        assert_eq!(request.uri(), "/v1/catalog/deregister");
        assert_eq!(request.body(), "{\"Datacenter\":\"dc2\",\"Node\":\"n\"}");
    }

    #[test]
    fn empty_name_is_rejected() {
        assert!(matches!(rejected(&DeregisterNode::new("")), EncodeError::Argument { name: "node", .. }));
    }

    #[test]
    fn responses() {
        decoded::<DeregisterNode>(200, "true").unwrap();
        assert!(decoded::<DeregisterNode>(200, "false").is_err());
    }
}
