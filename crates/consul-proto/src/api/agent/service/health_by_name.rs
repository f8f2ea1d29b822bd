//! Reading the health of the instances of a service of an agent.

use crate::agent::service::ServiceHealth;
use crate::model::ServiceName;
use crate::response::{HealthStatus, List};
use crate::{Endpoint, Method, RequestWriter, Scope, Target};

/// Reads the health of the instances of a service that the agent has: `GET /v1/agent/health/service/name/:service`.
///
/// Returns an empty list if it has none.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/service#get-local-service-health)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct HealthByName {
    service: ServiceName,
}

impl HealthByName {
    /// Reads the health of the instances of `service`.
    pub fn new(service: impl Into<ServiceName>) -> Self {
        Self { service: service.into() }
    }
}

impl Endpoint for HealthByName {
    type Response = HealthStatus<List<ServiceHealth>>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/agent/health/service/name/{service}";
    const SCOPE: Scope = Scope::NAMESPACE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        request.arg(self.service.as_str());
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
        assert_eq!(wire(&HealthByName::new("web")), "GET /v1/agent/health/service/name/web");
    }

    #[test]
    fn empty_name_is_rejected() {
        let error = rejected(&HealthByName::new(""));
        assert!(matches!(error, EncodeError::Argument { name: "service", reason: InvalidArgument::Empty }));
    }

    #[test]
    fn status_of_the_service_is_not_an_error() {
        for (status, word) in [(200, "passing"), (429, "warning"), (503, "critical"), (503, "maintenance")] {
            let body = format!("[{}]", WARNING.replacen("warning", word, 1));
            let health = graded::<HealthByName>(status, &body).unwrap().remove(0);
            assert_eq!((health.status.as_str(), health.service.id.as_str()), (word, "plain"));
        }
    }

    #[test]
    fn missing_service_is_an_empty_list() {
        assert_eq!(graded::<HealthByName>(404, "[]").unwrap(), []);
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
            match decoded::<HealthByName>(status, body) {
                Err(ResponseError::Api(error)) => assert_eq!(error.kind(), kind),
                other => panic!("{other:?}"),
            }
        }
    }
}
