//! Deregistering a check.

use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Deregisters a check from the agent: `PUT /v1/agent/check/deregister/:check_id`.
///
/// A check that the agent does not have is [`UnknownCheck`](crate::ApiErrorKind::UnknownCheck); an agent before 1.12
/// without ACLs takes it for success.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/check#deregister-check)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deregister {
    /// Id of the check, not its name.
    pub check_id: String,
}

impl Deregister {
    /// Deregisters the check of this id.
    pub fn new(check_id: impl Into<String>) -> Self {
        Self { check_id: check_id.into() }
    }
}

impl Endpoint for Deregister {
    type Response = Empty;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/agent/check/deregister/{check_id}";
    const SCOPE: Scope = Scope::NAMESPACE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        request.arg(&self.check_id);
    }

    /// What is gone stays gone. The second answer may tell that the check is not known any more.
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
        assert_eq!(wire(&Deregister::new("service:web")), "PUT /v1/agent/check/deregister/service%3Aweb");
    }

    #[test]
    fn an_empty_id_is_refused() {
        let fault = rejected(&Deregister::new(""));
        assert!(matches!(fault, EncodeError::Argument { name: "check_id", fault: ArgumentFault::Empty }));
    }

    #[test]
    fn answers() {
        decoded::<Deregister>(200, "").unwrap();
        for (status, body) in [
            (404, "Unknown check ID \"x\". Ensure that the check ID is passed, not the check name."),
            (500, "Unknown check \"x\""),
        ] {
            match decoded::<Deregister>(status, body) {
                Err(ResponseError::Api(error)) => assert_eq!(error.kind(), ApiErrorKind::UnknownCheck),
                other => panic!("{other:?}"),
            }
        }
    }
}
