//! Disabling maintenance mode of a node.

use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Disables maintenance mode of the agent's node: `PUT /v1/agent/maintenance?enable=false`.
///
/// Does nothing if the node is not in maintenance mode.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent#enable-maintenance-mode)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct DisableMaintenance(());

impl DisableMaintenance {
    /// Disables maintenance mode of the agent's node.
    pub fn new() -> Self {
        Self(())
    }
}

impl Endpoint for DisableMaintenance {
    type Response = Empty;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/agent/maintenance";
    const SCOPE: Scope = Scope::NONE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        request.pair("enable", false);
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
        assert_eq!(wire(&DisableMaintenance::new()), "PUT /v1/agent/maintenance?enable=false");
    }

    #[test]
    fn responses() {
        decoded::<DisableMaintenance>(200, "").unwrap();
        assert!(decoded::<DisableMaintenance>(403, "Permission denied").is_err());
    }
}
