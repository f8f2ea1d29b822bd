//! Taking the agent's node into use again.

use crate::{Empty, Endpoint, Method, RequestWriter, Write};

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

    fn write(&self, request: &mut RequestWriter) {
        request.pair("enable", false);
    }

    fn is_replayable(&self) -> bool {
        true
    }
}

impl Write for DisableMaintenance {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{answer, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&DisableMaintenance::new()), "PUT /v1/agent/maintenance?enable=false");
    }

    #[test]
    fn answers() {
        answer::<DisableMaintenance>(200, "").unwrap();
        assert!(answer::<DisableMaintenance>(403, "Permission denied").is_err());
    }
}
