//! What a proxy or gateway of the service mesh is configured with; the same in registrations and in answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::Upstream;
use crate::types::blank::is_blank;
use crate::types::word::word;
use crate::types::{null, port};

/// What a proxy or gateway is configured with.
///
/// In a registration, what is left at its default is not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ConnectProxyConfig {
    /// Name of the service that the proxy stands for. A gateway has none; a sidecar's is its service's.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub destination_service_name: String,
    /// Id of the one instance that the proxy stands for, on the same agent. Empty for a proxy of all.
    #[serde(rename = "DestinationServiceID", skip_serializing_if = "String::is_empty")]
    pub destination_service_id: String,
    /// Address at which the proxy finds its instance; 127.0.0.1 where empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub local_service_address: String,
    /// Port at which the proxy finds its instance; the instance's where 0.
    #[serde(deserialize_with = "port::deserialize", skip_serializing_if = "is_blank")]
    pub local_service_port: u16,
    /// Unix socket at which the proxy finds its instance, since 1.10.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub local_service_socket_path: String,
    /// How the proxy's listeners are reached, since 1.10.
    #[serde(skip_serializing_if = "is_blank")]
    pub mode: ProxyMode,
    /// Settings of [transparent](ProxyMode::Transparent) mode, since 1.10.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "is_blank")]
    pub transparent_proxy: TransparentProxy,
    /// Settings that Consul passes on to the proxy. A whole number can come back as a floating one.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, Value>,
    /// What the instance reaches through the proxy.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "Vec::is_empty")]
    pub upstreams: Vec<Upstream>,
    /// How the proxy uses mesh gateways.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "is_blank")]
    pub mesh_gateway: MeshGateway,
    /// What is reachable through the proxy without the mesh's encryption.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "is_blank")]
    pub expose: Expose,
    /// What the proxy logs, since 1.15.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "is_blank")]
    pub access_logs: AccessLogs,
    /// Extensions of Envoy, since 1.15. Agents drop those of a registration: they come from configuration entries.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "Vec::is_empty")]
    pub envoy_extensions: Vec<EnvoyExtension>,
}

word! {
    /// How a proxy's listeners are reached.
    #[derive(Default)]
    ProxyMode {
        /// As configured for the service or for all proxies; the empty word.
        #[default]
        Inherited = "",
        /// The instance and other proxies dial the listeners.
        Direct = "direct",
        /// Traffic is captured and redirected to the listeners.
        Transparent = "transparent",
    }
}

/// Settings of a proxy in transparent mode.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct TransparentProxy {
    /// Port to which outbound traffic is redirected; 0 for Consul's default, 15001.
    #[serde(deserialize_with = "port::deserialize", skip_serializing_if = "is_blank")]
    pub outbound_listener_port: u16,
    /// Whether other proxies may dial this instance by its own address.
    #[serde(skip_serializing_if = "is_blank")]
    pub dialed_directly: bool,
}

/// How a proxy uses mesh gateways.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct MeshGateway {
    /// Which gateways connections to another datacenter go through.
    #[serde(skip_serializing_if = "is_blank")]
    pub mode: MeshGatewayMode,
}

word! {
    /// Which mesh gateways a connection goes through.
    #[derive(Default)]
    MeshGatewayMode {
        /// As configured for the service or for all proxies; the empty word.
        #[default]
        Inherited = "",
        /// None.
        None = "none",
        /// One in the own datacenter.
        Local = "local",
        /// One in the other datacenter.
        Remote = "remote",
    }
}

/// What is reachable through a proxy without the mesh's encryption.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Expose {
    /// Whether the HTTP and gRPC checks of the instance are.
    #[serde(skip_serializing_if = "is_blank")]
    pub checks: bool,
    /// Paths that are.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<ExposePath>,
}

/// A path that is reachable through a proxy without the mesh's encryption.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ExposePath {
    /// Port of the proxy's listener.
    #[serde(deserialize_with = "port::deserialize", skip_serializing_if = "is_blank")]
    pub listener_port: u16,
    /// The path, such as `/metrics`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// Port at which the instance serves the path.
    #[serde(deserialize_with = "port::deserialize", skip_serializing_if = "is_blank")]
    pub local_path_port: u16,
    /// `http` or `http2`; empty for the former.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub protocol: String,
    /// Whether the path comes from a check of the instance. For servers to say, and not sent.
    #[serde(skip_serializing)]
    pub parsed_from_check: bool,
}

/// What a proxy logs of its connections, since 1.15.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AccessLogs {
    /// Whether there are access logs.
    #[serde(skip_serializing_if = "is_blank")]
    pub enabled: bool,
    /// Leaves out connections that no listener takes.
    #[serde(skip_serializing_if = "is_blank")]
    pub disable_listener_logs: bool,
    /// Where the logs go (`Type`).
    #[serde(rename = "Type", skip_serializing_if = "is_blank")]
    pub sink: LogSink,
    /// File that the logs go to, with [`LogSink::File`].
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// Format of a line, as a JSON object; excludes the other.
    #[serde(rename = "JSONFormat", skip_serializing_if = "String::is_empty")]
    pub json_format: String,
    /// Format of a line, as text; excludes the other.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text_format: String,
}

word! {
    /// Where access logs go.
    #[derive(Default)]
    LogSink {
        /// Consul's default, standard output; the empty word.
        #[default]
        Unset = "",
        /// A file.
        File = "file",
        /// Standard output.
        Stdout = "stdout",
        /// Standard error.
        Stderr = "stderr",
    }
}

/// An extension of Envoy, since 1.15.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct EnvoyExtension {
    /// Name of the extension, such as `builtin/lua`.
    pub name: String,
    /// Whether a proxy for which the extension fails is left without configuration.
    #[serde(skip_serializing_if = "is_blank")]
    pub required: bool,
    /// Arguments of the extension.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub arguments: BTreeMap<String, Value>,
    /// Versions of Consul that it applies to, such as `>= 1.15`; all where empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub consul_version: String,
    /// Versions of Envoy that it applies to; all where empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub envoy_version: String,
}
