//! The models of the floor: straightforward serde structs, with every field that our own models have.
#![allow(
    missing_docs,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "plain data of the benchmark, with the names of the wire format"
)]

use std::collections::HashMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, de};
use serde_json::Value;

/// An entry of the key/value store.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Entry {
    pub lock_index: u64,
    pub key: String,
    pub flags: u64,
    #[serde(deserialize_with = "bytes_of_base64")]
    pub value: Vec<u8>,
    pub session: Option<String>,
    pub namespace: Option<String>,
    pub partition: Option<String>,
    pub create_index: u64,
    pub modify_index: u64,
}

/// Deserializes base64, or `null` as empty.
fn bytes_of_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    struct Base64;

    impl Visitor<'_> for Base64 {
        type Value = Vec<u8>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("base64 or null")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<u8>, E> {
            STANDARD.decode(text).map_err(E::custom)
        }

        fn visit_unit<E: de::Error>(self) -> Result<Vec<u8>, E> {
            Ok(Vec::new())
        }
    }

    deserializer.deserialize_any(Base64)
}

/// Deserializes `null` as the default.
fn nullable<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A duration, in Go's format or in nanoseconds. One field of a definition has another unit than the others.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Lasting {
    Nanoseconds(i64),
    Text(String),
}

macro_rules! model {
    ($($(#[$meta:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(default, rename_all = "PascalCase")]
                pub struct $name { $($(#[$attribute])* pub $field: $type,)* }
    )*};
}

model! {
    /// An instance of a service.
    ServiceEntry {
        node: Node,
        service: Service,
        #[serde(deserialize_with = "nullable")]
        checks: Vec<Check>,
    }

    /// A node of the catalog.
    Node {
        #[serde(rename = "ID")]
        id: String,
        node: String,
        address: String,
        datacenter: String,
        #[serde(deserialize_with = "nullable")]
        tagged_addresses: HashMap<String, String>,
        #[serde(deserialize_with = "nullable")]
        meta: HashMap<String, String>,
        locality: Option<Locality>,
        partition: Option<String>,
        peer_name: Option<String>,
        create_index: u64,
        modify_index: u64,
    }

    /// The location of a node or service.
    Locality { region: String, zone: String, }

    /// A service on a node.
    Service {
        kind: Option<String>,
        #[serde(rename = "ID")]
        id: String,
        service: String,
        #[serde(deserialize_with = "nullable")]
        tags: Vec<String>,
        address: String,
        #[serde(deserialize_with = "nullable")]
        tagged_addresses: HashMap<String, TaggedAddress>,
        #[serde(deserialize_with = "nullable")]
        meta: HashMap<String, String>,
        port: u16,
        #[serde(deserialize_with = "nullable")]
        ports: Vec<ServicePort>,
        socket_path: Option<String>,
        weights: Option<Weights>,
        enable_tag_override: bool,
        proxy: Option<Proxy>,
        connect: Option<Connect>,
        locality: Option<Locality>,
        peer_name: Option<String>,
        namespace: Option<String>,
        partition: Option<String>,
        create_index: u64,
        modify_index: u64,
    }

    /// An address of a service.
    TaggedAddress { address: String, port: u16, }

    /// One of several ports of a service.
    ServicePort { name: String, port: u16, default: bool, }

    /// The weights of an instance in DNS responses.
    Weights { passing: u32, warning: u32, }

    /// The mesh settings of a service.
    Connect { native: bool, peer_meta: Option<PeerMeta>, }

    /// The addresses of an imported service.
    PeerMeta {
        #[serde(rename = "SNI", deserialize_with = "nullable")]
        sni: Vec<String>,
        #[serde(rename = "SpiffeID", deserialize_with = "nullable")]
        spiffe_id: Vec<String>,
        protocol: String,
    }

    /// The configuration of a proxy.
    Proxy {
        destination_service_name: Option<String>,
        #[serde(rename = "DestinationServiceID")]
        destination_service_id: Option<String>,
        local_service_address: Option<String>,
        local_service_port: Option<u16>,
        local_service_socket_path: Option<String>,
        mode: String,
        transparent_proxy: Option<TransparentProxy>,
        #[serde(deserialize_with = "nullable")]
        config: HashMap<String, Value>,
        #[serde(deserialize_with = "nullable")]
        upstreams: Vec<Upstream>,
        mesh_gateway: MeshGateway,
        expose: Expose,
        access_logs: Option<AccessLogs>,
        #[serde(deserialize_with = "nullable")]
        envoy_extensions: Vec<EnvoyExtension>,
    }

    /// The listener of a transparent proxy.
    TransparentProxy { outbound_listener_port: u16, dialed_directly: bool, }

    /// The mesh gateway mode of a proxy.
    MeshGateway { mode: Option<String>, }

    /// The paths that a proxy exposes.
    Expose {
        checks: bool,
        #[serde(deserialize_with = "nullable")]
        paths: Vec<ExposePath>,
    }

    /// A path that a proxy exposes.
    ExposePath {
        listener_port: u16,
        path: String,
        local_path_port: u16,
        protocol: String,
        parsed_from_check: bool,
    }

    /// The access logs of a proxy.
    AccessLogs {
        enabled: bool,
        disable_listener_logs: bool,
        #[serde(rename = "Type")]
        kind: String,
        path: String,
        #[serde(rename = "JSONFormat")]
        json_format: String,
        text_format: String,
    }

    /// An extension of Envoy.
    EnvoyExtension {
        name: String,
        required: bool,
        #[serde(deserialize_with = "nullable")]
        arguments: HashMap<String, Value>,
        consul_version: String,
        envoy_version: String,
    }

    /// An upstream of a proxy.
    Upstream {
        destination_type: String,
        destination_name: String,
        destination_namespace: Option<String>,
        destination_partition: Option<String>,
        destination_peer: Option<String>,
        datacenter: String,
        local_bind_address: Option<String>,
        local_bind_port: Option<u16>,
        local_bind_socket_path: Option<String>,
        local_bind_socket_mode: Option<String>,
        #[serde(deserialize_with = "nullable")]
        config: HashMap<String, Value>,
        mesh_gateway: MeshGateway,
        centrally_configured: bool,
    }

    /// A check, of a node or of a service.
    Check {
        node: String,
        #[serde(rename = "CheckID")]
        check_id: String,
        name: String,
        status: String,
        notes: String,
        output: String,
        #[serde(rename = "ServiceID")]
        service_id: String,
        service_name: String,
        #[serde(deserialize_with = "nullable")]
        service_tags: Vec<String>,
        #[serde(rename = "Type")]
        kind: String,
        interval: String,
        timeout: String,
        exposed_port: u16,
        definition: Definition,
        peer_name: Option<String>,
        namespace: Option<String>,
        partition: Option<String>,
        create_index: u64,
        modify_index: u64,
    }

    /// The definition of a check.
    Definition {
        #[serde(rename = "HTTP")]
        http: Option<String>,
        #[serde(deserialize_with = "nullable")]
        header: HashMap<String, Vec<String>>,
        method: Option<String>,
        body: Option<String>,
        #[serde(rename = "TLSServerName")]
        tls_server_name: Option<String>,
        #[serde(rename = "TLSSkipVerify")]
        tls_skip_verify: bool,
        #[serde(rename = "TCP")]
        tcp: Option<String>,
        #[serde(rename = "TCPUseTLS")]
        tcp_use_tls: bool,
        #[serde(rename = "UDP")]
        udp: Option<String>,
        #[serde(rename = "H2PING")]
        h2ping: Option<String>,
        #[serde(rename = "H2PingUseTLS")]
        h2ping_use_tls: bool,
        #[serde(rename = "OSService")]
        os_service: Option<String>,
        #[serde(rename = "GRPC")]
        grpc: Option<String>,
        #[serde(rename = "GRPCUseTLS")]
        grpc_use_tls: bool,
        disable_redirects: bool,
        #[serde(deserialize_with = "nullable")]
        script_args: Vec<String>,
        #[serde(rename = "DockerContainerID")]
        docker_container_id: Option<String>,
        shell: Option<String>,
        alias_node: Option<String>,
        alias_service: Option<String>,
        session_name: Option<String>,
        output_max_size: Option<u64>,
        interval: Option<Lasting>,
        timeout: Option<Lasting>,
        deregister_critical_service_after: Option<Lasting>,
        #[serde(rename = "TTL")]
        ttl: Option<Lasting>,
    }
}

/// Decodes a response body.
///
/// # Errors
///
/// Returns an error if the body is not a value of the type.
pub fn decode<'de, T: Deserialize<'de>>(body: &'de [u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice(body)
}
