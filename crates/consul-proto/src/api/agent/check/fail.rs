//! Reporting that something is broken.

use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Reports to a TTL check that something is broken: `PUT /v1/agent/check/fail/:check_id`.
///
/// The check is critical then, and its time to live begins anew. One that the agent does not have, or not with a TTL, is
/// [`UnknownCheck`](crate::ApiErrorKind::UnknownCheck): an agent that was started anew may have forgotten it, and
/// registering it once more helps. May be sent twice.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/check#ttl-check-fail)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fail {
    /// Id of the check, not its name.
    pub check_id: String,
    /// What there is to say; becomes the output of the check, which is empty without. It travels in the URL: for more
    /// than some kilobytes there is [`Update`](crate::agent::check::Update).
    pub note: Option<String>,
}

impl Fail {
    /// Reports to the check of this id.
    pub fn new(check_id: impl Into<String>) -> Self {
        Self { check_id: check_id.into(), note: None }
    }
}

impl Endpoint for Fail {
    type Response = Empty;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/agent/check/fail/{check_id}";
    const SCOPE: Scope = Scope::NAMESPACE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        request.arg(&self.check_id);
        request.opt("note", self.note.as_deref());
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
        assert_eq!(wire(&Fail::new("service:web")), "PUT /v1/agent/check/fail/service%3Aweb");
        let note = Fail { note: Some("7 of 8".to_owned()), ..Fail::new("mem") };
        assert_eq!(wire(&note), "PUT /v1/agent/check/fail/mem?note=7%20of%208");
    }

    #[test]
    fn an_empty_id_is_refused() {
        let fault = rejected(&Fail::new(""));
        assert!(matches!(fault, EncodeError::Argument { name: "check_id", fault: ArgumentFault::Empty }));
    }

    #[test]
    fn answers() {
        decoded::<Fail>(200, "").unwrap();
        for (status, body) in [
            (404, "Unknown check ID \"nope\". Ensure that the check ID is passed, not the check name."),
            (500, "CheckID \"nope\" does not have associated TTL"),
            (500, "Unknown check \"nope\""),
        ] {
            match decoded::<Fail>(status, body) {
                Err(ResponseError::Api(error)) => assert_eq!(error.kind(), ApiErrorKind::UnknownCheck),
                other => panic!("{other:?}"),
            }
        }
    }
}
