//! Taking the agent's node out of use.

use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Takes the agent's node out of use: `PUT /v1/agent/maintenance?enable=true`.
///
/// Nothing on it counts as healthy then, and DNS finds none of its services. It shows as a critical check of the node,
/// [told apart](crate::health::HealthCheck::is_maintenance) by its id, and outlives the agent. Where the node is out of
/// use already the old reason stays. May be sent twice.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent#enable-maintenance-mode)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnableMaintenance {
    /// Why, for people; the notes of the check. The agent has words of its own by default.
    pub reason: Option<String>,
}

impl EnableMaintenance {
    /// Takes the node out of use.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
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
        let mut enable = EnableMaintenance::new();
        assert_eq!(wire(&enable), "PUT /v1/agent/maintenance?enable=true");
        enable.reason = Some("new disk & fan".to_owned());
        assert_eq!(wire(&enable), "PUT /v1/agent/maintenance?enable=true&reason=new%20disk%20%26%20fan");
    }

    #[test]
    fn answers() {
        decoded::<EnableMaintenance>(200, "").unwrap();
        assert!(decoded::<EnableMaintenance>(403, "Permission denied").is_err());
    }
}
