//! The configuration of a proxy or gateway of the service mesh; the same in registrations and in responses.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::RequestWriter;
use crate::model::{
    AccessLogs, EnvoyExtension, Expose, ServiceId, ServiceName, ServicePort, Upstream, opaque,
};
use crate::types::empty::IsEmpty;
use crate::types::string_enum::string_enum;
use crate::types::{null, port};

/// The configuration of a proxy or gateway. Settings that it does not have are empty, zero or `false`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ConnectProxyConfig {
    /// Name of the service that the proxy serves. Empty for a gateway.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "ServiceName::is_empty")]
    pub destination_service_name: ServiceName,
    /// Id of the one instance that the proxy serves, on the same agent. Empty for a proxy of all instances.
    #[serde(
        rename = "DestinationServiceID",
        deserialize_with = "null::or_default",
        skip_serializing_if = "ServiceId::is_empty"
    )]
    pub destination_service_id: ServiceId,
    /// Address at which the proxy reaches its instance. 127.0.0.1 if empty.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub local_service_address: String,
    /// Port at which the proxy reaches its instance. The port of the instance if 0.
    #[serde(deserialize_with = "port::deserialize", skip_serializing_if = "IsEmpty::is_empty")]
    pub local_service_port: u16,
    /// Ports at which the proxy reaches an instance with several ports, since 1.22.
    #[serde(deserialize_with = "ports", skip_serializing_if = "Vec::is_empty")]
    pub local_service_ports: Vec<ServicePort>,
    /// Unix socket at which the proxy reaches its instance, since 1.10.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "String::is_empty")]
    pub local_service_socket_path: String,
    /// How connections reach the proxy's listeners, since 1.10.
    #[serde(skip_serializing_if = "IsEmpty::is_empty")]
    pub mode: ProxyMode,
    /// Settings of [transparent](ProxyMode::Transparent) mode, since 1.10.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "IsEmpty::is_empty")]
    pub transparent_proxy: TransparentProxy,
    /// Opaque settings that Consul passes to the proxy. An integer can be returned as a floating-point number.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, Value>,
    /// Services that the instance reaches through the proxy.
    #[serde(deserialize_with = "null::list", skip_serializing_if = "Vec::is_empty")]
    pub upstreams: Vec<Upstream>,
    /// How the proxy uses mesh gateways.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "IsEmpty::is_empty")]
    pub mesh_gateway: MeshGateway,
    /// The paths that the proxy exposes without the encryption of the mesh.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "IsEmpty::is_empty")]
    pub expose: Expose,
    /// Access logs of the proxy, since 1.15.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "IsEmpty::is_empty")]
    pub access_logs: AccessLogs,
    /// Extensions of Envoy, since 1.15. Agents drop those of a registration, since they come from configuration entries.
    #[serde(deserialize_with = "null::list", skip_serializing_if = "Vec::is_empty")]
    pub envoy_extensions: Vec<EnvoyExtension>,
}

impl ConnectProxyConfig {
    /// Creates the configuration of a gateway, or of a sidecar, whose service is known to its agent.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the name of the service that the proxy serves.
    #[must_use]
    pub fn destination_service_name(mut self, name: impl Into<ServiceName>) -> Self {
        self.destination_service_name = name.into();
        self
    }

    /// Sets the one instance that the proxy serves, on the same agent. Defaults to all instances.
    #[must_use]
    pub fn destination_service_id(mut self, id: impl Into<ServiceId>) -> Self {
        self.destination_service_id = id.into();
        self
    }

    /// Sets the address at which the proxy reaches its instance. Defaults to 127.0.0.1.
    #[must_use]
    pub fn local_service_address(mut self, address: impl Into<String>) -> Self {
        self.local_service_address = address.into();
        self
    }

    /// Sets the port at which the proxy reaches its instance. Defaults to the port of the instance.
    #[must_use]
    pub fn local_service_port(mut self, port: u16) -> Self {
        self.local_service_port = port;
        self
    }

    /// Adds a port at which the proxy reaches an instance with several ports; since 1.22.
    #[must_use]
    pub fn add_local_service_port(mut self, port: ServicePort) -> Self {
        self.local_service_ports.push(port);
        self
    }

    /// Sets the Unix socket at which the proxy reaches its instance; since 1.10.
    #[must_use]
    pub fn local_service_socket_path(mut self, path: impl Into<String>) -> Self {
        self.local_service_socket_path = path.into();
        self
    }

    /// Sets how connections reach the proxy's listeners; since 1.10.
    #[must_use]
    pub fn mode(mut self, mode: ProxyMode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets the settings of [transparent](ProxyMode::Transparent) mode; since 1.10.
    #[must_use]
    pub fn transparent_proxy(mut self, settings: TransparentProxy) -> Self {
        self.transparent_proxy = settings;
        self
    }

    /// Adds an opaque setting that Consul passes to the proxy.
    ///
    /// A registration with a `null` in it, at any depth, is rejected: servers accept it and fail when they return it.
    #[must_use]
    pub fn config(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.config.insert(name.into(), value.into());
        self
    }

    /// Adds a service that the instance reaches through the proxy.
    #[must_use]
    pub fn upstream(mut self, upstream: Upstream) -> Self {
        self.upstreams.push(upstream);
        self
    }

    /// Sets how the proxy uses mesh gateways.
    #[must_use]
    pub fn mesh_gateway(mut self, mode: MeshGatewayMode) -> Self {
        self.mesh_gateway = MeshGateway { mode };
        self
    }

    /// Sets what is reachable through the proxy without the encryption of the mesh.
    #[must_use]
    pub fn expose(mut self, expose: Expose) -> Self {
        self.expose = expose;
        self
    }

    /// Sets the access logs of the proxy; since 1.15.
    #[must_use]
    pub fn access_logs(mut self, logs: AccessLogs) -> Self {
        self.access_logs = logs;
        self
    }

    /// Adds an extension of Envoy; since 1.15, and in the catalog only.
    #[must_use]
    pub fn envoy_extension(mut self, extension: EnvoyExtension) -> Self {
        self.envoy_extensions.push(extension);
        self
    }

    /// Returns the configuration without the parts that only servers set.
    pub(crate) fn without_server_parts(mut self) -> Self {
        for upstream in &mut self.upstreams {
            upstream.centrally_configured = false;
        }
        for path in &mut self.expose.paths {
            path.parsed_from_check = false;
        }
        self
    }

    /// Rejects opaque settings that servers accept but cannot return.
    pub(crate) fn validate(&self, request: &mut RequestWriter) {
        opaque::validate(request, "proxy config", &self.config);
        for upstream in &self.upstreams {
            opaque::validate(request, "upstream config", &upstream.config);
        }
        for extension in &self.envoy_extensions {
            opaque::validate(request, "extension arguments", &extension.arguments);
        }
    }
}

impl IsEmpty for ConnectProxyConfig {
    fn is_empty(&self) -> bool {
        let Self {
            destination_service_name,
            destination_service_id,
            local_service_address,
            local_service_port,
            local_service_ports,
            local_service_socket_path,
            mode,
            transparent_proxy,
            config,
            upstreams,
            mesh_gateway,
            expose,
            access_logs,
            envoy_extensions,
        } = self;
        destination_service_name.is_empty()
            && destination_service_id.is_empty()
            && local_service_address.is_empty()
            && *local_service_port == 0
            && local_service_ports.is_empty()
            && local_service_socket_path.is_empty()
            && mode.is_empty()
            && transparent_proxy.is_empty()
            && config.is_empty()
            && upstreams.is_empty()
            && mesh_gateway.is_empty()
            && expose.is_empty()
            && access_logs.is_empty()
            && envoy_extensions.is_empty()
    }
}

/// Decodes a list of ports. Another kind of value is an empty list: no recorded response has this field.
fn ports<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ServicePort>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

string_enum! {
    /// How connections reach the listeners of a proxy.
    #[derive(Default)]
    ProxyMode {
        /// As configured for the service or for all proxies; the empty text.
        #[default]
        Inherited = "",
        /// The instance and other proxies connect to the listeners.
        Direct = "direct",
        /// Traffic is captured and redirected to the listeners.
        Transparent = "transparent",
    }
}

/// Settings of a proxy in transparent mode.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct TransparentProxy {
    /// Port to which outbound traffic is redirected. 0 for Consul's default, 15001.
    #[serde(deserialize_with = "port::deserialize", skip_serializing_if = "IsEmpty::is_empty")]
    pub outbound_listener_port: u16,
    /// Whether other proxies can connect to this instance by its own address.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "IsEmpty::is_empty")]
    pub dialed_directly: bool,
}

impl TransparentProxy {
    /// Creates the default settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the port to which outbound traffic is redirected. Defaults to 15001.
    #[must_use]
    pub fn outbound_listener_port(mut self, port: u16) -> Self {
        self.outbound_listener_port = port;
        self
    }

    /// Allows other proxies to connect to this instance by its own address.
    #[must_use]
    pub fn dialed_directly(mut self) -> Self {
        self.dialed_directly = true;
        self
    }
}

impl IsEmpty for TransparentProxy {
    fn is_empty(&self) -> bool {
        let Self { outbound_listener_port, dialed_directly } = self;
        *outbound_listener_port == 0 && !dialed_directly
    }
}

/// How a proxy uses mesh gateways.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct MeshGateway {
    /// The gateways that connections to another datacenter use.
    #[serde(skip_serializing_if = "IsEmpty::is_empty")]
    pub mode: MeshGatewayMode,
}

impl IsEmpty for MeshGateway {
    fn is_empty(&self) -> bool {
        self.mode.is_empty()
    }
}

string_enum! {
    /// The mesh gateways that a connection uses.
    #[derive(Default)]
    MeshGatewayMode {
        /// As configured for the service or for all proxies; the empty text.
        #[default]
        Inherited = "",
        /// No gateway.
        None = "none",
        /// A gateway in the proxy's datacenter.
        Local = "local",
        /// A gateway in the other datacenter.
        Remote = "remote",
    }
}
