//! What an agent is to check, and what follows.

use std::time::Duration;

use serde::Serialize;

use crate::agent::check::{Alias, Docker, Grpc, H2ping, Http, Kind, OsService, Script, Tcp, Ttl, Udp};
use crate::model::Status;
use crate::types::duration;

/// What an agent is to check, and what follows.
///
/// What is `None` is not sent, and left to the agent. Agents refuse fields that they do not know, so one that is newer
/// than the agent makes the registration fail.
///
/// [Check configuration](https://developer.hashicorp.com/consul/docs/reference/service/health-check)
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Check {
    /// Id of the check (`CheckID`), unique on its agent. Of a service with one check it is `service:<id>` by default,
    /// of one with several `service:<id>:<n>`, counted from 1.
    #[serde(rename = "CheckID", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name of the check; made up from the service's by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Notes for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Status until the first result: passing, warning or, by default, critical.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// How it is checked.
    #[serde(flatten)]
    pub kind: Kind,
    /// Deregisters the service once the check has been critical for this long. Agents look every 30 seconds, and wait
    /// for a minute at least.
    #[serde(serialize_with = "duration::option::serialize", skip_serializing_if = "Option::is_none")]
    pub deregister_critical_service_after: Option<Duration>,
    /// Results in a row that it takes to become passing; 0 and 1 are the same, and the default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success_before_passing: Option<u32>,
    /// Failures in a row that it takes to become warning, since 1.11; the same as
    /// [`failures_before_critical`](Self::failures_before_critical) by default, and not more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failures_before_warning: Option<u32>,
    /// Failures in a row that it takes to become critical; 0 and 1 are the same, and the default. Only counted once
    /// the check has passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failures_before_critical: Option<u32>,
    /// Bytes of output that are kept; 4096 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_max_size: Option<u32>,
}

impl Check {
    /// The service reports by itself, at least once within `ttl`.
    #[must_use]
    pub fn ttl(ttl: Duration) -> Self {
        Ttl::new(ttl).into()
    }

    /// The agent requests `url`: 2xx passes, 429 warns, all else is critical.
    pub fn http(url: impl Into<String>, interval: Duration) -> Self {
        Http::new(url, interval).into()
    }

    /// The agent connects to `address`.
    pub fn tcp(address: impl Into<String>, interval: Duration) -> Self {
        Tcp::new(address, interval).into()
    }

    /// The agent sends a datagram to `address`, since 1.13: critical is what the network refuses.
    pub fn udp(address: impl Into<String>, interval: Duration) -> Self {
        Udp::new(address, interval).into()
    }

    /// The agent asks `address` by gRPC's health protocol; `host:port/service` asks for one service.
    pub fn grpc(address: impl Into<String>, interval: Duration) -> Self {
        Grpc::new(address, interval).into()
    }

    /// The agent pings `address` by HTTP/2, since 1.10; with TLS unless [told otherwise](H2ping::use_tls).
    pub fn h2ping(address: impl Into<String>, interval: Duration) -> Self {
        H2ping::new(address, interval).into()
    }

    /// The agent runs a program in a container.
    pub fn docker<A: Into<String>>(
        container: impl Into<String>,
        args: impl IntoIterator<Item = A>,
        interval: Duration,
    ) -> Self {
        Docker::new(container, args, interval).into()
    }

    /// The agent runs a program: exit code 0 passes, 1 warns, all else is critical.
    pub fn script<A: Into<String>>(args: impl IntoIterator<Item = A>, interval: Duration) -> Self {
        Script::new(args, interval).into()
    }

    /// The agent runs a command with `/bin/sh`: exit code 0 passes, 1 warns, all else is critical.
    pub fn shell(command: impl Into<String>, interval: Duration) -> Self {
        Script::shell(command, interval).into()
    }

    /// The checks of another service instance count, named by its id.
    pub fn alias(service_id: impl Into<String>) -> Self {
        Alias::service(service_id).into()
    }

    /// The agent asks the operating system for the state of a service, since 1.13 and on Windows only.
    pub fn os_service(name: impl Into<String>, interval: Duration) -> Self {
        OsService::new(name, interval).into()
    }

    /// What every server would refuse, as field and fault.
    pub(crate) fn fault(&self) -> Option<(&'static str, &'static str)> {
        let warning = self.failures_before_warning.unwrap_or(0);
        match self.status {
            Some(Status::Maintenance | Status::Other(_)) => {
                Some(("status", "is neither passing, warning nor critical"))
            }
            _ if warning > self.failures_before_critical.unwrap_or(0) => {
                Some(("failures_before_warning", "is above failures_before_critical"))
            }
            _ => self.kind.fault(),
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
    fn every_kind_has_its_words() {
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
            (Check::os_service("sshd", SECOND), r#"{"OSService":"sshd","Interval":"1s"}"#),
        ] {
            assert_eq!(serde_json::to_string(&check).unwrap(), expected);
            assert_eq!(check.fault(), None);
        }
    }

    #[test]
    fn what_every_server_refuses_is_found() {
        let check = || Check::ttl(SECOND);
        for (check, field) in [
            (Check::ttl(Duration::ZERO), "ttl"),
            (Check::http("http://h/", Duration::ZERO), "interval"),
            (Check::http("", SECOND), "url"),
            (Check::tcp("", SECOND), "address"),
            (Check::script([""; 0], SECOND), "args"),
            (Check::alias(""), "service"),
            (Check { status: Some(Status::Maintenance), ..check() }, "status"),
            (Check { status: Some(Status::from("odd")), ..check() }, "status"),
            (Check { failures_before_warning: Some(1), ..check() }, "failures_before_warning"),
        ] {
            assert_eq!(check.fault().map(|fault| fault.0), Some(field), "{check:?}");
        }
    }
}
