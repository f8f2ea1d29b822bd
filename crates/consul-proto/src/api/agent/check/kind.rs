//! The kinds of checks, each with its own settings.

use std::time::Duration;

use serde::Serialize;

use crate::agent::check::{Grpc, H2ping, Http, Tcp, Udp};
use crate::types::duration;

/// How something is checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Kind {
    /// The service reports by itself.
    Ttl(Ttl),
    /// By an HTTP request.
    Http(Http),
    /// By a TCP connection.
    Tcp(Tcp),
    /// By a UDP datagram.
    Udp(Udp),
    /// By gRPC's health protocol.
    Grpc(Grpc),
    /// By an HTTP/2 ping.
    H2ping(H2ping),
    /// By a program that runs in a container.
    Docker(Docker),
    /// By a program.
    Script(Script),
    /// By the checks of another service or node.
    Alias(Alias),
    /// By the state of a service of the operating system.
    OsService(OsService),
}

impl Kind {
    /// What every server would refuse, as field and fault.
    pub(crate) fn fault(&self) -> Option<(&'static str, &'static str)> {
        let (field, is_empty, interval) = match self {
            Self::Ttl(Ttl { ttl }) => return ttl.is_zero().then_some(("ttl", "is zero")),
            Self::Alias(alias) => {
                let is_named = |name: &Option<String>| name.as_ref().is_some_and(|name| !name.is_empty());
                let fault = !is_named(&alias.service) && !is_named(&alias.node);
                return fault.then_some(("service", "is empty, and no node is named"));
            }
            Self::Http(Http { url, interval, .. }) => ("url", url.is_empty(), interval),
            Self::Tcp(Tcp { address, interval, .. })
            | Self::Udp(Udp { address, interval, .. })
            | Self::Grpc(Grpc { address, interval, .. })
            | Self::H2ping(H2ping { address, interval, .. }) => ("address", address.is_empty(), interval),
            Self::Docker(Docker { args, interval, .. }) | Self::Script(Script { args, interval, .. }) => {
                ("args", args.is_empty(), interval)
            }
            Self::OsService(OsService { name, interval, .. }) => ("name", name.is_empty(), interval),
        };
        match is_empty {
            true => Some((field, "is empty")),
            false => interval.is_zero().then_some(("interval", "is zero")),
        }
    }
}

/// The service reports by itself; it is critical when it has not done so in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ttl {
    /// Within which time.
    #[serde(rename = "TTL", serialize_with = "duration::serialize")]
    pub ttl: Duration,
}

impl Ttl {
    /// Within `ttl`.
    #[must_use]
    pub fn new(ttl: Duration) -> Self {
        Self { ttl }
    }
}

/// The agent runs a program in a container: exit code 0 passes, 1 warns, all else is critical.
///
/// Refused unless the agent's configuration enables script checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Docker {
    /// Id of the container.
    #[serde(rename = "DockerContainerID")]
    pub container: String,
    /// Shell to run the program with; that of the agent's environment by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shell: Option<String>,
    /// The program and its arguments.
    #[serde(rename = "ScriptArgs")]
    pub args: Vec<String>,
    /// How often.
    #[serde(serialize_with = "duration::serialize")]
    pub interval: Duration,
}

impl Docker {
    /// Runs `args`, program and arguments, in `container`.
    pub fn new<A: Into<String>>(
        container: impl Into<String>,
        args: impl IntoIterator<Item = A>,
        interval: Duration,
    ) -> Self {
        let args = args.into_iter().map(Into::into).collect();
        Self { container: container.into(), shell: None, args, interval }
    }
}

/// The agent runs a program: exit code 0 passes, 1 warns, all else is critical.
///
/// Refused unless the agent's configuration enables script checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Script {
    /// The program and its arguments.
    #[serde(rename = "ScriptArgs")]
    pub args: Vec<String>,
    /// How often.
    #[serde(serialize_with = "duration::serialize")]
    pub interval: Duration,
    /// How long it may take; 30 seconds by default.
    #[serde(serialize_with = "duration::option::serialize", skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
}

impl Script {
    /// Runs `args`, program and arguments.
    pub fn new<A: Into<String>>(args: impl IntoIterator<Item = A>, interval: Duration) -> Self {
        Self { args: args.into_iter().map(Into::into).collect(), interval, timeout: None }
    }

    /// Runs `command` with `/bin/sh`.
    pub fn shell(command: impl Into<String>, interval: Duration) -> Self {
        Self::new(["/bin/sh".to_owned(), "-c".to_owned(), command.into()], interval)
    }
}

/// The checks of another service instance or node count: critical if one of them is, else warning if one is.
///
/// An agent before 1.19.1 crashes over the name of a node that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Alias {
    /// Id of the service instance; on the same agent unless a node is named. `None` for the node as such.
    #[serde(rename = "AliasService", skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Name of the node; the agent's own by default.
    #[serde(rename = "AliasNode", skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
}

impl Alias {
    /// The checks of a service instance on the same agent count, named by its id.
    pub fn service(service_id: impl Into<String>) -> Self {
        Self { service: Some(service_id.into()), node: None }
    }

    /// The checks of a node count, which has to exist.
    pub fn node(name: impl Into<String>) -> Self {
        Self { service: None, node: Some(name.into()) }
    }
}

/// The agent asks the operating system for the state of a service, since 1.13 and on Windows only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct OsService {
    /// Name of the service.
    #[serde(rename = "OSService")]
    pub name: String,
    /// How often.
    #[serde(serialize_with = "duration::serialize")]
    pub interval: Duration,
    /// How long it may take; 30 seconds by default.
    #[serde(serialize_with = "duration::option::serialize", skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
}

impl OsService {
    /// Asks for the service of this name.
    pub fn new(name: impl Into<String>, interval: Duration) -> Self {
        Self { name: name.into(), interval, timeout: None }
    }
}

impl From<Ttl> for Kind {
    fn from(kind: Ttl) -> Self {
        Self::Ttl(kind)
    }
}

impl From<Http> for Kind {
    fn from(kind: Http) -> Self {
        Self::Http(kind)
    }
}

impl From<Tcp> for Kind {
    fn from(kind: Tcp) -> Self {
        Self::Tcp(kind)
    }
}

impl From<Udp> for Kind {
    fn from(kind: Udp) -> Self {
        Self::Udp(kind)
    }
}

impl From<Grpc> for Kind {
    fn from(kind: Grpc) -> Self {
        Self::Grpc(kind)
    }
}

impl From<H2ping> for Kind {
    fn from(kind: H2ping) -> Self {
        Self::H2ping(kind)
    }
}

impl From<Docker> for Kind {
    fn from(kind: Docker) -> Self {
        Self::Docker(kind)
    }
}

impl From<Script> for Kind {
    fn from(kind: Script) -> Self {
        Self::Script(kind)
    }
}

impl From<Alias> for Kind {
    fn from(kind: Alias) -> Self {
        Self::Alias(kind)
    }
}

impl From<OsService> for Kind {
    fn from(kind: OsService) -> Self {
        Self::OsService(kind)
    }
}
