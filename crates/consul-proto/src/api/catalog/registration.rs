//! What is registered in the catalog: nodes, service instances and checks.

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::model::{
    CatalogNode, ConnectProxyConfig, Locality, NodeService, ServiceAddress, ServiceKind, ServicePort, Weights,
};
use crate::model::{CheckType, HealthCheck, HealthCheckDefinition, Status};
use crate::types::blank::is_blank;

/// What is registered of a node.
///
/// Made from a name alone, from name and address, or from a [`CatalogNode`] that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct NodeRegistration {
    /// Id of the node, a UUID; a node outside of agents needs none. One that belongs to a node of another name
    /// *renames* that node: its old name is gone, and all that is on it with it.
    #[serde(rename = "ID", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name of the node (`Node`).
    #[serde(rename = "Node")]
    pub name: String,
    /// Its address: an IP address or a host name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// More addresses: `lan`, `wan`, and each with `_ipv4` or `_ipv6`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tagged_addresses: BTreeMap<String, String>,
    /// Metadata of the node (`NodeMeta`).
    #[serde(rename = "NodeMeta", skip_serializing_if = "BTreeMap::is_empty")]
    pub meta: BTreeMap<String, String>,
    /// Where the node is, since 1.16.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<Locality>,
}

impl NodeRegistration {
    /// A node of this name, at this address.
    pub fn new(name: impl Into<String>, address: impl Into<String>) -> Self {
        Self { address: Some(address.into()), ..Self::from(name.into()) }
    }
}

/// A node of this name, and nothing else about it.
impl From<&str> for NodeRegistration {
    fn from(name: &str) -> Self {
        Self::from(name.to_owned())
    }
}

/// A node of this name, and nothing else about it.
impl From<String> for NodeRegistration {
    fn from(name: String) -> Self {
        Self { name, ..Self::default() }
    }
}

/// The node as it was read. Registering that again changes nothing of it, and needs no right to.
impl From<&CatalogNode> for NodeRegistration {
    fn from(node: &CatalogNode) -> Self {
        Self {
            id: filled(&node.id),
            name: node.name.clone(),
            address: Some(node.address.clone()),
            tagged_addresses: node.tagged_addresses.clone(),
            meta: node.meta.clone(),
            locality: node.locality.clone(),
        }
    }
}

/// What is registered of a service instance. It replaces what is there under its id, whole.
///
/// Made from a name alone, or from a [`NodeService`] that was read. What is empty or `None` is not sent. Servers refuse
/// fields that they do not know, so one that is newer than the server makes the registration fail; those that have no
/// version here are known to 1.8 and later.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ServiceRegistration {
    /// Kind of the service.
    #[serde(skip_serializing_if = "is_blank")]
    pub kind: ServiceKind,
    /// Id of the instance, unique on its node; the name by default.
    #[serde(rename = "ID", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name of the service (`Service`).
    #[serde(rename = "Service")]
    pub name: String,
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
    /// Several ports, since 1.22, one of them the default; exclude [`port`](Self::port).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<ServicePort>,
    /// Unix socket of the instance, since 1.10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket_path: Option<String>,
    /// Metadata of the instance.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub meta: BTreeMap<String, String>,
    /// Weights of the instance; 1 in both states by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<Weights>,
    /// Lets the tags be changed in the catalog without an agent setting them back.
    #[serde(skip_serializing_if = "is_blank")]
    pub enable_tag_override: bool,
    /// What a proxy or gateway is configured with; for no other kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<ConnectProxyConfig>,
    /// The instance speaks the service mesh's protocol itself (`Connect.Native`). A sidecar cannot be registered
    /// along with it here, but as an instance of its own.
    #[serde(rename = "Connect", serialize_with = "native", skip_serializing_if = "is_blank")]
    pub connect_native: bool,
    /// Where the instance is, since 1.16.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<Locality>,
}

impl ServiceRegistration {
    /// An instance of this service, and nothing else about it.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

/// An instance of this service, and nothing else about it.
impl From<&str> for ServiceRegistration {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

/// An instance of this service, and nothing else about it.
impl From<String> for ServiceRegistration {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

/// The instance as it was read, without the virtual addresses that servers give to it.
impl From<&NodeService> for ServiceRegistration {
    fn from(service: &NodeService) -> Self {
        Self {
            kind: service.kind.clone(),
            id: filled(&service.id),
            name: service.name.clone(),
            tags: service.tags.clone(),
            address: filled(&service.address),
            tagged_addresses: service
                .tagged_addresses
                .iter()
                .filter(|(tag, _)| !tag.starts_with("consul-virtual"))
                .map(|(tag, address)| (tag.clone(), address.clone()))
                .collect(),
            // Of several ports, servers show the default one here too.
            port: (service.port > 0 && service.ports.is_empty()).then_some(service.port),
            ports: service.ports.clone(),
            socket_path: filled(&service.socket_path),
            meta: service.meta.clone(),
            weights: Some(service.weights),
            enable_tag_override: service.enable_tag_override,
            proxy: service.proxy.as_deref().cloned(),
            connect_native: service.connect.native,
            locality: service.locality.clone(),
        }
    }
}

/// What is registered of a check. It replaces what is there under its id, whole.
///
/// Made from a name alone, or from a [`HealthCheck`] that was read. No server carries it out: whatever does so registers
/// it anew with each result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CheckRegistration {
    /// Id of the check (`CheckID`), unique on its node; the name by default.
    #[serde(rename = "CheckID", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name of the check.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// How it turned out: passing, warning or, by default, critical.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Notes for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// What the check has to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// Id of the service instance that is checked, which is there or comes along; the node by default.
    #[serde(rename = "ServiceID", skip_serializing_if = "Option::is_none")]
    pub service_id: Option<String>,
    /// How it is checked (`Type`). Servers see it from the definition of an HTTP or TCP check.
    #[serde(rename = "Type", skip_serializing_if = "is_blank")]
    pub check_type: CheckType,
    /// What is to be checked, for whatever carries it out.
    #[serde(skip_serializing_if = "is_blank")]
    pub definition: HealthCheckDefinition,
}

impl CheckRegistration {
    /// A check of this name, of the node, that has not reported yet.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

/// A check of this name, of the node, that has not reported yet.
impl From<&str> for CheckRegistration {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

/// A check of this name, of the node, that has not reported yet.
impl From<String> for CheckRegistration {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

/// The check as it was read.
impl From<&HealthCheck> for CheckRegistration {
    fn from(check: &HealthCheck) -> Self {
        Self {
            id: filled(&check.id),
            name: check.name.clone(),
            status: Some(check.status.clone()),
            notes: filled(&check.notes),
            output: filled(&check.output),
            service_id: filled(&check.service_id),
            check_type: check.check_type.clone(),
            definition: check.definition.as_deref().cloned().unwrap_or_default(),
        }
    }
}

/// A text that says something.
fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn native<S: Serializer>(native: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    let mut connect = serializer.serialize_map(Some(1))?;
    connect.serialize_entry("Native", native)?;
    connect.end()
}
