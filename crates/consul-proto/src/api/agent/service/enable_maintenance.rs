//! Enabling maintenance mode of a service instance.

use crate::model::ServiceId;
use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Enables maintenance mode of a service instance: `PUT /v1/agent/service/maintenance/:service_id?enable=true`.
///
/// The instance gets a critical check that [marks maintenance mode](crate::health::HealthCheck::is_maintenance), so
/// it is not healthy, and DNS does not return it. The mode persists until the instance is deregistered. If the
/// instance is already in maintenance mode, the reason does not change. If the agent does not have the instance, the
/// error is [`UnknownService`](crate::ApiErrorKind::UnknownService).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/service#enable-maintenance-mode)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct EnableMaintenance {
    service_id: ServiceId,
    reason: Option<String>,
}

impl EnableMaintenance {
    /// Enables maintenance mode of the instance with this id, which is not the name of the service.
    pub fn new(service_id: impl Into<ServiceId>) -> Self {
        Self { service_id: service_id.into(), reason: None }
    }

    /// Sets the reason, which is the notes of the check. Defaults to a text from the agent.
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

impl Endpoint for EnableMaintenance {
    type Response = Empty;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/agent/service/maintenance/{service_id}";
    const SCOPE: Scope = Scope::NAMESPACE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        request.arg(self.service_id.as_str());
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
    use crate::{ApiErrorKind, EncodeError, InvalidArgument, ResponseError};

    #[test]
    fn request() {
        let enable = EnableMaintenance::new("web:1");
        assert_eq!(wire(&enable), "PUT /v1/agent/service/maintenance/web%3A1?enable=true");
        let enable = enable.reason("new disk");
        assert_eq!(wire(&enable), "PUT /v1/agent/service/maintenance/web%3A1?enable=true&reason=new%20disk");
    }

    #[test]
    fn empty_id_is_rejected() {
        let error = rejected(&EnableMaintenance::new(""));
        assert!(matches!(
            error,
            EncodeError::Argument { name: "service_id", reason: InvalidArgument::Empty }
        ));
    }

    #[test]
    fn responses() {
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
