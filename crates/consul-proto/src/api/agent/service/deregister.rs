//! Deregistering a service.

use crate::model::ServiceId;
use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Deregisters a service instance from the agent: `PUT /v1/agent/service/deregister/:service_id`.
///
/// Its checks and its sidecar are deregistered with it. If the agent does not have the instance, the error is
/// [`UnknownService`](crate::ApiErrorKind::UnknownService). Agents before 1.12 without ACLs report success instead.
///
/// Success means that the agent no longer has the instance, and will remove it from the catalog.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/service#deregister-service)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Deregister {
    service_id: ServiceId,
}

impl Deregister {
    /// Deregisters the instance with this id, which is not the name of the service.
    pub fn new(service_id: impl Into<ServiceId>) -> Self {
        Self { service_id: service_id.into() }
    }
}

impl Endpoint for Deregister {
    type Response = Empty;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/agent/service/deregister/{service_id}";
    const SCOPE: Scope = Scope::NAMESPACE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        request.arg(self.service_id.as_str());
    }

    /// If the first request was executed, the second one reports that the instance is unknown.
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
        assert_eq!(wire(&Deregister::new("web/1")), "PUT /v1/agent/service/deregister/web%2F1");
    }

    #[test]
    fn empty_id_is_rejected() {
        let error = rejected(&Deregister::new(""));
        assert!(matches!(
            error,
            EncodeError::Argument { name: "service_id", reason: InvalidArgument::Empty }
        ));
    }

    #[test]
    fn responses() {
        decoded::<Deregister>(200, "").unwrap();
        for (status, body) in [
            (404, "Unknown service ID \"x\". Ensure that the service ID is passed, not the service name."),
            (500, "Unknown service {\"x\" {}}"),
        ] {
            let Err(ResponseError::Api(error)) = decoded::<Deregister>(status, body) else {
                panic!("succeeded")
            };
            assert_eq!(error.kind(), ApiErrorKind::UnknownService);
        }
    }
}
