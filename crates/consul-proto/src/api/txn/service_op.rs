//! Operations on the service instances of the catalog.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::model::{ConnectProxyConfig, ServiceAddress, ServiceKind, Weights};
use crate::types::blank::is_blank;

/// An operation on a service instance of the catalog, as part of a [transaction](crate::txn::Apply).
///
/// An agent restores the instances that are registered with it, so this is for instances outside of agents.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServiceOp {
    /// Reads an instance. If it does not exist, the transaction is rolled back.
    Get {
        /// Name of the node.
        node: String,
        /// Id of the instance.
        id: String,
    },
    /// Writes an instance. It replaces the stored instance.
    Set {
        /// Name of the node, which must exist.
        node: String,
        /// The instance.
        service: Service,
    },
    /// Writes an instance if its `ModifyIndex` is this one.
    Cas {
        /// Name of the node.
        node: String,
        /// The instance.
        service: Service,
        /// The index; with 0, the instance must not exist.
        index: u64,
    },
    /// Deletes an instance and its checks. Succeeds if it does not exist.
    Delete {
        /// Name of the node.
        node: String,
        /// Id of the instance.
        id: String,
        /// Name of the service. Servers require it, and check the permission by it.
        name: String,
    },
    /// Deletes an instance and its checks if its `ModifyIndex` is this one.
    DeleteCas {
        /// Name of the node.
        node: String,
        /// Id of the instance.
        id: String,
        /// Name of the service. Servers require it, and check the permission by it.
        name: String,
        /// The index.
        index: u64,
    },
}

/// A service instance to write.
///
/// Servers of 1.8 silently drop its kind, its tagged addresses and its proxy. A
/// [registration](crate::agent::service::Register) keeps them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Service {
    /// Kind of the service.
    #[serde(skip_serializing_if = "is_blank")]
    pub kind: ServiceKind,
    /// Id of the instance, unique on its node. Defaults to the name.
    #[serde(rename = "ID", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name of the service (`Service`).
    #[serde(rename = "Service")]
    pub name: String,
    /// Tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Address. Defaults to the node's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Further addresses, such as `lan` and `wan`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tagged_addresses: BTreeMap<String, ServiceAddress>,
    /// Port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Metadata.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub meta: BTreeMap<String, String>,
    /// Weights. Default to 1 in both states, and are always sent.
    pub weights: Weights,
    /// Allows other programs to change the tags in the catalog.
    #[serde(skip_serializing_if = "is_blank")]
    pub enable_tag_override: bool,
    /// Configuration of a proxy. Servers store only the instance that the proxy serves and where that listens, the use
    /// of mesh gateways, and the settings of transparent mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<ConnectProxyConfig>,
    /// Namespace (Consul Enterprise).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Admin partition (Consul Enterprise).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition: Option<String>,
}

impl Service {
    /// Creates an instance of the service `name`, whose id is the name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
}

impl ServiceOp {
    /// Reads the instance `id` on `node`. If it does not exist, the transaction is rolled back.
    pub fn get(node: impl Into<String>, id: impl Into<String>) -> Self {
        Self::Get { node: node.into(), id: id.into() }
    }

    /// Writes `service` on `node`.
    pub fn set(node: impl Into<String>, service: Service) -> Self {
        Self::Set { node: node.into(), service }
    }

    /// Writes `service` on `node` if its `ModifyIndex` is `index`; with 0, if it does not exist.
    pub fn cas(node: impl Into<String>, service: Service, index: u64) -> Self {
        Self::Cas { node: node.into(), service, index }
    }

    /// Deletes the instance `id` of the service `name` on `node`.
    pub fn delete(node: impl Into<String>, id: impl Into<String>, name: impl Into<String>) -> Self {
        Self::Delete { node: node.into(), id: id.into(), name: name.into() }
    }

    /// Deletes the instance `id` of the service `name` on `node` if its `ModifyIndex` is `index`.
    pub fn delete_cas(
        node: impl Into<String>,
        id: impl Into<String>,
        name: impl Into<String>,
        index: u64,
    ) -> Self {
        Self::DeleteCas { node: node.into(), id: id.into(), name: name.into(), index }
    }

    /// Returns whether the operation changes nothing.
    #[must_use]
    pub fn is_read(&self) -> bool {
        matches!(self, Self::Get { .. })
    }
}

impl Serialize for ServiceOp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (verb, node, service, modify_index) = match self {
            Self::Get { node, id } => ("get", node, Payload::Name { id, service: None }, None),
            Self::Set { node, service } => ("set", node, Payload::Whole(service), None),
            Self::Cas { node, service, index } => ("cas", node, Payload::Whole(service), Some(*index)),
            Self::Delete { node, id, name } => {
                ("delete", node, Payload::Name { id, service: Some(name) }, None)
            }
            Self::DeleteCas { node, id, name, index } => {
                ("delete-cas", node, Payload::Name { id, service: Some(name) }, Some(*index))
            }
        };
        Wire { verb, node, service: At { service, modify_index } }.serialize(serializer)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Wire<'a> {
    verb: &'static str,
    node: &'a str,
    service: At<'a>,
}

#[derive(Serialize)]
struct At<'a> {
    #[serde(flatten)]
    service: Payload<'a>,
    #[serde(rename = "ModifyIndex", skip_serializing_if = "Option::is_none")]
    modify_index: Option<u64>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Payload<'a> {
    Whole(&'a Service),
    Name {
        #[serde(rename = "ID")]
        id: &'a str,
        #[serde(rename = "Service", skip_serializing_if = "Option::is_none")]
        service: Option<&'a str>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_sends_its_arguments() {
        let service = Service {
            id: Some("web1".to_owned()),
            tags: vec!["a".to_owned()],
            address: Some("10.0.0.2".to_owned()),
            tagged_addresses: BTreeMap::from([("wan".to_owned(), ServiceAddress::new("1.2.3.4", 81))]),
            port: Some(80),
            ..Service::new("web")
        };
        let whole = r#""ID":"web1","Service":"web","Tags":["a"],"Address":"10.0.0.2","TaggedAddresses":{"wan":{"Address":"1.2.3.4","Port":81}},"Port":80,"Weights":{"Passing":1,"Warning":1}"#;
        for (op, json) in [
            (
                ServiceOp::get("n", "web1"),
                r#"{"Verb":"get","Node":"n","Service":{"ID":"web1"}}"#.to_owned(),
            ),
            (
                ServiceOp::set("n", Service::new("web")),
                r#"{"Verb":"set","Node":"n","Service":{"Service":"web","Weights":{"Passing":1,"Warning":1}}}"#
                    .to_owned(),
            ),
            (
                ServiceOp::cas("n", service, 7),
                format!(r#"{{"Verb":"cas","Node":"n","Service":{{{whole},"ModifyIndex":7}}}}"#),
            ),
            (
                ServiceOp::delete("n", "web1", "web"),
                r#"{"Verb":"delete","Node":"n","Service":{"ID":"web1","Service":"web"}}"#.to_owned(),
            ),
            (
                ServiceOp::delete_cas("n", "web1", "web", 7),
                r#"{"Verb":"delete-cas","Node":"n","Service":{"ID":"web1","Service":"web","ModifyIndex":7}}"#
                    .to_owned(),
            ),
        ] {
            assert_eq!(serde_json::to_string(&op).unwrap(), json);
            assert_eq!(op.is_read(), matches!(op, ServiceOp::Get { .. }));
        }
    }
}
