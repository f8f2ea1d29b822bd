//! A sidecar proxy to register with its service instance.

use serde::Serialize;

use crate::RequestWriter;
use crate::agent::service::validate_parts;
use crate::agent::{Check, Secret};
use crate::model::{ConnectProxyConfig, Locality, ServiceAddress, ServiceFields, ServiceName, Weights};

/// A proxy that is registered together with its service instance, and deregistered with it.
///
/// All values are optional, since the agent derives the proxy from the instance. Its ID is the ID of the instance
/// followed by `-sidecar-proxy`. If the instance is registered again without the sidecar, the proxy stays registered.
///
/// [Sidecar registration](https://developer.hashicorp.com/consul/docs/connect/proxy/sidecar)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
#[non_exhaustive]
pub struct Sidecar {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<ServiceName>,
    #[serde(flatten)]
    fields: ServiceFields,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<Check>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<Secret>,
}

impl Sidecar {
    /// Creates a proxy that the agent derives from the instance.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the name of the proxy's service. Defaults to the name of the instance's service followed by
    /// `-sidecar-proxy`.
    pub fn name(mut self, name: impl Into<ServiceName>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Adds a tag. Without tags, the proxy has the tags of the instance.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.fields.tags.push(tag.into());
        self
    }

    /// Adds tags.
    pub fn tags(mut self, tags: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.fields.tags.extend(tags.into_iter().map(Into::into));
        self
    }

    /// Sets the address, an IP address or a host name. Defaults to that of the instance.
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.fields.address = Some(address.into());
        self
    }

    /// Adds an address under a tag: `lan` or `wan`, each also with `_ipv4` or `_ipv6`.
    pub fn tagged_address(mut self, tag: impl Into<String>, address: ServiceAddress) -> Self {
        self.fields.tagged_addresses.insert(tag.into(), address);
        self
    }

    /// Sets the port. Defaults to the first free one of the agent's ports for sidecars, which start at 21000.
    pub fn port(mut self, port: u16) -> Self {
        self.fields.port = Some(port);
        self
    }

    /// Sets the Unix socket; since 1.10.
    pub fn socket_path(mut self, path: impl Into<String>) -> Self {
        self.fields.socket_path = Some(path.into());
        self
    }

    /// Adds metadata. Without metadata, the proxy has the metadata of the instance.
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
    /// Without checks, the proxy has a check that connects to its port, and one with the status of the instance.
    pub fn check(mut self, check: impl Into<Check>) -> Self {
        self.checks.push(check.into());
        self
    }

    /// Sets the token with which the agent updates the proxy in the catalog. Defaults to the token of the request.
    ///
    /// The agent keeps the token. If it is deleted, changes no longer reach the catalog.
    pub fn sync_token(mut self, token: impl Into<Secret>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Sets the location; since 1.16. Defaults to that of the instance.
    pub fn locality(mut self, locality: Locality) -> Self {
        self.fields.locality = Some(locality);
        self
    }

    /// Sets the configuration of the proxy. Defaults to one that serves the instance at its port.
    pub fn proxy(mut self, proxy: ConnectProxyConfig) -> Self {
        self.fields.set_proxy(proxy);
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
        if let Some(name) = &self.name {
            request.check_name("sidecar name", name.as_str());
        }
        validate_parts(request, &self.fields, &self.checks);
    }
}
