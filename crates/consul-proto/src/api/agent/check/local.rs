//! Checks without a connection to the service: TTL checks, programs, and the status of other objects.

use std::time::Duration;

use serde::Serialize;

use crate::model::{NodeName, ServiceId};
use crate::types::duration;

/// The service reports its own status. The check becomes critical if it does not report in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[must_use]
#[non_exhaustive]
pub struct Ttl {
    #[serde(rename = "TTL", serialize_with = "duration::serialize")]
    ttl: Duration,
}

impl Ttl {
    /// Expects a report at least once within `ttl`.
    pub fn new(ttl: Duration) -> Self {
        Self { ttl }
    }

    pub(super) fn invalid_field(&self) -> Option<(&'static str, &'static str)> {
        self.ttl.is_zero().then_some(("ttl", "is zero"))
    }
}

/// A program that the agent runs in a container: exit code 0 is passing, 1 is a warning, everything else is critical.
///
/// Agents reject it unless their configuration enables script checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
#[non_exhaustive]
pub struct Docker {
    #[serde(rename = "DockerContainerID")]
    container: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    shell: Option<String>,
    #[serde(rename = "ScriptArgs")]
    pub(super) args: Vec<String>,
    #[serde(serialize_with = "duration::serialize")]
    pub(super) interval: Duration,
}

impl Docker {
    /// Runs `args`, the program and its arguments, in the container with this id, once in every `interval`.
    pub fn new<A: Into<String>>(
        container: impl Into<String>,
        args: impl IntoIterator<Item = A>,
        interval: Duration,
    ) -> Self {
        let args = args.into_iter().map(Into::into).collect();
        Self { container: container.into(), shell: None, args, interval }
    }

    /// Sets the shell that runs the program. Defaults to the variable `SHELL` of the agent's environment.
    pub fn shell(mut self, shell: impl Into<String>) -> Self {
        self.shell = Some(shell.into());
        self
    }
}

/// A program that the agent runs: exit code 0 is passing, 1 is a warning, everything else is critical.
///
/// Agents reject it unless their configuration enables script checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
#[non_exhaustive]
pub struct Script {
    #[serde(rename = "ScriptArgs")]
    pub(super) args: Vec<String>,
    #[serde(serialize_with = "duration::serialize")]
    pub(super) interval: Duration,
    #[serde(serialize_with = "duration::option::serialize", skip_serializing_if = "Option::is_none")]
    timeout: Option<Duration>,
}

impl Script {
    /// Runs `args`, the program and its arguments, once in every `interval`.
    pub fn new<A: Into<String>>(args: impl IntoIterator<Item = A>, interval: Duration) -> Self {
        Self { args: args.into_iter().map(Into::into).collect(), interval, timeout: None }
    }

    /// Runs `command` with `/bin/sh`, once in every `interval`.
    pub fn shell(command: impl Into<String>, interval: Duration) -> Self {
        Self::new(["/bin/sh".to_owned(), "-c".to_owned(), command.into()], interval)
    }

    /// Sets the timeout of a run. Defaults to 30 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
}

/// The status of the checks of another service instance or node: critical if one of them is critical, otherwise warning if
/// one is.
///
/// The node must exist: an agent before 1.19.1 crashes if it does not. Deregistering a check that names both a service
/// and a node can block a 1.22 agent for about 60 seconds, during which it accepts no registrations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
#[non_exhaustive]
pub struct Alias {
    #[serde(rename = "AliasService", skip_serializing_if = "Option::is_none")]
    service: Option<ServiceId>,
    #[serde(rename = "AliasNode", skip_serializing_if = "Option::is_none")]
    node: Option<NodeName>,
}

impl Alias {
    /// Follows the checks of a service instance on the same agent.
    pub fn service(id: impl Into<ServiceId>) -> Self {
        Self { service: Some(id.into()), node: None }
    }

    /// Follows the checks of a node, which must exist.
    pub fn node(name: impl Into<NodeName>) -> Self {
        Self { service: None, node: Some(name.into()) }
    }

    /// Follows the service instance on another node, which must exist. Defaults to the node of the agent.
    pub fn on_node(mut self, name: impl Into<NodeName>) -> Self {
        self.node = Some(name.into());
        self
    }

    pub(super) fn invalid_field(&self) -> Option<(&'static str, &'static str)> {
        let has_service = self.service.as_ref().is_some_and(|id| !id.is_empty());
        let has_node = self.node.as_ref().is_some_and(|name| !name.is_empty());
        (!has_service && !has_node).then_some(("service", "is empty, and no node is set"))
    }
}

/// The state of a service of the operating system; since 1.13, on Windows only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
#[non_exhaustive]
pub struct OsService {
    #[serde(rename = "OSService")]
    pub(super) name: String,
    #[serde(serialize_with = "duration::serialize")]
    pub(super) interval: Duration,
    #[serde(serialize_with = "duration::option::serialize", skip_serializing_if = "Option::is_none")]
    timeout: Option<Duration>,
}

impl OsService {
    /// Queries the state of the service with this name, once in every `interval`.
    pub fn new(name: impl Into<String>, interval: Duration) -> Self {
        Self { name: name.into(), interval, timeout: None }
    }

    /// Sets the timeout of a run. Defaults to 30 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
}
