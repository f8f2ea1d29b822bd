//! Checks that reach for the service through the network.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::types::blank::is_blank;
use crate::types::duration;

/// The agent sends an HTTP request: 2xx passes, 429 warns, all else is critical.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Http {
    /// URL to request.
    #[serde(rename = "HTTP")]
    pub url: String,
    /// Method of the request; GET by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Headers of the request.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub header: BTreeMap<String, Vec<String>>,
    /// Body of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Takes a redirect for the answer instead of following it, since 1.11.
    #[serde(skip_serializing_if = "is_blank")]
    pub disable_redirects: bool,
    /// How the server is verified.
    #[serde(flatten)]
    pub tls: Tls,
    /// How often.
    #[serde(serialize_with = "duration::serialize")]
    pub interval: Duration,
    /// How long the answer may take; 10 seconds by default.
    #[serde(serialize_with = "duration::option::serialize", skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
}

impl Http {
    /// Requests `url` with GET.
    pub fn new(url: impl Into<String>, interval: Duration) -> Self {
        Self {
            url: url.into(),
            method: None,
            header: BTreeMap::new(),
            body: None,
            disable_redirects: false,
            tls: Tls::default(),
            interval,
            timeout: None,
        }
    }
}

/// The agent opens a TCP connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tcp {
    /// Address to connect to, `host:port`.
    #[serde(rename = "TCP")]
    pub address: String,
    /// Whether with TLS, since 1.17.
    #[serde(rename = "TCPUseTLS", skip_serializing_if = "is_blank")]
    pub use_tls: bool,
    /// How the server is verified.
    #[serde(flatten)]
    pub tls: Tls,
    /// How often.
    #[serde(serialize_with = "duration::serialize")]
    pub interval: Duration,
    /// How long it may take; 10 seconds by default.
    #[serde(serialize_with = "duration::option::serialize", skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
}

impl Tcp {
    /// Connects to `address`.
    pub fn new(address: impl Into<String>, interval: Duration) -> Self {
        Self { address: address.into(), use_tls: false, tls: Tls::default(), interval, timeout: None }
    }
}

/// The agent sends a UDP datagram, since 1.13: critical is what the network refuses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Udp {
    /// Address to send to, `host:port`.
    #[serde(rename = "UDP")]
    pub address: String,
    /// How often.
    #[serde(serialize_with = "duration::serialize")]
    pub interval: Duration,
    /// How long it may take; 10 seconds by default.
    #[serde(serialize_with = "duration::option::serialize", skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
}

impl Udp {
    /// Sends to `address`.
    pub fn new(address: impl Into<String>, interval: Duration) -> Self {
        Self { address: address.into(), interval, timeout: None }
    }
}

/// The agent asks by gRPC's health protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Grpc {
    /// Address to ask, `host:port`, or `host:port/service` for one service.
    #[serde(rename = "GRPC")]
    pub address: String,
    /// Whether with TLS.
    #[serde(rename = "GRPCUseTLS", skip_serializing_if = "is_blank")]
    pub use_tls: bool,
    /// How the server is verified.
    #[serde(flatten)]
    pub tls: Tls,
    /// How often.
    #[serde(serialize_with = "duration::serialize")]
    pub interval: Duration,
    /// How long it may take; 10 seconds by default.
    #[serde(serialize_with = "duration::option::serialize", skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
}

impl Grpc {
    /// Asks `address`, without TLS.
    pub fn new(address: impl Into<String>, interval: Duration) -> Self {
        Self { address: address.into(), use_tls: false, tls: Tls::default(), interval, timeout: None }
    }
}

/// The agent sends an HTTP/2 ping, since 1.10.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct H2ping {
    /// Address to ping, `host:port`.
    #[serde(rename = "H2PING")]
    pub address: String,
    /// Whether with TLS, since 1.11; yes by default.
    #[serde(rename = "H2PingUseTLS", skip_serializing_if = "Option::is_none")]
    pub use_tls: Option<bool>,
    /// How the server is verified.
    #[serde(flatten)]
    pub tls: Tls,
    /// How often.
    #[serde(serialize_with = "duration::serialize")]
    pub interval: Duration,
    /// How long it may take; 10 seconds by default.
    #[serde(serialize_with = "duration::option::serialize", skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
}

impl H2ping {
    /// Pings `address`, with TLS.
    pub fn new(address: impl Into<String>, interval: Duration) -> Self {
        Self { address: address.into(), use_tls: None, tls: Tls::default(), interval, timeout: None }
    }
}

/// How a server is verified.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tls {
    /// Server name to ask for and to verify, since 1.10; the one that is connected to by default.
    #[serde(rename = "TLSServerName", skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
    /// Does not verify the certificate.
    #[serde(rename = "TLSSkipVerify", skip_serializing_if = "is_blank")]
    pub skip_verify: bool,
}
