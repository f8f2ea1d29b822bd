//! Deregistering a node, and everything on it.

use serde::Serialize;

use crate::catalog::{refuse_empty, write_change};
use crate::{Endpoint, Flag, Method, RequestWriter};

/// Deregisters a node with all its service instances and checks: `PUT /v1/catalog/deregister`.
///
/// An operation of its own, so that an id which is empty by mistake takes no node away. The answer is always `true`,
/// also where there is no such node. Needs the right to write the node.
///
/// A node with a living agent comes back: this is for what is outside of agents, or dead.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/catalog#deregister-entity)
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeregisterNode {
    /// Name of the node.
    pub node: String,
}

impl DeregisterNode {
    /// Deregisters `node`.
    pub fn new(node: impl Into<String>) -> Self {
        Self { node: node.into() }
    }
}

impl Endpoint for DeregisterNode {
    type Response = Flag;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/catalog/deregister";

    fn write(&self, request: &mut RequestWriter) {
        refuse_empty(request, "node", &self.node);
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
        let node = CatalogNode { name: "n".to_owned(), ..CatalogNode::default() };
        assert_eq!(wire(&DeregisterNode::new(&node)), wire(&DeregisterNode::new("n")));
        let there = Options { datacenter: Some("dc2".to_owned()), ..Options::default() };
        let request = encode(&DeregisterNode::new("n"), &there).unwrap();
        assert_eq!(request.uri(), "/v1/catalog/deregister");
        assert_eq!(request.body(), "{\"Datacenter\":\"dc2\",\"Node\":\"n\"}");
    }

    #[test]
    fn nothing_named_is_nothing_deregistered() {
        assert!(matches!(rejected(&DeregisterNode::new("")), EncodeError::Argument { name: "node", .. }));
    }

    #[test]
    fn answers() {
        assert!(decoded::<DeregisterNode>(200, "true").unwrap());
    }
}
