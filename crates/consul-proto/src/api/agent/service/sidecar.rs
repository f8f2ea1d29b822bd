//! A service's part in the mesh.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::agent::{Check, Secret};
use crate::model::{ConnectProxyConfig, Locality, ServiceAddress, Weights};
use crate::types::blank::is_blank;

/// How a service instance takes part in the service mesh.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Connect {
    /// The instance speaks the mesh's protocol itself.
    #[serde(skip_serializing_if = "is_blank")]
    pub native: bool,
    /// A proxy that is registered along with the instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sidecar_service: Option<Box<Sidecar>>,
}

impl Connect {
    /// The instance speaks the mesh's protocol itself.
    #[must_use]
    pub fn native() -> Self {
        Self { native: true, sidecar_service: None }
    }

    /// A proxy is registered along with the instance.
    #[must_use]
    pub fn sidecar(sidecar: Sidecar) -> Self {
        Self { native: false, sidecar_service: Some(Box::new(sidecar)) }
    }
}

/// A proxy that is registered along with its service instance, and deregistered with it.
///
/// Nothing is needed: the agent makes it from the instance. Its id is always the instance's with `-sidecar-proxy`
/// after it. Registering the instance once more without it leaves it where it is.
///
/// [Sidecar registration](https://developer.hashicorp.com/consul/docs/connect/proxy/sidecar)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Sidecar {
    /// Name of the proxy's service; the instance's with `-sidecar-proxy` after it by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Tags; the instance's by default.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Address; the instance's by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// More addresses, by tag.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tagged_addresses: BTreeMap<String, ServiceAddress>,
    /// Port; the first free one of those that the agent has for sidecars, from 21000 on, by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Unix socket, since 1.10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket_path: Option<String>,
    /// Metadata; the instance's by default.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub meta: BTreeMap<String, String>,
    /// Weights; 1 in both states by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<Weights>,
    /// Lets the tags be changed in the catalog without the agent setting them back.
    #[serde(skip_serializing_if = "is_blank")]
    pub enable_tag_override: bool,
    /// Checks; by default that its port takes connections, and those of the instance.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    /// Token with which the agent keeps the proxy in the catalog; the request's own by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// Where the proxy is, since 1.16; where the instance is by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<Locality>,
    /// What the proxy is configured with; where it does not say, it stands for the instance at its port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<ConnectProxyConfig>,
}
