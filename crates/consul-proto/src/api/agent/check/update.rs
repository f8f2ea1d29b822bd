//! Reporting the status of a TTL check.

use serde::Serialize;

use crate::model::{CheckId, Status};
use crate::{Empty, EncodeError, Endpoint, Method, RequestWriter, Scope, Target};

/// Reports the status of a TTL check: `PUT /v1/agent/check/update/:check_id`.
///
/// The check's TTL restarts. If the agent does not have the check, or it is not a TTL check, the error is
/// [`UnknownCheck`](crate::ApiErrorKind::UnknownCheck). An agent that has lost its data forgets its checks: register
/// the check again, and report again.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/check#ttl-check-update)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Update {
    check_id: CheckId,
    status: Status,
    output: Option<String>,
}

impl Update {
    /// Reports this status of the check with this id.
    ///
    /// The status is passing, warning or critical. Other values are rejected. `pass`, `warn`, `fail` and `failing`,
    /// which other clients use, are converted to these.
    pub fn new(check_id: impl Into<CheckId>, status: impl Into<Status>) -> Self {
        Self { check_id: check_id.into(), status: status.into(), output: None }
    }

    /// Sets the output of the check. Defaults to an empty output.
    ///
    /// Agents keep 4096 bytes, unless the check was registered with another limit.
    pub fn output(mut self, output: impl Into<String>) -> Self {
        self.output = Some(output.into());
        self
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

        let status = match self.status.as_str() {
            "pass" => &Status::Passing,
            "warn" => &Status::Warning,
            "fail" | "failing" => &Status::Critical,
            _ => &self.status,
        };
        if !status.is_of_check() {
            let reason = "is neither passing, warning nor critical".to_owned();
            request.reject(EncodeError::Invalid { name: "status", reason });
        }
        request.arg(self.check_id.as_str());
        request.json(&Body { status, output: self.output.as_deref() });
    }

    fn is_idempotent(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::InvalidArgument;
    use crate::agent::check::report::tests::check_errors;
    use crate::testing::{decoded, rejected, wire};

    #[test]
    fn request() {
        let update = Update::new("service:web", Status::Warning);
        assert_eq!(wire(&update), "PUT /v1/agent/check/update/service%3Aweb\n{\"Status\":\"warning\"}");
        assert_eq!(
            wire(&update.output("7 of \"8\"")),
            "PUT /v1/agent/check/update/service%3Aweb\n{\"Status\":\"warning\",\"Output\":\"7 of \\\"8\\\"\"}"
        );
    }

    #[test]
    fn status_names_of_other_clients_are_accepted() {
        for (word, status) in [
            ("pass", "passing"),
            ("passing", "passing"),
            ("warn", "warning"),
            ("fail", "critical"),
            ("failing", "critical"),
            ("critical", "critical"),
        ] {
            let expected = format!("PUT /v1/agent/check/update/mem\n{{\"Status\":\"{status}\"}}");
            assert_eq!(wire(&Update::new("mem", word)), expected);
        }
    }

    #[test]
    fn status_that_no_check_has_is_rejected() {
        for word in ["any", "maintenance", "Passing", ""] {
            let error = rejected(&Update::new("mem", word));
            assert!(matches!(error, EncodeError::Invalid { name: "status", .. }), "{word}");
        }
        let error = rejected(&Update::new("", Status::Passing));
        assert!(matches!(error, EncodeError::Argument { name: "check_id", reason: InvalidArgument::Empty }));
    }

    #[test]
    fn responses() {
        decoded::<Update>(200, "").unwrap();
        check_errors(decoded::<Update>);
    }
}
