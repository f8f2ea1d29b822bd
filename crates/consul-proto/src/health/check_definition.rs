//! What a check is to check.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use crate::types::{duration, null};

/// What a check is to check, as it was registered in the catalog. What does not apply is empty or zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct HealthCheckDefinition {
    /// URL to request.
    #[serde(rename = "HTTP")]
    pub http: String,
    /// Headers of the request.
    #[serde(deserialize_with = "null::or_default")]
    pub header: BTreeMap<String, Vec<String>>,
    /// Method of the request; GET where empty.
    pub method: String,
    /// Body of the request.
    pub body: String,
    /// Whether redirects count as answers and are not followed, since 1.11.
    pub disable_redirects: bool,
    /// Server name to ask for and to verify, since 1.10.
    #[serde(rename = "TLSServerName")]
    pub tls_server_name: String,
    /// Whether the certificate is not verified.
    #[serde(rename = "TLSSkipVerify")]
    pub tls_skip_verify: bool,
    /// Address to connect to.
    #[serde(rename = "TCP")]
    pub tcp: String,
    /// Whether that connection uses TLS, since 1.17.
    #[serde(rename = "TCPUseTLS")]
    pub tcp_use_tls: bool,
    /// Address to send a datagram to, since 1.13.
    #[serde(rename = "UDP")]
    pub udp: String,
    /// Address, with an optional `/service`, to ask by gRPC's health protocol.
    #[serde(rename = "GRPC")]
    pub grpc: String,
    /// Whether that connection uses TLS.
    #[serde(rename = "GRPCUseTLS")]
    pub grpc_use_tls: bool,
    /// Address to ping by HTTP/2, since 1.10.
    #[serde(rename = "H2PING")]
    pub h2ping: String,
    /// Whether that connection uses TLS, since 1.11.
    #[serde(rename = "H2PingUseTLS")]
    pub h2ping_use_tls: bool,
    /// Service of the operating system, since 1.13.
    #[serde(rename = "OSService")]
    pub os_service: String,
    /// Program to run, and its arguments.
    #[serde(deserialize_with = "null::or_default")]
    pub script_args: Vec<String>,
    /// Container to run it in.
    #[serde(rename = "DockerContainerID")]
    pub docker_container_id: String,
    /// Shell to run it with in the container.
    pub shell: String,
    /// Node whose checks count.
    pub alias_node: String,
    /// Id of the service instance whose checks count.
    pub alias_service: String,
    /// Name of the session that the check is tied to, since 1.21.
    pub session_name: String,
    /// How often to check.
    #[serde(deserialize_with = "duration::deserialize")]
    pub interval: Duration,
    /// How long the check may take.
    #[serde(deserialize_with = "duration::deserialize")]
    pub timeout: Duration,
    /// Within which time the service has to report.
    #[serde(rename = "TTL", deserialize_with = "duration::deserialize")]
    pub ttl: Duration,
    /// After which time in critical state the service is deregistered; zero for never.
    #[serde(deserialize_with = "duration::deserialize")]
    pub deregister_critical_service_after: Duration,
    /// Bytes of output to keep; 0 for Consul's default, 4096.
    pub output_max_size: u64,
}
