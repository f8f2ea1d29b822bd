//! A service instance to register with an agent.

use serde::Serialize;

use crate::agent::service::Sidecar;
use crate::agent::{Check, Secret};
use crate::model::{
    ConnectProxyConfig, Locality, ServiceAddress, ServiceFields, ServiceId, ServiceKind, ServiceName,
    ServicePort, Weights,
};
use crate::types::empty::IsEmpty;
use crate::{EncodeError, RequestWriter};

/// A service instance to register with an agent.
///
/// Converts from a name. A reference converts to the ID and to the name, for operations on the instance.
///
/// Values that are not set are not sent, and the agent uses its defaults. Agents reject unknown fields, so the
/// registration fails if a setter is newer than the agent. Setters without a version require Consul 1.8.
///
/// [Service configuration](https://developer.hashicorp.com/consul/docs/reference/service)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
#[non_exhaustive]
pub struct Definition {
    name: ServiceName,
    #[serde(flatten)]
    fields: ServiceFields,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<Check>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<Secret>,
    #[serde(skip_serializing_if = "IsEmpty::is_empty")]
    connect: Connect,
}

/// The role of the instance in the service mesh.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Connect {
    #[serde(skip_serializing_if = "IsEmpty::is_empty")]
    native: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    sidecar_service: Option<Box<Sidecar>>,
}

impl IsEmpty for Connect {
    fn is_empty(&self) -> bool {
        !self.native && self.sidecar_service.is_none()
    }
}

impl Definition {
    /// Creates an instance of the service `name`.
    ///
    /// DNS only finds services whose name consists of letters, digits and hyphens.
    pub fn new(name: impl Into<ServiceName>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Sets the id of the instance, unique on the agent. Defaults to the name.
    pub fn id(mut self, id: impl Into<ServiceId>) -> Self {
        self.fields.id = Some(id.into());
        self
    }

    /// Sets the kind of the service. Defaults to [`ServiceKind::Typical`].
    pub fn kind(mut self, kind: ServiceKind) -> Self {
        self.fields.kind = kind;
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

    /// Sets the address, an IP address or a host name. Defaults to that of the node.
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

    /// Adds a port of an instance with several ports, one of which is the default; since 1.22. Mutually exclusive
    /// with [`port`](Self::port) and a [sidecar](Self::sidecar).
    pub fn add_port(mut self, port: ServicePort) -> Self {
        self.fields.ports.push(port);
        self
    }

    /// Sets the Unix socket; since 1.10.
    pub fn socket_path(mut self, path: impl Into<String>) -> Self {
        self.fields.socket_path = Some(path.into());
        self
    }

    /// Adds metadata.
    ///
    /// Up to 64 keys of up to 128 letters, digits, hyphens and underscores, which do not start with `consul-`. Values have up
    /// to 512 bytes.
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.fields.meta.insert(key.into(), value.into());
        self
    }

    /// Sets the weights. Defaults to 1 in both states.
    pub fn weights(mut self, weights: Weights) -> Self {
        self.fields.weights = Some(weights);
        self
    }

    /// Allows other programs to change the tags in the catalog. The agent does not reset them.
    pub fn enable_tag_override(mut self) -> Self {
        self.fields.enable_tag_override = true;
        self
    }

    /// Adds a check: a [`Check`](crate::agent::Check), or a kind of check.
    ///
    /// Without checks, the instance is healthy if its node is healthy.
    pub fn check(mut self, check: impl Into<Check>) -> Self {
        self.checks.push(check.into());
        self
    }

    /// Sets the token with which the agent updates the instance in the catalog. Defaults to the token of the request.
    ///
    /// The agent keeps the token. If it is deleted, changes no longer reach the catalog.
    pub fn sync_token(mut self, token: impl Into<Secret>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Sets the location; since 1.16.
    pub fn locality(mut self, locality: Locality) -> Self {
        self.fields.locality = Some(locality);
        self
    }

    /// Sets the configuration of a proxy or gateway.
    ///
    /// Only for [kinds](Self::kind) of proxies and gateways.
    pub fn proxy(mut self, proxy: ConnectProxyConfig) -> Self {
        self.fields.set_proxy(proxy);
        self
    }

    /// Declares that the instance supports the protocol of the service mesh without a proxy.
    pub fn connect_native(mut self) -> Self {
        self.connect.native = true;
        self
    }

    /// Registers a sidecar proxy together with the instance, which makes it part of the service mesh.
    pub fn sidecar(mut self, sidecar: Sidecar) -> Self {
        self.connect.sidecar_service = Some(Box::new(sidecar));
        self
    }

    /// Sets the namespace (Consul Enterprise). Other agents reject it.
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        self.fields.namespace = Some(name.into());
        self
    }

    /// Sets the admin partition (Consul Enterprise). Other agents reject it.
    pub fn partition(mut self, name: impl Into<String>) -> Self {
        self.fields.partition = Some(name.into());
        self
    }

    /// Rejects values that every agent rejects, and names that no later request can contain.
    pub(super) fn validate(&self, request: &mut RequestWriter) {
        request.check_name("name", self.name.as_str());
        validate_parts(request, &self.fields, &self.checks);
        if let Some(sidecar) = &self.connect.sidecar_service {
            sidecar.validate(request);
            request.exclude(("ports", !self.fields.ports.is_empty()), ("sidecar", true));
        }
    }
}

/// Rejects values of an instance or a sidecar that every agent rejects.
pub(super) fn validate_parts(request: &mut RequestWriter, fields: &ServiceFields, checks: &[Check]) {
    fields.validate(request);
    if fields.weights.is_some_and(|weights| weights.passing == 0) {
        let reason = "is 0 for the passing state".to_owned();
        request.reject(EncodeError::Invalid { name: "weights", reason });
    }
    for (number, check) in checks.iter().enumerate() {
        if let Some((name, reason)) = check.invalid_field() {
            let reason = format!("of check {} {reason}", number + 1);
            request.reject(EncodeError::Invalid { name, reason });
        }
        check.check_id(request, None);
    }
}

impl From<&str> for Definition {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<String> for Definition {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

impl From<&String> for Definition {
    fn from(name: &String) -> Self {
        Self::new(name)
    }
}

impl From<&Self> for Definition {
    fn from(definition: &Self) -> Self {
        definition.clone()
    }
}

impl From<&Definition> for ServiceId {
    fn from(definition: &Definition) -> Self {
        match &definition.fields.id {
            Some(id) if !id.is_empty() => id.clone(),
            _ => Self::from(definition.name.as_str()),
        }
    }
}

impl From<&Definition> for ServiceName {
    fn from(definition: &Definition) -> Self {
        definition.name.clone()
    }
}
