//! What a check is to check; the same in registrations and in answers.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::types::blank::is_blank;
use crate::types::{duration, null};

/// What a check is to check, for whatever carries it out. What does not apply is empty or zero.
///
/// In a [registration](crate::catalog::CheckRegistration), what is left at its default is not sent, and what a server
/// does not know it drops without a word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct HealthCheckDefinition {
    /// URL to request.
    #[serde(rename = "HTTP", skip_serializing_if = "String::is_empty")]
    pub http: String,
    /// Headers of the request.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "BTreeMap::is_empty")]
    pub header: BTreeMap<String, Vec<String>>,
    /// Method of the request; GET where empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub method: String,
    /// Body of the request.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub body: String,
    /// Whether redirects count as answers and are not followed, since 1.11.
    #[serde(skip_serializing_if = "is_blank")]
    pub disable_redirects: bool,
    /// Server name to ask for and to verify, since 1.10.
    #[serde(rename = "TLSServerName", skip_serializing_if = "String::is_empty")]
    pub tls_server_name: String,
    /// Whether the certificate is not verified.
    #[serde(rename = "TLSSkipVerify", skip_serializing_if = "is_blank")]
    pub tls_skip_verify: bool,
    /// Address to connect to.
    #[serde(rename = "TCP", skip_serializing_if = "String::is_empty")]
    pub tcp: String,
    /// Whether that connection uses TLS, since 1.17.
    #[serde(rename = "TCPUseTLS", skip_serializing_if = "is_blank")]
    pub tcp_use_tls: bool,
    /// Address to send a datagram to, since 1.13.
    #[serde(rename = "UDP", skip_serializing_if = "String::is_empty")]
    pub udp: String,
    /// Address, with an optional `/service`, to ask by gRPC's health protocol.
    #[serde(rename = "GRPC", skip_serializing_if = "String::is_empty")]
    pub grpc: String,
    /// Whether that connection uses TLS.
    #[serde(rename = "GRPCUseTLS", skip_serializing_if = "is_blank")]
    pub grpc_use_tls: bool,
    /// Address to ping by HTTP/2, since 1.10.
    #[serde(rename = "H2PING", skip_serializing_if = "String::is_empty")]
    pub h2ping: String,
    /// Whether that connection uses TLS, since 1.11.
    #[serde(rename = "H2PingUseTLS", skip_serializing_if = "is_blank")]
    pub h2ping_use_tls: bool,
    /// Service of the operating system, since 1.13.
    #[serde(rename = "OSService", skip_serializing_if = "String::is_empty")]
    pub os_service: String,
    /// Program to run, and its arguments.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "Vec::is_empty")]
    pub script_args: Vec<String>,
    /// Container to run it in.
    #[serde(rename = "DockerContainerID", skip_serializing_if = "String::is_empty")]
    pub docker_container_id: String,
    /// Shell to run it with in the container.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub shell: String,
    /// Node whose checks count.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub alias_node: String,
    /// Id of the service instance whose checks count.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub alias_service: String,
    /// Name of the session that the check is tied to, since 1.21.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub session_name: String,
    /// How often to check.
    #[serde(with = "duration", skip_serializing_if = "is_blank")]
    pub interval: Duration,
    /// How long the check may take.
    #[serde(with = "duration", skip_serializing_if = "is_blank")]
    pub timeout: Duration,
    /// Within which time the service has to report.
    #[serde(rename = "TTL", with = "duration", skip_serializing_if = "is_blank")]
    pub ttl: Duration,
    /// After which time in critical state the service is deregistered; zero for never.
    #[serde(with = "duration", skip_serializing_if = "is_blank")]
    pub deregister_critical_service_after: Duration,
    /// Bytes of output to keep; 0 for Consul's default, 4096.
    #[serde(skip_serializing_if = "is_blank")]
    pub output_max_size: u64,
}
