//! What every view of a service instance has, and what a registration gives it.

use serde::{Deserialize, Serialize};

use crate::types::word::word;
use crate::types::{blank, null, port};

word! {
    /// What a service is.
    #[derive(Default)]
    ServiceKind {
        /// A service like any other; the empty word.
        #[default]
        Typical = "",
        /// A proxy of the service mesh in front of another service.
        ConnectProxy = "connect-proxy",
        /// A gateway between datacenters or partitions.
        MeshGateway = "mesh-gateway",
        /// A gateway to services outside the mesh.
        TerminatingGateway = "terminating-gateway",
        /// A gateway from outside into the mesh.
        IngressGateway = "ingress-gateway",
        /// A gateway from outside into the mesh, since 1.15.
        ApiGateway = "api-gateway",
    }
}

/// How many requests an instance takes, compared with the others of its service. DNS and proxies go by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Weights {
    /// Weight while its checks pass, at least 1.
    pub passing: u16,
    /// Weight while one of its checks warns.
    pub warning: u16,
}

impl Default for Weights {
    /// What servers give to an instance without weights: 1 in both states.
    fn default() -> Self {
        Self { passing: 1, warning: 1 }
    }
}

/// One of several addresses of a service instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ServiceAddress {
    /// An IP address or a host name.
    #[serde(default)]
    pub address: String,
    /// The port; 0 where there is none.
    #[serde(default, deserialize_with = "port::deserialize")]
    pub port: u16,
}

impl ServiceAddress {
    /// An address and its port.
    pub fn new(address: impl Into<String>, port: u16) -> Self {
        Self { address: address.into(), port }
    }
}

/// One of several ports of a service instance, since 1.22.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ServicePort {
    /// Name of the port, unique in its instance.
    pub name: String,
    /// The port.
    #[serde(default, deserialize_with = "port::deserialize")]
    pub port: u16,
    /// Whether it stands for the instance where only one port can; exactly one does.
    #[serde(default)]
    pub default: bool,
}

/// Where a node or service instance is, since 1.16.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Locality {
    /// The region.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub region: String,
    /// The zone in it; empty where only the region is known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub zone: String,
}

/// How a service instance takes part in the service mesh.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ServiceConnect {
    /// Whether the instance speaks the mesh's protocol itself, without a proxy.
    #[serde(default)]
    pub native: bool,
    /// How to reach an instance that was imported from a cluster peer, since 1.13.
    #[serde(default, deserialize_with = "blank::or_none")]
    pub peer_meta: Option<Box<PeerMeta>>,
}

/// How to reach an instance that was imported from a cluster peer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct PeerMeta {
    /// Server names to ask for.
    #[serde(default, rename = "SNI", deserialize_with = "null::or_default")]
    pub sni: Vec<String>,
    /// Identities to expect.
    #[serde(default, rename = "SpiffeID", deserialize_with = "null::or_default")]
    pub spiffe_id: Vec<String>,
    /// Protocol of the service.
    #[serde(default)]
    pub protocol: String,
}
