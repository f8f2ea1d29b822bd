//! The definition of an agent's check.

use std::time::Duration;

use serde::Serialize;

use crate::RequestWriter;
use crate::agent::check::{Alias, Docker, Grpc, H2ping, Http, Kind, OsService, Script, Tcp, Ttl, Udp};
use crate::model::{CheckId, ServiceId, Status};
use crate::types::duration;

/// A check to register with an agent.
///
/// Converts from a kind of check, such as [`Http`](crate::agent::check::Http).
///
/// Values that are not set are not sent, and the agent uses its defaults. Agents reject unknown fields, so the
/// registration fails if a setter is newer than the agent. Setters without a version require Consul 1.8.
///
/// [Check configuration](https://developer.hashicorp.com/consul/docs/reference/service/health-check)
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
#[non_exhaustive]
pub struct Check {
    #[serde(rename = "CheckID", skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<CheckId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    #[serde(flatten)]
    kind: Kind,
    #[serde(serialize_with = "duration::option::serialize", skip_serializing_if = "Option::is_none")]
    deregister_critical_service_after: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    success_before_passing: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failures_before_warning: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failures_before_critical: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_max_size: Option<u32>,
}

impl Check {
    /// Creates a check that the service reports to, at least once within `ttl`.
    pub fn ttl(ttl: Duration) -> Self {
        Ttl::new(ttl).into()
    }

    /// Creates a check that requests `url`: a 2xx status is passing, 429 is a warning, everything else is critical.
    pub fn http(url: impl Into<String>, interval: Duration) -> Self {
        Http::new(url, interval).into()
    }

    /// Creates a check that connects to `address`.
    pub fn tcp(address: impl Into<String>, interval: Duration) -> Self {
        Tcp::new(address, interval).into()
    }

    /// Creates a check that sends a datagram to `address`; since 1.13. It is critical if the network rejects the
    /// datagram.
    pub fn udp(address: impl Into<String>, interval: Duration) -> Self {
        Udp::new(address, interval).into()
    }

    /// Creates a check that uses gRPC's health protocol at `address`; `host:port/service` checks one service.
    pub fn grpc(address: impl Into<String>, interval: Duration) -> Self {
        Grpc::new(address, interval).into()
    }

    /// Creates a check that sends an HTTP/2 ping to `address`; since 1.10. It uses TLS, unless it is
    /// [disabled](crate::agent::check::H2ping::without_tls).
    pub fn h2ping(address: impl Into<String>, interval: Duration) -> Self {
        H2ping::new(address, interval).into()
    }

    /// Creates a check that runs a program in a container.
    pub fn docker<A: Into<String>>(
        container: impl Into<String>,
        args: impl IntoIterator<Item = A>,
        interval: Duration,
    ) -> Self {
        Docker::new(container, args, interval).into()
    }

    /// Creates a check that runs a program: exit code 0 is passing, 1 is a warning, everything else is critical.
    pub fn script<A: Into<String>>(args: impl IntoIterator<Item = A>, interval: Duration) -> Self {
        Script::new(args, interval).into()
    }

    /// Creates a check that runs a command with `/bin/sh`: exit code 0 is passing, 1 is a warning, everything else is
    /// critical.
    pub fn shell(command: impl Into<String>, interval: Duration) -> Self {
        Script::shell(command, interval).into()
    }

    /// Creates a check with the status of the checks of another service instance on the same agent.
    pub fn alias(service: impl Into<ServiceId>) -> Self {
        Alias::service(service).into()
    }

    /// Creates a check that queries the operating system for the state of a service; since 1.13, on Windows only.
    pub fn os_service(name: impl Into<String>, interval: Duration) -> Self {
        OsService::new(name, interval).into()
    }

    /// Sets the id of the check (`CheckID`), unique on its agent.
    ///
    /// Defaults to the name for a check that is registered by itself. For a service with one check it defaults to
    /// `service:<id>`, with several checks to `service:<id>:<n>`, counted from 1.
    pub fn id(mut self, id: impl Into<CheckId>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the name of the check. For a check of a service it defaults to one that contains the name of the service.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets notes.
    pub fn notes(mut self, notes: impl Into<String>) -> Self {
        self.notes = Some(notes.into());
        self
    }

    /// Sets the status until the first result: passing, warning or critical. Defaults to critical.
    pub fn status(mut self, status: Status) -> Self {
        self.status = Some(status);
        self
    }

    /// Sets the time in critical status after which the service is deregistered. Defaults to never.
    ///
    /// The minimum is 1 minute. Agents check for such services every 30 seconds.
    pub fn deregister_critical_service_after(mut self, time: Duration) -> Self {
        self.deregister_critical_service_after = Some(time);
        self
    }

    /// Sets the number of consecutive successes before the check becomes passing. Defaults to 1. 0 has the same
    /// effect.
    pub fn success_before_passing(mut self, count: u32) -> Self {
        self.success_before_passing = Some(count);
        self
    }

    /// Sets the number of consecutive failures before the check becomes warning; since 1.11. Defaults to
    /// [`failures_before_critical`](Self::failures_before_critical), which is also the maximum.
    pub fn failures_before_warning(mut self, count: u32) -> Self {
        self.failures_before_warning = Some(count);
        self
    }

    /// Sets the number of consecutive failures before the check becomes critical. Defaults to 1. 0 has the same
    /// effect.
    ///
    /// Failures are counted only after the check has passed once.
    pub fn failures_before_critical(mut self, count: u32) -> Self {
        self.failures_before_critical = Some(count);
        self
    }

    /// Sets the maximum size of the stored output in bytes. Defaults to 4096.
    pub fn output_max_size(mut self, bytes: u32) -> Self {
        self.output_max_size = Some(bytes);
        self
    }

    /// Rejects an ID or a default ID that cannot be sent in a path.
    pub(in crate::api::agent) fn check_id(&self, request: &mut RequestWriter, default: Option<&str>) {
        match (self.id.as_ref().map(CheckId::as_str), default) {
            (None | Some(""), Some(name)) => request.check_name("name", name),
            (None | Some(""), None) => {}
            (Some(id), _) => request.check_name("check id", id),
        }
    }

    /// Returns the field and the reason if every agent would reject the check.
    pub(in crate::api::agent) fn invalid_field(&self) -> Option<(&'static str, &'static str)> {
        let warning = self.failures_before_warning.unwrap_or(0);
        match &self.status {
            Some(status) if !status.is_of_check() => {
                Some(("status", "is neither passing, warning nor critical"))
            }
            _ if warning > self.failures_before_critical.unwrap_or(0) => {
                Some(("failures_before_warning", "is above failures_before_critical"))
            }
            _ => self.kind.invalid_field(),
        }
    }
}

impl<K: Into<Kind>> From<K> for Check {
    fn from(kind: K) -> Self {
        Self {
            id: None,
            name: None,
            notes: None,
            status: None,
            kind: kind.into(),
            deregister_critical_service_after: None,
            success_before_passing: None,
            failures_before_warning: None,
            failures_before_critical: None,
            output_max_size: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn each_kind_has_its_own_fields() {
        for (check, expected) in [
            (Check::ttl(SECOND * 90), r#"{"TTL":"90s"}"#),
            (Check::http("http://h/", SECOND), r#"{"HTTP":"http://h/","Interval":"1s"}"#),
            (Check::tcp("h:1", SECOND), r#"{"TCP":"h:1","Interval":"1s"}"#),
            (Check::udp("h:1", SECOND), r#"{"UDP":"h:1","Interval":"1s"}"#),
            (Check::grpc("h:1/s", SECOND), r#"{"GRPC":"h:1/s","Interval":"1s"}"#),
            (Check::h2ping("h:1", SECOND), r#"{"H2PING":"h:1","Interval":"1s"}"#),
            (
                Check::docker("c0ffee", ["true"], SECOND),
                r#"{"DockerContainerID":"c0ffee","ScriptArgs":["true"],"Interval":"1s"}"#,
            ),
            (
                Check::script(["sh", "-c", "true"], SECOND),
                r#"{"ScriptArgs":["sh","-c","true"],"Interval":"1s"}"#,
            ),
            (
                Check::shell("test -e /run/x", SECOND),
                r#"{"ScriptArgs":["/bin/sh","-c","test -e /run/x"],"Interval":"1s"}"#,
            ),
            (Check::alias("web"), r#"{"AliasService":"web"}"#),
            (Check::from(Alias::node("n")), r#"{"AliasNode":"n"}"#),
            (Check::from(Alias::service("web").on_node("n")), r#"{"AliasService":"web","AliasNode":"n"}"#),
            (Check::os_service("sshd", SECOND), r#"{"OSService":"sshd","Interval":"1s"}"#),
        ] {
            assert_eq!(serde_json::to_string(&check).unwrap(), expected);
            assert_eq!(check.invalid_field(), None);
        }
    }

    #[test]
    fn values_that_every_agent_rejects_are_found() {
        let check = || Check::ttl(SECOND);
        for (check, field) in [
            (Check::ttl(Duration::ZERO), "ttl"),
            (Check::http("http://h/", Duration::ZERO), "interval"),
            (Check::http("", SECOND), "url"),
            (Check::tcp("", SECOND), "address"),
            (Check::script([""; 0], SECOND), "args"),
            (Check::alias(""), "service"),
            (check().status(Status::Maintenance), "status"),
            (check().status(Status::from("odd")), "status"),
            (check().failures_before_warning(1), "failures_before_warning"),
        ] {
            assert_eq!(check.invalid_field().map(|invalid| invalid.0), Some(field), "{check:?}");
        }
    }
}
