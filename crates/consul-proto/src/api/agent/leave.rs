//! Shutting down the agent.

use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Makes the agent leave the cluster and shut down: `PUT /v1/agent/leave`.
///
/// Its node and services are removed from the catalog; a server also leaves the Raft quorum. The response takes about
/// 5 seconds, since agents wait for requests in flight (`leave_drain_time`). The connection can close before the
/// response. The agent then still shuts down.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent#graceful-leave-and-shutdown)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Leave(());

impl Leave {
    /// Makes the agent leave the cluster and shut down.
    pub fn new() -> Self {
        Self(())
    }
}

impl Endpoint for Leave {
    type Response = Empty;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/agent/leave";
    const SCOPE: Scope = Scope::NONE;
    const TARGET: Target = Target::SameAgent;

    // Not idempotent: the second request could shut down an agent that was started after the first one.
    fn write(&self, _: &mut RequestWriter) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Leave::new()), "PUT /v1/agent/leave");
        assert!(!Leave::new().is_idempotent());
    }

    #[test]
    fn responses() {
        decoded::<Leave>(200, "").unwrap();
        assert!(decoded::<Leave>(403, "Permission denied").is_err());
    }
}
