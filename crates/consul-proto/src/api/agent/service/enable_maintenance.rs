//! Taking a service instance out of use.

use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Takes a service instance out of use: `PUT /v1/agent/service/maintenance/:service_id?enable=true`.
///
/// It does not count as healthy then, and DNS does not find it. It shows as a critical check of the instance,
/// [told apart](crate::health::HealthCheck::is_maintenance) by its id, and outlives the agent where the instance does.
/// Where it is out of use already the old reason stays. An instance that the agent does not have is
/// [`UnknownService`](crate::ApiErrorKind::UnknownService). May be sent twice.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/service#enable-maintenance-mode)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnableMaintenance {
    /// Id of the instance, not the name of the service.
    pub service_id: String,
    /// Why, for people; the notes of the check. The agent has words of its own by default.
    pub reason: Option<String>,
}

impl EnableMaintenance {
    /// Takes the instance of this id out of use.
    pub fn new(service_id: impl Into<String>) -> Self {
        Self { service_id: service_id.into(), reason: None }
    }
}

impl Endpoint for EnableMaintenance {
    type Response = Empty;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/agent/service/maintenance/{service_id}";
    const SCOPE: Scope = Scope::NAMESPACE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        request.arg(&self.service_id);
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
    use crate::testing::{decoded, rejected, wire};
    use crate::{ApiErrorKind, ArgumentFault, EncodeError, ResponseError};

    #[test]
    fn request() {
        let mut enable = EnableMaintenance::new("web:1");
        assert_eq!(wire(&enable), "PUT /v1/agent/service/maintenance/web%3A1?enable=true");
        enable.reason = Some("new disk".to_owned());
        assert_eq!(wire(&enable), "PUT /v1/agent/service/maintenance/web%3A1?enable=true&reason=new%20disk");
    }

    #[test]
    fn an_empty_id_is_refused() {
        let fault = rejected(&EnableMaintenance::new(""));
        assert!(matches!(fault, EncodeError::Argument { name: "service_id", fault: ArgumentFault::Empty }));
    }

    #[test]
    fn answers() {
        decoded::<EnableMaintenance>(200, "").unwrap();
        for body in [
            "No service registered with ID \"nope\"",
            "Unknown service ID \"nope\". Ensure that the service ID is passed, not the service name.",
        ] {
            match decoded::<EnableMaintenance>(404, body) {
                Err(ResponseError::Api(error)) => assert_eq!(error.kind(), ApiErrorKind::UnknownService),
                other => panic!("{other:?}"),
            }
        }
    }
}
