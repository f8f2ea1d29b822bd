//! Taking a failed member for one that has left.

use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Takes a member that has failed for one that has left: `PUT /v1/agent/force-leave/:node`.
///
/// The agents stop to reach out for it, and it leaves the catalog. A member that is alive comes back by itself. A name
/// that the pool does not have is [`UnknownNode`](crate::ApiErrorKind::UnknownNode). May be sent twice.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent#force-leave-and-shutdown)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForceLeave {
    /// Name of the member; `node.dc` in the pool between datacenters.
    pub node: String,
    /// Also takes it off the list of members at once, instead of some days later; one that has left already, too.
    pub prune: bool,
    /// Only in the pool of the servers of all datacenters, since 1.11. An older agent takes no notice.
    pub wan: bool,
}

impl ForceLeave {
    /// Takes the member of this name for one that has left.
    pub fn new(node: impl Into<String>) -> Self {
        Self { node: node.into(), prune: false, wan: false }
    }
}

impl Endpoint for ForceLeave {
    type Response = Empty;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/agent/force-leave/{node}";
    const SCOPE: Scope = Scope::PARTITION;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        request.arg(&self.node);
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
    use crate::{ApiErrorKind, ArgumentFault, EncodeError, ResponseError};

    #[test]
    fn request() {
        assert_eq!(wire(&ForceLeave::new("node-b")), "PUT /v1/agent/force-leave/node-b");
        let all = ForceLeave { prune: true, wan: true, ..ForceLeave::new("node-b.dc2") };
        assert_eq!(wire(&all), "PUT /v1/agent/force-leave/node-b.dc2?prune&wan");
    }

    #[test]
    fn an_empty_name_is_refused() {
        let fault = rejected(&ForceLeave::new(""));
        assert!(matches!(fault, EncodeError::Argument { name: "node", fault: ArgumentFault::Empty }));
    }

    #[test]
    fn answers() {
        decoded::<ForceLeave>(200, "").unwrap();
        match decoded::<ForceLeave>(500, "agent: No node found with name 'nope'") {
            Err(ResponseError::Api(error)) => assert_eq!(error.kind(), ApiErrorKind::UnknownNode),
            other => panic!("{other:?}"),
        }
    }
}
