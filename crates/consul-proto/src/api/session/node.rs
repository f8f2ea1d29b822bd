//! Reading the sessions of a node.

use crate::session::Session;
use crate::{Blocking, Endpoint, List, Method, Read, RequestWriter, Watchable};

/// Reads the sessions that live on one node: `GET /v1/session/node/:node`.
///
/// Empty for a node that does not exist. Sessions that the token may not see are left out without a word;
/// [`Meta`](crate::Meta::results_filtered_by_acls) may tell.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/session#list-sessions-for-node)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Name of the node.
    pub node: String,
}

impl Node {
    /// Reads the sessions of `node`.
    pub fn new(node: impl Into<String>) -> Self {
        Self { node: node.into() }
    }
}

impl Endpoint for Node {
    type Response = List<Session>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/session/node/{node}";

    fn write(&self, request: &mut RequestWriter) {
        request.arg(&self.node);
    }
}

impl Read for Node {}
impl Blocking for Node {}
impl Watchable for Node {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{answer, refusal, wire};
    use crate::{ArgumentFault, EncodeError};

    #[test]
    fn request() {
        assert_eq!(wire(&Node::new("node-a")), "GET /v1/session/node/node-a");
    }

    #[test]
    fn a_node_is_one_segment() {
        let fault = refusal(&Node::new(""));
        assert!(matches!(fault, EncodeError::Argument { name: "node", fault: ArgumentFault::Empty }));
    }

    #[test]
    fn recorded_answer() {
        let body = r#"[{"ID": "4dc8877f-b5c6-ef3c-d7af-02efe69683d1", "Name": "", "Node": "node-a",
            "LockDelay": 15000000000, "Behavior": "release", "TTL": "", "NodeChecks": ["serfHealth"],
            "ServiceChecks": null, "CreateIndex": 52, "ModifyIndex": 52}]"#;
        assert_eq!(answer::<Node>(200, body).unwrap()[0].node, "node-a");
        assert_eq!(answer::<Node>(200, "[]").unwrap(), []);
    }
}
