//! The definition of a check, for registrations and responses.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::{NodeName, ServiceId};
use crate::types::empty::IsEmpty;
use crate::types::{duration, null, number};

/// The definition of a check. Fields of other types of checks are empty, zero or `false`.
///
/// Servers store it for the program that runs the check. They ignore fields that they do not know, so they silently
/// drop fields that are newer than the server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct HealthCheckDefinition {
    /// URL to request.
    #[serde(
        rename = "HTTP",
        deserialize_with = "null::or_default",
        skip_serializing_if = "IsEmpty::is_empty"
    )]
    pub http: String,
    /// Headers of the request.
    #[serde(deserialize_with = "null::map_of_lists", skip_serializing_if = "IsEmpty::is_empty")]
    pub header: BTreeMap<String, Vec<String>>,
    /// Method of the request. GET if empty.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "IsEmpty::is_empty")]
    pub method: String,
    /// Body of the request.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "IsEmpty::is_empty")]
    pub body: String,
    /// Whether redirects are not followed and their status is the result, since 1.11.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "IsEmpty::is_empty")]
    pub disable_redirects: bool,
    /// Server name to request and to verify, since 1.10.
    #[serde(
        rename = "TLSServerName",
        deserialize_with = "null::or_default",
        skip_serializing_if = "IsEmpty::is_empty"
    )]
    pub tls_server_name: String,
    /// Whether the certificate is not verified.
    #[serde(
        rename = "TLSSkipVerify",
        deserialize_with = "null::or_default",
        skip_serializing_if = "IsEmpty::is_empty"
    )]
    pub tls_skip_verify: bool,
    /// Address to connect to.
    #[serde(
        rename = "TCP",
        deserialize_with = "null::or_default",
        skip_serializing_if = "IsEmpty::is_empty"
    )]
    pub tcp: String,
    /// Whether the TCP connection uses TLS, since 1.17.
    #[serde(
        rename = "TCPUseTLS",
        deserialize_with = "null::or_default",
        skip_serializing_if = "IsEmpty::is_empty"
    )]
    pub tcp_use_tls: bool,
    /// Address to send a datagram to, since 1.13.
    #[serde(
        rename = "UDP",
        deserialize_with = "null::or_default",
        skip_serializing_if = "IsEmpty::is_empty"
    )]
    pub udp: String,
    /// Address, with an optional `/service`, for gRPC's health protocol.
    #[serde(
        rename = "GRPC",
        deserialize_with = "null::or_default",
        skip_serializing_if = "IsEmpty::is_empty"
    )]
    pub grpc: String,
    /// Whether the gRPC connection uses TLS.
    #[serde(
        rename = "GRPCUseTLS",
        deserialize_with = "null::or_default",
        skip_serializing_if = "IsEmpty::is_empty"
    )]
    pub grpc_use_tls: bool,
    /// Address to ping by HTTP/2, since 1.10.
    #[serde(
        rename = "H2PING",
        deserialize_with = "null::or_default",
        skip_serializing_if = "IsEmpty::is_empty"
    )]
    pub h2ping: String,
    /// Whether the HTTP/2 connection uses TLS, since 1.11.
    #[serde(
        rename = "H2PingUseTLS",
        deserialize_with = "null::or_default",
        skip_serializing_if = "IsEmpty::is_empty"
    )]
    pub h2ping_use_tls: bool,
    /// Service of the operating system, since 1.13.
    #[serde(
        rename = "OSService",
        deserialize_with = "null::or_default",
        skip_serializing_if = "IsEmpty::is_empty"
    )]
    pub os_service: String,
    /// Program to run, and its arguments.
    #[serde(deserialize_with = "null::list", skip_serializing_if = "IsEmpty::is_empty")]
    pub script_args: Vec<String>,
    /// Container to run the program in.
    #[serde(
        rename = "DockerContainerID",
        deserialize_with = "null::or_default",
        skip_serializing_if = "IsEmpty::is_empty"
    )]
    pub docker_container_id: String,
    /// Shell to run the program with in the container.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "IsEmpty::is_empty")]
    pub shell: String,
    /// Node whose checks determine the status.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "NodeName::is_empty")]
    pub alias_node: NodeName,
    /// ID of the service instance whose checks determine the status.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "ServiceId::is_empty")]
    pub alias_service: ServiceId,
    /// Name of the session that the check depends on, since 1.21.
    #[serde(deserialize_with = "null::or_default", skip_serializing_if = "IsEmpty::is_empty")]
    pub session_name: String,
    /// Time between two runs.
    #[serde(with = "duration::tolerant", skip_serializing_if = "IsEmpty::is_empty")]
    pub interval: Duration,
    /// Timeout of a run.
    #[serde(with = "duration::tolerant", skip_serializing_if = "IsEmpty::is_empty")]
    pub timeout: Duration,
    /// Time within which the service has to report its status.
    #[serde(rename = "TTL", with = "duration::tolerant", skip_serializing_if = "IsEmpty::is_empty")]
    pub ttl: Duration,
    /// Time in critical status after which the service is deregistered. Zero for never.
    #[serde(with = "duration::tolerant", skip_serializing_if = "IsEmpty::is_empty")]
    pub deregister_critical_service_after: Duration,
    /// Bytes of output to keep. 0 for Consul's default, 4096.
    #[serde(deserialize_with = "number::or_zero", skip_serializing_if = "IsEmpty::is_empty")]
    pub output_max_size: u64,
}

impl HealthCheckDefinition {
    /// Creates an empty definition.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the URL to request.
    #[must_use]
    pub fn http(mut self, url: impl Into<String>) -> Self {
        self.http = url.into();
        self
    }

    /// Adds a header of the request. Several calls with one name add several values.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.header.entry(name.into()).or_default().push(value.into());
        self
    }

    /// Sets the method of the request. Defaults to GET.
    #[must_use]
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = method.into();
        self
    }

    /// Sets the body of the request.
    #[must_use]
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.body = body.into();
        self
    }

    /// Uses the status of a redirect as the result instead of following it; since 1.11.
    #[must_use]
    pub fn disable_redirects(mut self) -> Self {
        self.disable_redirects = true;
        self
    }

    /// Sets the server name to request and to verify; since 1.10.
    #[must_use]
    pub fn tls_server_name(mut self, name: impl Into<String>) -> Self {
        self.tls_server_name = name.into();
        self
    }

    /// Disables the verification of the certificate.
    #[must_use]
    pub fn tls_skip_verify(mut self) -> Self {
        self.tls_skip_verify = true;
        self
    }

    /// Sets the address to connect to.
    #[must_use]
    pub fn tcp(mut self, address: impl Into<String>) -> Self {
        self.tcp = address.into();
        self
    }

    /// Uses TLS for the TCP connection; since 1.17.
    #[must_use]
    pub fn tcp_use_tls(mut self) -> Self {
        self.tcp_use_tls = true;
        self
    }

    /// Sets the address to send a datagram to; since 1.13.
    #[must_use]
    pub fn udp(mut self, address: impl Into<String>) -> Self {
        self.udp = address.into();
        self
    }

    /// Sets the address, with an optional `/service`, for gRPC's health protocol.
    #[must_use]
    pub fn grpc(mut self, address: impl Into<String>) -> Self {
        self.grpc = address.into();
        self
    }

    /// Uses TLS for the gRPC connection.
    #[must_use]
    pub fn grpc_use_tls(mut self) -> Self {
        self.grpc_use_tls = true;
        self
    }

    /// Sets the address to ping by HTTP/2; since 1.10.
    #[must_use]
    pub fn h2ping(mut self, address: impl Into<String>) -> Self {
        self.h2ping = address.into();
        self
    }

    /// Uses TLS for the HTTP/2 connection; since 1.11.
    #[must_use]
    pub fn h2ping_use_tls(mut self) -> Self {
        self.h2ping_use_tls = true;
        self
    }

    /// Sets the service of the operating system; since 1.13.
    #[must_use]
    pub fn os_service(mut self, name: impl Into<String>) -> Self {
        self.os_service = name.into();
        self
    }

    /// Sets the program to run, and its arguments.
    #[must_use]
    pub fn script_args(mut self, args: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.script_args = args.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the container to run the program in.
    #[must_use]
    pub fn docker_container_id(mut self, id: impl Into<String>) -> Self {
        self.docker_container_id = id.into();
        self
    }

    /// Sets the shell to run the program with in the container.
    #[must_use]
    pub fn shell(mut self, shell: impl Into<String>) -> Self {
        self.shell = shell.into();
        self
    }

    /// Sets the node whose checks determine the status.
    #[must_use]
    pub fn alias_node(mut self, name: impl Into<NodeName>) -> Self {
        self.alias_node = name.into();
        self
    }

    /// Sets the service instance whose checks determine the status.
    #[must_use]
    pub fn alias_service(mut self, id: impl Into<ServiceId>) -> Self {
        self.alias_service = id.into();
        self
    }

    /// Sets the name of the session that the check depends on; since 1.21.
    #[must_use]
    pub fn session_name(mut self, name: impl Into<String>) -> Self {
        self.session_name = name.into();
        self
    }

    /// Sets the time between two runs.
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Sets the timeout of a run.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the time within which the service has to report its status.
    #[must_use]
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = ttl;
        self
    }

    /// Sets the time in critical status after which the service is deregistered. Defaults to never.
    #[must_use]
    pub fn deregister_critical_service_after(mut self, after: Duration) -> Self {
        self.deregister_critical_service_after = after;
        self
    }

    /// Sets the number of bytes of output to keep. Defaults to 4096.
    #[must_use]
    pub fn output_max_size(mut self, bytes: u64) -> Self {
        self.output_max_size = bytes;
        self
    }
}

impl IsEmpty for HealthCheckDefinition {
    fn is_empty(&self) -> bool {
        let Self {
            http,
            header,
            method,
            body,
            disable_redirects,
            tls_server_name,
            tls_skip_verify,
            tcp,
            tcp_use_tls,
            udp,
            grpc,
            grpc_use_tls,
            h2ping,
            h2ping_use_tls,
            os_service,
            script_args,
            docker_container_id,
            shell,
            alias_node,
            alias_service,
            session_name,
            interval,
            timeout,
            ttl,
            deregister_critical_service_after,
            output_max_size,
        } = self;
        http.is_empty()
            && header.is_empty()
            && method.is_empty()
            && body.is_empty()
            && disable_redirects.is_empty()
            && tls_server_name.is_empty()
            && tls_skip_verify.is_empty()
            && tcp.is_empty()
            && tcp_use_tls.is_empty()
            && udp.is_empty()
            && grpc.is_empty()
            && grpc_use_tls.is_empty()
            && h2ping.is_empty()
            && h2ping_use_tls.is_empty()
            && os_service.is_empty()
            && script_args.is_empty()
            && docker_container_id.is_empty()
            && shell.is_empty()
            && alias_node.is_empty()
            && alias_service.is_empty()
            && session_name.is_empty()
            && interval.is_empty()
            && timeout.is_empty()
            && ttl.is_empty()
            && deregister_critical_service_after.is_empty()
            && output_max_size.is_empty()
    }
}
