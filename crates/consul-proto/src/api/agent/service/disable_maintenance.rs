//! Disabling maintenance mode of a service instance.

use crate::model::ServiceId;
use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Disables maintenance mode of a service instance: `PUT /v1/agent/service/maintenance/:service_id?enable=false`.
///
/// Does nothing if the instance is not in maintenance mode. If the agent does not have the instance, the error is
/// [`UnknownService`](crate::ApiErrorKind::UnknownService).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/service#enable-maintenance-mode)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct DisableMaintenance {
    service_id: ServiceId,
}

impl DisableMaintenance {
    /// Disables maintenance mode of the instance with this id, which is not the name of the service.
    pub fn new(service_id: impl Into<ServiceId>) -> Self {
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
        request.arg(self.service_id.as_str());
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
    use crate::{ApiErrorKind, EncodeError, InvalidArgument, ResponseError};

    #[test]
    fn request() {
        let disable = DisableMaintenance::new("web:1");
        assert_eq!(wire(&disable), "PUT /v1/agent/service/maintenance/web%3A1?enable=false");
    }

    #[test]
    fn empty_id_is_rejected() {
        let error = rejected(&DisableMaintenance::new(""));
        assert!(matches!(
            error,
            EncodeError::Argument { name: "service_id", reason: InvalidArgument::Empty }
        ));
    }

    #[test]
    fn responses() {
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
