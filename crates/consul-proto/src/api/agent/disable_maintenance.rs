//! Taking the agent's node into use again.

use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Takes the agent's node into use again: `PUT /v1/agent/maintenance?enable=false`.
///
/// Where it is in use already nothing changes. May be sent twice.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent#enable-maintenance-mode)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DisableMaintenance;

impl DisableMaintenance {
    /// Takes the node into use again.
    #[must_use]
    pub fn new() -> Self {
        Self
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
    fn answers() {
        decoded::<DisableMaintenance>(200, "").unwrap();
        assert!(decoded::<DisableMaintenance>(403, "Permission denied").is_err());
    }
}
