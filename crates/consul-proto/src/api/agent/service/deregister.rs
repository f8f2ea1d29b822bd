//! Deregistering a service.

use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Deregisters a service instance from the agent: `PUT /v1/agent/service/deregister/:service_id`.
///
/// Its checks and its sidecar go with it. An instance that the agent does not have is
/// [`UnknownService`](crate::ApiErrorKind::UnknownService); an agent before 1.12 without ACLs takes it for success.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/service#deregister-service)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deregister {
    /// Id of the instance, not the name of the service.
    pub service_id: String,
}

impl Deregister {
    /// Deregisters the instance of this id.
    pub fn new(service_id: impl Into<String>) -> Self {
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
        request.arg(&self.service_id);
    }

    /// What is gone stays gone. The second answer may tell that the instance is not known any more.
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
        assert_eq!(wire(&Deregister::new("web:1")), "PUT /v1/agent/service/deregister/web%3A1");
    }

    #[test]
    fn an_empty_id_is_refused() {
        let fault = rejected(&Deregister::new(""));
        assert!(matches!(fault, EncodeError::Argument { name: "service_id", fault: ArgumentFault::Empty }));
    }

    #[test]
    fn answers() {
        decoded::<Deregister>(200, "").unwrap();
        for (status, body) in [
            (404, "Unknown service ID \"x\". Ensure that the service ID is passed, not the service name."),
            (500, "Unknown service {\"x\" {}}"),
        ] {
            let Err(ResponseError::Api(error)) = decoded::<Deregister>(status, body) else {
                panic!("was taken")
            };
            assert_eq!(error.kind(), ApiErrorKind::UnknownService);
        }
    }
}
