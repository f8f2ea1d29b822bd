//! Enabling maintenance mode of a node.

use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Enables maintenance mode of the agent's node: `PUT /v1/agent/maintenance?enable=true`.
///
/// The node gets a critical check that [marks maintenance mode](crate::health::HealthCheck::is_maintenance), so none
/// of its services is healthy, and DNS does not return them. The mode persists over a restart of the agent. If the
/// node is already in maintenance mode, the reason does not change.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent#enable-maintenance-mode)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct EnableMaintenance {
    reason: Option<String>,
}

impl EnableMaintenance {
    /// Enables maintenance mode of the agent's node.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the reason, which is stored in the notes of the check. Defaults to a text from the agent.
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

impl Endpoint for EnableMaintenance {
    type Response = Empty;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/agent/maintenance";
    const SCOPE: Scope = Scope::NONE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        request.pair("enable", true);
        request.opt("reason", self.reason.as_deref());
    }

    fn is_idempotent(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        let enable = EnableMaintenance::new();
        assert_eq!(wire(&enable), "PUT /v1/agent/maintenance?enable=true");
        let enable = enable.reason("new disk & fan");
        assert_eq!(wire(&enable), "PUT /v1/agent/maintenance?enable=true&reason=new%20disk%20%26%20fan");
    }

    #[test]
    fn responses() {
        decoded::<EnableMaintenance>(200, "").unwrap();
        assert!(decoded::<EnableMaintenance>(403, "Permission denied").is_err());
    }
}
