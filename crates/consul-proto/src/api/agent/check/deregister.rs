//! Deregistering a check.

use crate::model::CheckId;
use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Deregisters a check from the agent: `PUT /v1/agent/check/deregister/:check_id`.
///
/// If the agent does not have the check, the error is [`UnknownCheck`](crate::ApiErrorKind::UnknownCheck). Agents
/// before 1.12 without ACLs report success instead.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/check#deregister-check)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Deregister {
    check_id: CheckId,
}

impl Deregister {
    /// Deregisters the check with this id.
    pub fn new(check_id: impl Into<CheckId>) -> Self {
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
        request.arg(self.check_id.as_str());
    }

    /// If the first request was executed, the second one reports that the check is unknown.
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
        assert_eq!(
            wire(&Deregister::new("service:web/1")),
            "PUT /v1/agent/check/deregister/service%3Aweb%2F1"
        );
    }

    #[test]
    fn empty_id_is_rejected() {
        let error = rejected(&Deregister::new(""));
        assert!(matches!(error, EncodeError::Argument { name: "check_id", reason: InvalidArgument::Empty }));
    }

    #[test]
    fn responses() {
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
