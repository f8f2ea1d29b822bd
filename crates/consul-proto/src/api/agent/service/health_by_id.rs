//! Reading the health of one service instance of an agent.

use crate::agent::service::ServiceHealth;
use crate::model::ServiceId;
use crate::response::HealthStatus;
use crate::{Endpoint, Json, Method, RequestWriter, Scope, Target};

/// Reads the health of a service instance of the agent: `GET /v1/agent/health/service/id/:service_id`.
///
/// Returns `None` if the agent does not have the instance.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/service#get-local-service-health-by-id)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct HealthById {
    service_id: ServiceId,
}

impl HealthById {
    /// Reads the health of the instance with this id, which is not the name of the service.
    pub fn new(service_id: impl Into<ServiceId>) -> Self {
        Self { service_id: service_id.into() }
    }
}

impl Endpoint for HealthById {
    type Response = HealthStatus<Json<Option<ServiceHealth>>>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/agent/health/service/id/{service_id}";
    const SCOPE: Scope = Scope::NAMESPACE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        request.arg(self.service_id.as_str());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::service::service_health::tests::{WARNING, graded};
    use crate::testing::{decoded, rejected, wire};
    use crate::{ApiErrorKind, EncodeError, InvalidArgument, ResponseError};

    #[test]
    fn request() {
        assert_eq!(wire(&HealthById::new("web:1")), "GET /v1/agent/health/service/id/web%3A1");
    }

    #[test]
    fn empty_id_is_rejected() {
        let error = rejected(&HealthById::new(""));
        assert!(matches!(
            error,
            EncodeError::Argument { name: "service_id", reason: InvalidArgument::Empty }
        ));
    }

    #[test]
    fn status_of_the_service_is_not_an_error() {
        for (status, word) in [(200, "passing"), (429, "warning"), (503, "critical"), (503, "maintenance")] {
            let body = WARNING.replacen("warning", word, 1);
            let health = graded::<HealthById>(status, &body).unwrap().unwrap();
            assert_eq!((health.status.as_str(), health.service.id.as_str()), (word, "plain"));
        }
    }

    #[test]
    fn missing_instance_is_none() {
        let absent = r#"{"AggregatedStatus":"critical","Service":null,"Checks":null}"#;
        assert_eq!(graded::<HealthById>(404, absent).unwrap(), None);
    }

    #[test]
    fn error_is_not_the_health_of_the_service() {
        for (status, body, kind) in [
            (404, "Invalid URL path: not a recognized HTTP API endpoint", ApiErrorKind::UnknownRoute),
            (
                429,
                "Your IP is issuing too many concurrent connections, please rate limit your calls",
                ApiErrorKind::TooManyConnections,
            ),
            (503, "<html>upstream</html>", ApiErrorKind::Internal),
            (403, "Permission denied", ApiErrorKind::PermissionDenied),
        ] {
            match decoded::<HealthById>(status, body) {
                Err(ResponseError::Api(error)) => assert_eq!(error.kind(), kind),
                other => panic!("{other:?}"),
            }
        }
    }
}
