//! Listing the sessions of a node.

use crate::model::NodeName;
use crate::session::Session;
use crate::{Blocking, Endpoint, List, Method, Read, RequestWriter, Watchable};

/// Lists the sessions that live on one node: `GET /v1/session/node/:node`.
///
/// Returns an empty list if the node does not exist. Sessions that the token cannot read are silently omitted;
/// servers since 1.13 report it in [`Meta::results_filtered_by_acls`](crate::Meta::results_filtered_by_acls).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/session#list-sessions-for-node)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Node {
    node: NodeName,
}

impl Node {
    /// Lists the sessions that live on `node`.
    pub fn new(node: impl Into<NodeName>) -> Self {
        Self { node: node.into() }
    }
}

impl Endpoint for Node {
    type Response = List<Session>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/session/node/{node}";

    fn write(&self, request: &mut RequestWriter) {
        request.arg(self.node.as_str());
    }
}

impl Read for Node {}
impl Blocking for Node {}
impl Watchable for Node {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, rejected, wire};
    use crate::{EncodeError, InvalidArgument};

    #[test]
    fn request() {
        assert_eq!(wire(&Node::new("node-a")), "GET /v1/session/node/node-a");
    }

    #[test]
    fn empty_node_is_rejected() {
        let error = rejected(&Node::new(""));
        assert!(matches!(error, EncodeError::Argument { name: "node", reason: InvalidArgument::Empty }));
    }

    #[test]
    fn recorded_response() {
        let body = r#"[{"ID": "4dc8877f-b5c6-ef3c-d7af-02efe69683d1", "Name": "", "Node": "node-a",
            "LockDelay": 15000000000, "Behavior": "release", "TTL": "", "NodeChecks": ["serfHealth"],
            "ServiceChecks": null, "CreateIndex": 52, "ModifyIndex": 52}]"#;
        assert_eq!(decoded::<Node>(200, body).unwrap()[0].node, "node-a");
        assert_eq!(decoded::<Node>(200, "[]").unwrap(), []);
    }
}
