//! Taking a service instance into use again.

use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Takes a service instance into use again: `PUT /v1/agent/service/maintenance/:service_id?enable=false`.
///
/// Where it is in use already nothing changes. An instance that the agent does not have is
/// [`UnknownService`](crate::ApiErrorKind::UnknownService). May be sent twice.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/service#enable-maintenance-mode)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisableMaintenance {
    /// Id of the instance, not the name of the service.
    pub service_id: String,
}

impl DisableMaintenance {
    /// Takes the instance of this id into use again.
    pub fn new(service_id: impl Into<String>) -> Self {
        Self { service_id: service_id.into() }
    }
}

impl Endpoint for DisableMaintenance {
    type Response = Empty;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/agent/service/maintenance/{service_id}";
    const SCOPE: Scope = Scope::NAMESPACE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        request.arg(&self.service_id);
        request.pair("enable", false);
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
        let disable = DisableMaintenance::new("web:1");
        assert_eq!(wire(&disable), "PUT /v1/agent/service/maintenance/web%3A1?enable=false");
    }

    #[test]
    fn an_empty_id_is_refused() {
        let fault = rejected(&DisableMaintenance::new(""));
        assert!(matches!(fault, EncodeError::Argument { name: "service_id", fault: ArgumentFault::Empty }));
    }

    #[test]
    fn answers() {
        decoded::<DisableMaintenance>(200, "").unwrap();
        for body in [
            "No service registered with ID \"nope\"",
            "Unknown service ID \"nope\". Ensure that the service ID is passed, not the service name.",
        ] {
            match decoded::<DisableMaintenance>(404, body) {
                Err(ResponseError::Api(error)) => assert_eq!(error.kind(), ApiErrorKind::UnknownService),
                other => panic!("{other:?}"),
            }
        }
    }
}
