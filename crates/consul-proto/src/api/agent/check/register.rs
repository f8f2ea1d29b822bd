//! Registering a check.

use serde::Serialize;

use crate::agent::{Check, Secret};
use crate::{Empty, EncodeError, Endpoint, Method, RequestWriter, Scope, Target};

/// Registers a check with the agent, or replaces it: `PUT /v1/agent/check/register`.
///
/// Checks of a service are better registered along with it. A service that the agent does not have is
/// [`UnknownService`](crate::ApiErrorKind::UnknownService). Success means that the agent has taken the check, and will
/// bring it to the catalog. An agent that loses its data forgets the registration.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/check#register-check)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    /// What is checked, and how. It needs a name here; its id is the name by default.
    pub check: Check,
    /// Id of the service instance on the same agent that is checked; the node by default.
    pub service_id: Option<String>,
    /// Token with which the agent keeps the check in the catalog; the request's own by default.
    pub token: Option<Secret>,
    /// Namespace, Consul Enterprise; an open-source agent refuses it.
    pub namespace: Option<String>,
    /// Admin partition, Consul Enterprise; an open-source agent refuses it.
    pub partition: Option<String>,
}

impl Register {
    /// Registers a check of this name: a kind of check, or a whole one.
    pub fn new(name: impl Into<String>, check: impl Into<Check>) -> Self {
        let check = Check { name: Some(name.into()), ..check.into() };
        Self { check, service_id: None, token: None, namespace: None, partition: None }
    }

    /// The id that the check has: the one given, or else the name.
    #[must_use]
    pub fn id(&self) -> &str {
        match self.check.id.as_deref() {
            None | Some("") => self.check.name.as_deref().unwrap_or_default(),
            Some(id) => id,
        }
    }

    /// Refuses what every agent would refuse, or take for something else.
    fn check(&self, request: &mut RequestWriter) {
        let mut refuse = |name, reason: &str| {
            request.reject(EncodeError::Invalid { name, reason: reason.to_owned() });
        };
        if self.check.name.as_deref().unwrap_or_default().is_empty() {
            refuse("name", "is empty");
        }
        // An agent would check the node.
        if self.service_id.as_deref() == Some("") {
            refuse("service_id", "is empty");
        }
        if let Some((name, fault)) = self.check.fault() {
            refuse(name, fault);
        }
    }
}

/// The id, by which operations know a check.
impl From<&Register> for String {
    fn from(register: &Register) -> Self {
        register.id().to_owned()
    }
}

/// What is sent. The id of a check that comes by itself has a name of its own: `ID`, where a service's checks have
/// `CheckID`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'a> {
    #[serde(rename = "ID", skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(flatten)]
    check: &'a Check,
    #[serde(rename = "ServiceID", skip_serializing_if = "Option::is_none")]
    service_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a Secret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partition: Option<&'a str>,
}

impl Endpoint for Register {
    type Response = Empty;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/agent/check/register";
    const SCOPE: Scope = Scope::NAMESPACE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        self.check(request);
        request.json(&Body {
            id: self.check.id.as_deref(),
            check: &Check { id: None, ..self.check.clone() },
            service_id: self.service_id.as_deref(),
            token: self.token.as_ref(),
            namespace: self.namespace.as_deref(),
            partition: self.partition.as_deref(),
        });
    }

    /// The same registration once more changes nothing.
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
        assert_eq!((body(&register).as_str(), register.id()), (r#"{"Name":"alive","TTL":"60s"}"#, "alive"));
    }

    #[test]
    fn full_request() {
        let http = Http { disable_redirects: true, ..Http::new("http://h/", MINUTE) };
        let check = Check {
            id: Some("web:1".to_owned()),
            notes: Some("why".to_owned()),
            status: Some(Status::Passing),
            deregister_critical_service_after: Some(MINUTE * 2),
            success_before_passing: Some(2),
            failures_before_warning: Some(1),
            failures_before_critical: Some(3),
            output_max_size: Some(512),
            ..Check::from(http)
        };
        let register = Register {
            service_id: Some("web".to_owned()),
            token: Some(Secret::from("5ef7")),
            namespace: Some("team".to_owned()),
            partition: Some("part".to_owned()),
            ..Register::new("Web", check)
        };
        let expected = serde_json::json!({
            "ID": "web:1", "Name": "Web", "Notes": "why", "Status": "passing", "HTTP": "http://h/",
            "DisableRedirects": true, "Interval": "60s", "DeregisterCriticalServiceAfter": "120s",
            "SuccessBeforePassing": 2, "FailuresBeforeWarning": 1, "FailuresBeforeCritical": 3, "OutputMaxSize": 512,
            "ServiceID": "web", "Token": "5ef7", "Namespace": "team", "Partition": "part",
        });
        assert_eq!(serde_json::from_str::<serde_json::Value>(&body(&register)).unwrap(), expected);
        assert_eq!(String::from(&register), "web:1");
        assert!(!format!("{register:?}").contains("5ef7"));
    }

    #[test]
    fn what_every_agent_refuses_is_not_sent() {
        let of = |service_id: &str| Some(service_id.to_owned());
        for (register, expected) in [
            (Register::new("", Ttl::new(MINUTE)), "name is empty"),
            (Register::new("x", Ttl::new(Duration::ZERO)), "ttl is zero"),
            (Register::new("x", Check::http("http://h/", Duration::ZERO)), "interval is zero"),
            (Register::new("x", Alias::service("")), "service is empty, and no node is named"),
            (
                Register::new("x", Check { status: Some(Status::from("odd")), ..Check::ttl(MINUTE) }),
                "status is neither passing, warning nor critical",
            ),
            (Register { service_id: of(""), ..Register::new("x", Ttl::new(MINUTE)) }, "service_id is empty"),
        ] {
            assert_eq!(rejected(&register).to_string(), expected);
        }
    }

    #[test]
    fn answers() {
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
