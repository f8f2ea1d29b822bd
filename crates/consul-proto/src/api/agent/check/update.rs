//! Reporting how something is.

use serde::Serialize;

use crate::model::Status;
use crate::{Empty, EncodeError, Endpoint, Method, RequestWriter, Scope, Target};

/// Reports to a TTL check how it turned out: `PUT /v1/agent/check/update/:check_id`.
///
/// The check has that status then, and its time to live begins anew. One that the agent does not have, or not with a
/// TTL, is [`UnknownCheck`](crate::ApiErrorKind::UnknownCheck): an agent that was started anew may have forgotten it,
/// and registering it once more helps. May be sent twice.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/check#ttl-check-update)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Id of the check, not its name.
    pub check_id: String,
    /// How it turned out: passing, warning or critical.
    pub status: Status,
    /// What there is to say; the output of the check is empty without. Agents keep 4096 bytes unless the check was
    /// registered with another limit.
    pub output: Option<String>,
}

impl Update {
    /// Reports this status to the check of this id.
    pub fn new(check_id: impl Into<String>, status: Status) -> Self {
        Self { check_id: check_id.into(), status, output: None }
    }
}

impl Endpoint for Update {
    type Response = Empty;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/agent/check/update/{check_id}";
    const SCOPE: Scope = Scope::NAMESPACE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Body<'a> {
            status: &'a Status,
            #[serde(skip_serializing_if = "Option::is_none")]
            output: Option<&'a str>,
        }

        if let Status::Maintenance | Status::Other(_) = self.status {
            let reason = "is neither passing, warning nor critical".to_owned();
            request.reject(EncodeError::Invalid { name: "status", reason });
        }
        request.arg(&self.check_id);
        request.json(&Body { status: &self.status, output: self.output.as_deref() });
    }

    fn is_idempotent(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, rejected, wire};
    use crate::{ApiErrorKind, ArgumentFault, ResponseError};

    #[test]
    fn request() {
        let mut update = Update::new("service:web", Status::Warning);
        assert_eq!(wire(&update), "PUT /v1/agent/check/update/service%3Aweb\n{\"Status\":\"warning\"}");
        update.output = Some("7 of \"8\"".to_owned());
        assert_eq!(
            wire(&update),
            "PUT /v1/agent/check/update/service%3Aweb\n{\"Status\":\"warning\",\"Output\":\"7 of \\\"8\\\"\"}"
        );
    }

    #[test]
    fn a_status_that_no_check_has_is_refused() {
        for word in ["failing", "any", "maintenance", ""] {
            let fault = rejected(&Update::new("mem", Status::from(word)));
            assert!(matches!(fault, EncodeError::Invalid { name: "status", .. }), "{word}");
        }
        let fault = rejected(&Update::new("", Status::Passing));
        assert!(matches!(fault, EncodeError::Argument { name: "check_id", fault: ArgumentFault::Empty }));
    }

    #[test]
    fn answers() {
        decoded::<Update>(200, "").unwrap();
        for (status, body) in [
            (404, "Unknown check ID \"nope\". Ensure that the check ID is passed, not the check name."),
            (500, "CheckID \"nope\" does not have associated TTL"),
            (500, "Unknown check \"nope\""),
        ] {
            match decoded::<Update>(status, body) {
                Err(ResponseError::Api(error)) => assert_eq!(error.kind(), ApiErrorKind::UnknownCheck),
                other => panic!("{other:?}"),
            }
        }
    }
}
