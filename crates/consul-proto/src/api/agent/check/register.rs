//! Registering a check.

use serde::Serialize;

use crate::agent::{Check, Secret};
use crate::model::{CheckId, ServiceId};
use crate::{Empty, EncodeError, Endpoint, Method, RequestWriter, Scope, Target};

/// Registers a check with the agent, or replaces it: `PUT /v1/agent/check/register`.
///
/// To check a service, register the check together with the service if possible. If the agent does not have the service,
/// the error is [`UnknownService`](crate::ApiErrorKind::UnknownService): an agent that has lost its data forgets its
/// services, so register the service again before its check.
///
/// Success means that the agent has accepted the check and will copy it to the catalog. An agent that loses its data
/// also forgets the check. Then every report to it fails with [`UnknownCheck`](crate::ApiErrorKind::UnknownCheck),
/// and the program must register it again.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/check#register-check)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Register {
    check: Check,
    service: Option<ServiceId>,
    sync_token: Option<Secret>,
}

impl Register {
    /// Registers a check with this name: a [`Check`](crate::agent::Check), or a kind of check. It checks the node of the
    /// agent, unless a [service](crate::agent::check::Register::service) is set.
    ///
    /// If the check has no id, its id is the name. Names that no later request could contain are rejected then.
    pub fn new(name: impl Into<String>, check: impl Into<Check>) -> Self {
        Self { check: check.into().name(name), service: None, sync_token: None }
    }

    /// Sets the service instance on the same agent that is checked. Defaults to none: the node is checked.
    pub fn service(mut self, id: impl Into<ServiceId>) -> Self {
        self.service = Some(id.into());
        self
    }

    /// Sets the token with which the agent updates the check in the catalog. Defaults to the token of the request.
    ///
    /// The agent keeps the token. If it is deleted, changes of the check no longer reach the catalog.
    pub fn sync_token(mut self, token: impl Into<Secret>) -> Self {
        self.sync_token = Some(token.into());
        self
    }

    /// Rejects values that every agent would reject or silently misinterpret.
    fn validate(&self, request: &mut RequestWriter) {
        let mut reject = |name, reason: &str| {
            request.reject(EncodeError::Invalid { name, reason: reason.to_owned() });
        };
        let name = self.check.name.as_deref().unwrap_or_default();
        if name.is_empty() {
            reject("name", "is empty");
        }
        // An agent would register a check of the node instead.
        if self.service.as_ref().is_some_and(ServiceId::is_empty) {
            reject("service", "is empty");
        }
        if let Some((name, reason)) = self.check.invalid_field() {
            reject(name, reason);
        }
        self.check.check_id(request, Some(name));
    }
}

/// The body of the request. A standalone check sends its ID as `ID`. A check of a service sends it as `CheckID`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'a> {
    #[serde(rename = "ID", skip_serializing_if = "Option::is_none")]
    id: Option<CheckId>,
    #[serde(flatten)]
    check: &'a Check,
    #[serde(rename = "ServiceID", skip_serializing_if = "Option::is_none")]
    service: Option<&'a ServiceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a Secret>,
}

impl Endpoint for Register {
    type Response = Empty;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/agent/check/register";
    const SCOPE: Scope = Scope::NAMESPACE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        self.validate(request);
        let mut check = self.check.clone();
        request.json(&Body {
            id: check.id.take(),
            check: &check,
            service: self.service.as_ref(),
            token: self.sync_token.as_ref(),
        });
    }

    /// A second registration with the same values changes nothing.
    fn is_idempotent(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::agent::check::{Alias, Http, Ttl};
    use crate::model::Status;
    use crate::testing::{decoded, rejected, wire};
    use crate::{ApiErrorKind, ResponseError};

    const MINUTE: Duration = Duration::from_secs(60);

    fn body(register: &Register) -> String {
        wire(register).strip_prefix("PUT /v1/agent/check/register\n").unwrap().to_owned()
    }

    #[test]
    fn request() {
        let register = Register::new("alive", Ttl::new(MINUTE));
        assert_eq!(body(&register), r#"{"Name":"alive","TTL":"60s"}"#);
    }

    #[test]
    fn full_request() {
        let check = Check::from(Http::new("http://h/", MINUTE).disable_redirects())
            .id("web:1")
            .notes("why")
            .status(Status::Passing)
            .deregister_critical_service_after(MINUTE * 2)
            .success_before_passing(2)
            .failures_before_warning(1)
            .failures_before_critical(3)
            .output_max_size(512);
        let register = Register::new("Web", check).service("web").sync_token("5ef7");
        let expected = serde_json::json!({
            "ID": "web:1", "Name": "Web", "Notes": "why", "Status": "passing", "HTTP": "http://h/",
            "DisableRedirects": true, "Interval": "60s", "DeregisterCriticalServiceAfter": "120s",
            "SuccessBeforePassing": 2, "FailuresBeforeWarning": 1, "FailuresBeforeCritical": 3, "OutputMaxSize": 512,
            "ServiceID": "web", "Token": "5ef7",
        });
        assert_eq!(serde_json::from_str::<serde_json::Value>(&body(&register)).unwrap(), expected);
        assert!(!format!("{register:?}").contains("5ef7"));
    }

    #[test]
    fn values_that_every_agent_rejects_are_not_sent() {
        for (register, expected) in [
            (Register::new("", Ttl::new(MINUTE)), "name is empty"),
            (Register::new("x", Ttl::new(Duration::ZERO)), "ttl is zero"),
            (Register::new("x", Check::http("http://h/", Duration::ZERO)), "interval is zero"),
            (Register::new("x", Alias::service("")), "service is empty, and no node is set"),
            (
                Register::new("x", Check::ttl(MINUTE).status(Status::from("odd"))),
                "status is neither passing, warning nor critical",
            ),
            (Register::new("x", Ttl::new(MINUTE)).service(""), "service is empty"),
        ] {
            assert_eq!(rejected(&register).to_string(), expected);
        }
    }

    #[test]
    fn id_that_no_request_can_contain_is_rejected() {
        let ttl = || Check::ttl(MINUTE);
        for (register, expected) in [
            (Register::new("a//b", ttl()), "name has an empty segment"),
            (Register::new("a\u{a0}b", ttl().id("")), "name has a character that is not printable"),
            (Register::new("x", ttl().id("..")), "check id has a segment \".\" or \"..\""),
        ] {
            assert_eq!(rejected(&register).to_string(), expected);
        }
        // With an ID, the name is only for display.
        assert!(body(&Register::new("a\u{a0}b", ttl().id("chk/1"))).contains("chk/1"));
    }

    #[test]
    fn responses() {
        decoded::<Register>(200, "").unwrap();
        for (status, body, kind) in [
            (404, "ServiceID \"nope\" does not exist", ApiErrorKind::UnknownService),
            (500, "ServiceID \"nope\" does not exist", ApiErrorKind::UnknownService),
            (
                400,
                "Bad request: Request decode failed: json: unknown field \"UDP\"",
                ApiErrorKind::InvalidRequest,
            ),
            (
                500,
                "Scripts are disabled on this agent from remote calls; to enable, configure 'enable_script_checks' to true",
                ApiErrorKind::InvalidRequest,
            ),
        ] {
            match decoded::<Register>(status, body) {
                Err(ResponseError::Api(error)) => assert_eq!(error.kind(), kind, "{body}"),
                other => panic!("{other:?}"),
            }
        }
    }
}
