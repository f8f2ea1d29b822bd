//! Ending the agent.

use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Lets the agent leave the cluster and end: `PUT /v1/agent/leave`.
///
/// Its node and services leave the catalog; a server also leaves the consensus. The answer takes its time: agents wait
/// 5 seconds for what is under way (`leave_drain_time`). The connection may break before it is there, which is success
/// all the same.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent#graceful-leave-and-shutdown)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leave;

impl Leave {
    /// Lets the agent leave and end.
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

impl Endpoint for Leave {
    type Response = Empty;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/agent/leave";
    const SCOPE: Scope = Scope::NONE;
    const TARGET: Target = Target::SameAgent;

    // Not to be sent twice: the second could end an agent that was started in the meantime.
    fn write(&self, _: &mut RequestWriter) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Leave::new()), "PUT /v1/agent/leave");
        assert!(!Leave.is_idempotent());
    }

    #[test]
    fn answers() {
        decoded::<Leave>(200, "").unwrap();
        assert!(decoded::<Leave>(403, "Permission denied").is_err());
    }
}
