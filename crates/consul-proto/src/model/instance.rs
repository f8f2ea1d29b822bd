//! Parts of a service instance, for registrations and responses.

use serde::{Deserialize, Serialize};

use crate::types::empty::IsEmpty;
use crate::types::string_enum::string_enum;
use crate::types::{empty, null, number, port};

string_enum! {
    /// The kind of a service.
    #[derive(Default)]
    ServiceKind {
        /// An ordinary service. Sent as an empty string.
        #[default]
        Typical = "",
        /// A proxy of the service mesh, in front of another service.
        ConnectProxy = "connect-proxy",
        /// A gateway between datacenters or partitions.
        MeshGateway = "mesh-gateway",
        /// A gateway to services outside the mesh.
        TerminatingGateway = "terminating-gateway",
        /// A gateway for traffic that enters the mesh.
        IngressGateway = "ingress-gateway",
        /// A gateway for traffic that enters the mesh, with routes of its own; since 1.15.
        ApiGateway = "api-gateway",
    }
}

/// The share of requests that an instance receives, relative to the other instances of its service. DNS and proxies use
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Weights {
    /// Weight while all checks pass, at least 1. If the server has no valid weight, this is 1.
    #[serde(deserialize_with = "number::weight")]
    pub passing: u16,
    /// Weight while a check has status warning. If the server has no valid weight, this is 1.
    #[serde(deserialize_with = "number::weight")]
    pub warning: u16,
}

impl Weights {
    /// Creates the weights for the two states. Agents reject 0 for the passing state.
    #[must_use]
    pub fn new(passing: u16, warning: u16) -> Self {
        Self { passing, warning }
    }
}

impl Default for Weights {
    /// Returns the default weights: 1 in both states.
    fn default() -> Self {
        Self { passing: 1, warning: 1 }
    }
}

/// One of several addresses of a service instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ServiceAddress {
    /// IP address or host name.
    #[serde(deserialize_with = "null::or_default")]
    pub address: String,
    /// Port. 0 if there is none.
    #[serde(deserialize_with = "port::deserialize")]
    pub port: u16,
}

impl ServiceAddress {
    /// Creates an address with a port.
    pub fn new(address: impl Into<String>, port: u16) -> Self {
        Self { address: address.into(), port }
    }
}

/// One of several ports of a service instance, since 1.22.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ServicePort {
    /// Name of the port, unique in its instance.
    #[serde(deserialize_with = "null::or_default")]
    pub name: String,
    /// Number of the port.
    #[serde(deserialize_with = "port::deserialize")]
    pub port: u16,
    /// Whether clients that support only one port use this one. An instance has exactly one such port.
    #[serde(deserialize_with = "null::or_default")]
    pub default: bool,
}

impl ServicePort {
    /// Creates a port that is not the default one.
    pub fn new(name: impl Into<String>, port: u16) -> Self {
        Self { name: name.into(), port, default: false }
    }

    /// Makes this the default port, for clients that support only one port.
    #[must_use]
    pub fn default_port(mut self) -> Self {
        self.default = true;
        self
    }
}

/// The location of a node or service instance, since 1.16.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Locality {
    /// Region.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub region: String,
    /// Zone in the region. Empty if unknown.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub zone: String,
}

impl Locality {
    /// Creates the location in a region.
    pub fn new(region: impl Into<String>) -> Self {
        Self { region: region.into(), zone: String::new() }
    }

    /// Sets the zone in the region.
    #[must_use]
    pub fn zone(mut self, name: impl Into<String>) -> Self {
        self.zone = name.into();
        self
    }
}

/// The settings of a service instance in the service mesh.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ServiceConnect {
    /// Whether the instance supports the protocol of the mesh without a proxy.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "IsEmpty::is_empty")]
    pub native: bool,
    /// The TLS settings for an instance that was imported from a cluster peer, since 1.13.
    #[serde(deserialize_with = "empty::or_none", skip_serializing_if = "Option::is_none")]
    pub peer_meta: Option<Box<PeerMeta>>,
}

/// The TLS settings for an instance that was imported from a cluster peer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct PeerMeta {
    /// TLS server names to request.
    #[serde(rename = "SNI", deserialize_with = "null::list")]
    pub sni: Vec<String>,
    /// SPIFFE ids to expect.
    #[serde(rename = "SpiffeID", deserialize_with = "null::list")]
    pub spiffe_id: Vec<String>,
    /// Protocol of the service.
    #[serde(deserialize_with = "null::or_default")]
    pub protocol: String,
}

impl IsEmpty for PeerMeta {
    fn is_empty(&self) -> bool {
        let Self { sni, spiffe_id, protocol } = self;
        sni.is_empty() && spiffe_id.is_empty() && protocol.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_that_servers_do_not_check_are_decoded() {
        for (json, expected) in [
            (r#"{"Passing":10,"Warning":2}"#, Weights::new(10, 2)),
            (r#"{"Passing":10}"#, Weights::new(10, 1)),
            (r#"{"Passing":-1,"Warning":70000}"#, Weights::new(1, 1)),
            (r#"{"Passing":null,"Warning":0}"#, Weights::new(1, 0)),
        ] {
            assert_eq!(serde_json::from_str::<Weights>(json).unwrap(), expected, "{json}");
        }
    }
}
