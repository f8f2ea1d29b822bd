//! Reporting a TTL check as warning.

use crate::agent::check::Report;
use crate::model::CheckId;
use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Reports a TTL check as warning: `PUT /v1/agent/check/warn/:check_id`.
///
/// The check becomes warning, and its TTL restarts. If the agent does not have the check, or it is not a TTL check,
/// the error is [`UnknownCheck`](crate::ApiErrorKind::UnknownCheck). An agent that has lost its data forgets its
/// checks: register the check again, and report again.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/check#ttl-check-warn)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Warn {
    report: Report,
}

impl Warn {
    /// Reports the check with this id as warning.
    pub fn new(check_id: impl Into<CheckId>) -> Self {
        Self { report: Report::new(check_id) }
    }

    /// Sets the output of the check. Defaults to an empty output.
    ///
    /// It is sent in the URL. For more than a few kilobytes use [`Update`](crate::agent::check::Update).
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.report.note = Some(note.into());
        self
    }
}

impl Endpoint for Warn {
    type Response = Empty;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/agent/check/warn/{check_id}";
    const SCOPE: Scope = Scope::NAMESPACE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        self.report.write(request);
    }

    fn is_idempotent(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::check::report::tests::check_errors;
    use crate::testing::{decoded, rejected, wire};
    use crate::{EncodeError, InvalidArgument};

    #[test]
    fn request() {
        assert_eq!(wire(&Warn::new("service:web")), "PUT /v1/agent/check/warn/service%3Aweb");
        let note = Warn::new("mem").note("7 of 8");
        assert_eq!(wire(&note), "PUT /v1/agent/check/warn/mem?note=7%20of%208");
    }

    #[test]
    fn empty_id_is_rejected() {
        let error = rejected(&Warn::new(""));
        assert!(matches!(error, EncodeError::Argument { name: "check_id", reason: InvalidArgument::Empty }));
    }

    #[test]
    fn responses() {
        decoded::<Warn>(200, "").unwrap();
        check_errors(decoded::<Warn>);
    }
}
