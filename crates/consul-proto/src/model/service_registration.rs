//! A service instance to register in the catalog.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::model::{
    ConnectProxyConfig, Locality, NodeService, ServiceAddress, ServiceFields, ServiceId, ServiceKind,
    ServiceName, ServicePort, Weights,
};
use crate::types::empty::IsEmpty;
use crate::{EncodeError, RequestWriter};

/// A service instance to register in the catalog, directly or in a transaction. It replaces a registered instance with the
/// same id completely.
///
/// Converts from a name, and from a [`NodeService`] that was read, without the virtual addresses that servers add.
///
/// Values that are not set are not sent. Servers reject fields that they do not know, so a setter that is newer than the
/// server makes the registration fail. Setters without a version are known to Consul 1.8 and later.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
#[non_exhaustive]
pub struct ServiceRegistration {
    #[serde(rename = "Service", skip_serializing_if = "ServiceName::is_empty")]
    pub(crate) name: ServiceName,
    #[serde(flatten)]
    pub(crate) fields: ServiceFields,
    #[serde(rename = "Connect", serialize_with = "native", skip_serializing_if = "IsEmpty::is_empty")]
    connect_native: bool,
}

impl ServiceRegistration {
    /// Creates an instance of the service `name`.
    pub fn new(name: impl Into<ServiceName>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Sets the kind of the service. Defaults to [`ServiceKind::Typical`].
    pub fn kind(mut self, kind: ServiceKind) -> Self {
        self.fields.kind = kind;
        self
    }

    /// Sets the id of the instance, unique on its node. Defaults to the name of the service.
    pub fn id(mut self, id: impl Into<ServiceId>) -> Self {
        self.fields.id = Some(id.into());
        self
    }

    /// Adds a tag.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.fields.tags.push(tag.into());
        self
    }

    /// Adds tags.
    pub fn tags(mut self, tags: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.fields.tags.extend(tags.into_iter().map(Into::into));
        self
    }

    /// Sets the address of the instance, an IP address or a host name. Defaults to that of its node.
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.fields.address = Some(address.into());
        self
    }

    /// Adds an address under a tag: `lan` or `wan`, each also with `_ipv4` or `_ipv6`.
    pub fn tagged_address(mut self, tag: impl Into<String>, address: ServiceAddress) -> Self {
        self.fields.tagged_addresses.insert(tag.into(), address);
        self
    }

    /// Sets the port of the instance.
    pub fn port(mut self, port: u16) -> Self {
        self.fields.port = Some(port);
        self
    }

    /// Adds a port of an instance with several ports, one of which is the default; since 1.22. Excludes
    /// [`port`](Self::port).
    pub fn add_port(mut self, port: ServicePort) -> Self {
        self.fields.ports.push(port);
        self
    }

    /// Sets the Unix socket of the instance; since 1.10.
    pub fn socket_path(mut self, path: impl Into<String>) -> Self {
        self.fields.socket_path = Some(path.into());
        self
    }

    /// Adds metadata of the instance.
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.fields.meta.insert(key.into(), value.into());
        self
    }

    /// Sets the weights of the instance. Default to 1 in both states.
    pub fn weights(mut self, weights: Weights) -> Self {
        self.fields.weights = Some(weights);
        self
    }

    /// Allows other programs to change the tags in the catalog without an agent resetting them.
    pub fn enable_tag_override(mut self) -> Self {
        self.fields.enable_tag_override = true;
        self
    }

    /// Sets the configuration of a proxy or gateway.
    ///
    /// In a transaction, servers store only [parts of it](crate::txn::ServiceOp::set).
    pub fn proxy(mut self, proxy: ConnectProxyConfig) -> Self {
        self.fields.set_proxy(proxy);
        self
    }

    /// Declares that the instance supports the protocol of the service mesh without a proxy. A sidecar cannot be
    /// registered with it here; it is an instance of its own.
    pub fn connect_native(mut self) -> Self {
        self.connect_native = true;
        self
    }

    /// Sets the location of the instance; since 1.16.
    pub fn locality(mut self, locality: Locality) -> Self {
        self.fields.locality = Some(locality);
        self
    }

    /// Sets the namespace (Consul Enterprise). Other servers reject it.
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        self.fields.namespace = Some(name.into());
        self
    }

    /// Sets the admin partition (Consul Enterprise). Other servers reject it.
    pub fn partition(mut self, name: impl Into<String>) -> Self {
        self.fields.partition = Some(name.into());
        self
    }

    /// Rejects values that every server rejects or silently misinterprets.
    pub(crate) fn validate(&self, request: &mut RequestWriter) {
        let mut reject = |name, reason: &str| {
            request.reject(EncodeError::Invalid { name, reason: reason.to_owned() });
        };
        if self.fields.kind == ServiceKind::ConnectProxy {
            let destination = self.fields.proxy.as_ref().map(|proxy| proxy.destination_service_name.as_str());
            if destination.is_none_or(|name| name.trim().is_empty()) {
                reject("proxy", "has no destination service");
            }
            if self.fields.port.is_none_or(|port| port == 0) && self.fields.socket_path.is_none() {
                reject("port", "of the proxy is missing, and so is its socket");
            }
        }
        request.check_name("service", self.name.as_str());
        self.fields.validate(request);
    }
}

impl From<&str> for ServiceRegistration {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<String> for ServiceRegistration {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

impl From<&NodeService> for ServiceRegistration {
    fn from(service: &NodeService) -> Self {
        Self {
            name: service.name.clone(),
            fields: ServiceFields::from(service),
            connect_native: service.connect.native,
        }
    }
}

fn native<S: Serializer>(native: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    let mut connect = serializer.serialize_map(Some(1))?;
    connect.serialize_entry("Native", native)?;
    connect.end()
}
