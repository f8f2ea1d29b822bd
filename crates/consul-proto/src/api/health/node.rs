//! Listing the checks of a node.

use crate::model::{HealthCheck, NodeName};
use crate::response;
use crate::{Blocking, Endpoint, Filterable, Method, Read, RequestWriter, Watchable};

/// Lists the checks of a node and of all service instances on it: `GET /v1/health/node/:node`.
///
/// Returns an empty list if the node does not exist. Checks that the token cannot read are silently omitted; newer
/// servers report it in [`Meta::results_filtered_by_acls`](crate::Meta::results_filtered_by_acls).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/health#list-checks-for-node)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Node {
    node: NodeName,
}

impl Node {
    /// Lists the checks of `node`. Servers ignore the case of the name.
    pub fn new(node: impl Into<NodeName>) -> Self {
        Self { node: node.into() }
    }
}

impl Endpoint for Node {
    type Response = response::List<HealthCheck>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/health/node/{node}";

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
    use crate::model::CatalogNode;
    use crate::model::Status;
    use crate::testing::{decoded, rejected, wire};
    use crate::{EncodeError, InvalidArgument};

    #[test]
    fn request() {
        assert_eq!(wire(&Node::new("ext-node")), "GET /v1/health/node/ext-node");
        let node = CatalogNode { name: "n".into(), ..CatalogNode::default() };
        assert_eq!(wire(&Node::new(&node)), "GET /v1/health/node/n");
    }

    #[test]
    fn name_that_servers_change_is_rejected() {
        let error = rejected(&Node::new(".."));
        assert!(matches!(error, EncodeError::Argument { name: "node", reason: InvalidArgument::DotSegment }));
    }

    #[test]
    fn recorded_response() {
        let body = r#"[{"Node":"ext-node","CheckID":"n2","Name":"n2","Status":"critical","Notes":"","Output":"bad",
            "ServiceID":"","ServiceName":"","ServiceTags":[],"Type":"","Interval":"","Timeout":"","ExposedPort":0,
            "Definition":{},"CreateIndex":107,"ModifyIndex":107}]"#;
        let checks = decoded::<Node>(200, body).unwrap();
        assert_eq!((checks[0].id.as_str(), checks[0].output.as_str()), ("n2", "bad"));
        assert_eq!((&checks[0].status, checks[0].service_id.as_str()), (&Status::Critical, ""));
    }

    #[test]
    fn unknown_node_has_no_checks() {
        assert_eq!(decoded::<Node>(200, "[]").unwrap(), []);
    }
}
