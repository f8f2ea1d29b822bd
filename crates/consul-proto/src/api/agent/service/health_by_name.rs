//! How the instances of a service of an agent are.

use crate::agent::service::{Graded, ServiceHealth};
use crate::response;
use crate::{Endpoint, Method, RequestWriter, Scope, Target};

/// Tells how the instances of a service are that the agent has: `GET /v1/agent/health/service/name/:service`.
///
/// Empty where it has none.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/service#get-local-service-health)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthByName {
    /// Name of the service.
    pub service: String,
}

impl HealthByName {
    /// Tells how the instances of `service` are.
    pub fn new(service: impl Into<String>) -> Self {
        Self { service: service.into() }
    }
}

impl Endpoint for HealthByName {
    type Response = Graded<response::List<ServiceHealth>>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/agent/health/service/name/{service}";
    const SCOPE: Scope = Scope::NAMESPACE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        request.arg(&self.service);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::service::service_health::tests::{WARNING, graded};
    use crate::testing::{decoded, rejected, wire};
    use crate::{ApiErrorKind, ArgumentFault, EncodeError, ResponseError};

    #[test]
    fn request() {
        assert_eq!(wire(&HealthByName::new("web")), "GET /v1/agent/health/service/name/web");
    }

    #[test]
    fn an_empty_name_is_refused() {
        let fault = rejected(&HealthByName::new(""));
        assert!(matches!(fault, EncodeError::Argument { name: "service", fault: ArgumentFault::Empty }));
    }

    #[test]
    fn a_grade_is_a_value() {
        for (status, word) in [(200, "passing"), (429, "warning"), (503, "critical"), (503, "maintenance")] {
            let body = format!("[{}]", WARNING.replacen("warning", word, 1));
            let health = graded::<HealthByName>(status, &body).unwrap().remove(0);
            assert_eq!((health.status.as_str(), health.service.id.as_str()), (word, "plain"));
        }
    }

    #[test]
    fn absence_is_empty() {
        assert_eq!(graded::<HealthByName>(404, "[]").unwrap(), []);
    }

    #[test]
    fn a_failure_is_not_a_grade() {
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
