//! Marking a failed member as left.

use crate::model::NodeName;
use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Marks a failed member as left: `PUT /v1/agent/force-leave/:node`.
///
/// The agents stop connecting to it, and it is removed from the catalog. A member that is alive rejoins
/// automatically. If no member has this name, the error is [`UnknownNode`](crate::ApiErrorKind::UnknownNode).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent#force-leave-and-shutdown)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct ForceLeave {
    node: NodeName,
    prune: bool,
    wan: bool,
}

impl ForceLeave {
    /// Forces the member with this name to leave. In the WAN pool, the name is `node.dc`.
    pub fn new(node: impl Into<NodeName>) -> Self {
        Self { node: node.into(), prune: false, wan: false }
    }

    /// Also removes the member from the list of members immediately, instead of some days later. This also removes a member
    /// that has already left.
    pub fn prune(mut self) -> Self {
        self.prune = true;
        self
    }

    /// Only changes the WAN pool, which has the servers of all datacenters; since 1.11. Older agents ignore it.
    pub fn wan(mut self) -> Self {
        self.wan = true;
        self
    }
}

impl Endpoint for ForceLeave {
    type Response = Empty;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/agent/force-leave/{node}";
    const SCOPE: Scope = Scope::PARTITION;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        request.arg(self.node.as_str());
        request.flag("prune", self.prune);
        request.flag("wan", self.wan);
    }

    fn is_idempotent(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, rejected, wire};
    use crate::{ApiErrorKind, EncodeError, InvalidArgument, ResponseError};

    #[test]
    fn request() {
        assert_eq!(wire(&ForceLeave::new("node-b")), "PUT /v1/agent/force-leave/node-b");
        let all = ForceLeave::new("node-b.dc2").prune().wan();
        assert_eq!(wire(&all), "PUT /v1/agent/force-leave/node-b.dc2?prune&wan");
    }

    #[test]
    fn empty_name_is_rejected() {
        let error = rejected(&ForceLeave::new(""));
        assert!(matches!(error, EncodeError::Argument { name: "node", reason: InvalidArgument::Empty }));
    }

    #[test]
    fn responses() {
        decoded::<ForceLeave>(200, "").unwrap();
        match decoded::<ForceLeave>(500, "agent: No node found with name 'nope'") {
            Err(ResponseError::Api(error)) => assert_eq!(error.kind(), ApiErrorKind::UnknownNode),
            other => panic!("{other:?}"),
        }
    }
}
