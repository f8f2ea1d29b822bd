//! What is registered of a service.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::agent::service::Connect;
use crate::agent::{Check, Secret};
use crate::model::{ConnectProxyConfig, Locality, ServiceAddress, ServiceKind, ServicePort, Weights};
use crate::types::blank::is_blank;
use crate::{EncodeError, RequestWriter};

/// What is registered of a service instance.
///
/// What is empty or `None` is not sent, and left to the agent. Agents refuse fields that they do not know, so one that
/// is newer than the agent makes the registration fail; those that have no version here are known to 1.8 and later.
///
/// [Service configuration](https://developer.hashicorp.com/consul/docs/reference/service)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Definition {
    /// Name of the service. DNS can only find it if it is made of letters, digits and hyphens.
    pub name: String,
    /// Id of the instance, unique on the agent; the name by default.
    #[serde(rename = "ID", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Kind of the service.
    #[serde(skip_serializing_if = "is_blank")]
    pub kind: ServiceKind,
    /// Tags of the instance.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Address of the instance, an IP address or a host name; its node's by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// More addresses: `lan`, `wan`, and each with `_ipv4` or `_ipv6`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tagged_addresses: BTreeMap<String, ServiceAddress>,
    /// Port of the instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Several ports, since 1.22, one of them the default; exclude [`port`](Self::port) and a sidecar.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<ServicePort>,
    /// Unix socket of the instance, since 1.10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket_path: Option<String>,
    /// Metadata of the instance: up to 64 pairs, with keys of up to 128 letters, digits, hyphens and underscores that
    /// do not begin with `consul-`, and values of up to 512 bytes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub meta: BTreeMap<String, String>,
    /// Weights of the instance; 1 in both states by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<Weights>,
    /// Lets the tags be changed in the catalog without the agent setting them back.
    #[serde(skip_serializing_if = "is_blank")]
    pub enable_tag_override: bool,
    /// Checks of the instance. Without any it is healthy as long as its node is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    /// Token with which the agent keeps the instance in the catalog; the request's own by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// Where the instance is, since 1.16.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<Locality>,
    /// What a proxy or gateway is configured with; for no other kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<ConnectProxyConfig>,
    /// How the instance takes part in the service mesh; not at all by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect: Option<Connect>,
    /// Namespace, Consul Enterprise; an open-source agent refuses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Admin partition, Consul Enterprise; an open-source agent refuses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition: Option<String>,
}

impl Definition {
    /// A service of this name, and nothing else about it.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// The id that the instance has: the one given, or else the name.
    #[must_use]
    pub fn id(&self) -> &str {
        match self.id.as_deref() {
            None | Some("") => &self.name,
            Some(id) => id,
        }
    }

    /// Refuses what every agent would refuse.
    pub(super) fn check(&self, request: &mut RequestWriter) {
        let mut refuse = |name, reason: &str| {
            request.reject(EncodeError::Invalid { name, reason: reason.to_owned() });
        };
        if self.name.is_empty() {
            refuse("name", "is empty");
        }
        if let Some("0.0.0.0" | "::" | "[::]") = self.address.as_deref() {
            refuse("address", "is the one that stands for all");
        }
        request.exclude(("port", self.port.is_some_and(|port| port > 0)), ("ports", !self.ports.is_empty()));
        check_parts(request, self.weights, &self.checks);
        if let Some(sidecar) = self.connect.as_ref().and_then(|connect| connect.sidecar_service.as_deref()) {
            check_parts(request, sidecar.weights, &sidecar.checks);
            request.exclude(("ports", !self.ports.is_empty()), ("sidecar_service", true));
        }
    }
}

/// Refuses what every agent would refuse of a service and of its sidecar alike.
fn check_parts(request: &mut RequestWriter, weights: Option<Weights>, checks: &[Check]) {
    if weights.is_some_and(|weights| weights.passing == 0) {
        let reason = "are 0 for the passing state".to_owned();
        request.reject(EncodeError::Invalid { name: "weights", reason });
    }
    for (number, check) in checks.iter().enumerate() {
        if let Some((name, fault)) = check.fault() {
            let reason = format!("of check {} {fault}", number + 1);
            request.reject(EncodeError::Invalid { name, reason });
        }
    }
}

/// A service of this name, and nothing else about it.
impl From<&str> for Definition {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

/// A service of this name, and nothing else about it.
impl From<String> for Definition {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

/// The id, by which operations know an instance.
impl From<&Definition> for String {
    fn from(definition: &Definition) -> Self {
        definition.id().to_owned()
    }
}
