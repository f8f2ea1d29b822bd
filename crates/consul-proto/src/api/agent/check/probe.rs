//! Checks that connect to the service through the network.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::types::duration;
use crate::types::empty::IsEmpty;

/// An HTTP request of the agent: a 2xx status is passing, 429 is a warning, everything else is critical.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
#[non_exhaustive]
pub struct Http {
    #[serde(rename = "HTTP")]
    pub(super) url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    header: BTreeMap<String, Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(skip_serializing_if = "IsEmpty::is_empty")]
    disable_redirects: bool,
    #[serde(flatten)]
    tls: Tls,
    #[serde(serialize_with = "duration::serialize")]
    pub(super) interval: Duration,
    #[serde(serialize_with = "duration::option::serialize", skip_serializing_if = "Option::is_none")]
    timeout: Option<Duration>,
}

impl Http {
    /// Requests `url` with GET, once in every `interval`.
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

    /// Sets the method of the request. Defaults to GET.
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Adds a header to the request. A name can have several values.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.header.entry(name.into()).or_default().push(value.into());
        self
    }

    /// Sets the body of the request. Defaults to an empty body.
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Does not follow redirects, so that a redirect is critical; since 1.11.
    pub fn disable_redirects(mut self) -> Self {
        self.disable_redirects = true;
        self
    }

    /// Sets how the certificate of the server is verified.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = tls;
        self
    }

    /// Sets the timeout of a run. Defaults to 10 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
}

/// A TCP connection of the agent: passing if it is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
#[non_exhaustive]
pub struct Tcp {
    #[serde(rename = "TCP")]
    pub(super) address: String,
    #[serde(rename = "TCPUseTLS", skip_serializing_if = "IsEmpty::is_empty")]
    use_tls: bool,
    #[serde(flatten)]
    tls: Tls,
    #[serde(serialize_with = "duration::serialize")]
    pub(super) interval: Duration,
    #[serde(serialize_with = "duration::option::serialize", skip_serializing_if = "Option::is_none")]
    timeout: Option<Duration>,
}

impl Tcp {
    /// Connects to `address`, `host:port`, once in every `interval`.
    pub fn new(address: impl Into<String>, interval: Duration) -> Self {
        Self { address: address.into(), use_tls: false, tls: Tls::default(), interval, timeout: None }
    }

    /// Connects with TLS; since 1.17.
    pub fn use_tls(mut self) -> Self {
        self.use_tls = true;
        self
    }

    /// Sets how the certificate of the server is verified.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = tls;
        self
    }

    /// Sets the timeout of a run. Defaults to 10 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
}

/// A UDP datagram of the agent; since 1.13. The check is critical if the network rejects the datagram.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
#[non_exhaustive]
pub struct Udp {
    #[serde(rename = "UDP")]
    pub(super) address: String,
    #[serde(serialize_with = "duration::serialize")]
    pub(super) interval: Duration,
    #[serde(serialize_with = "duration::option::serialize", skip_serializing_if = "Option::is_none")]
    timeout: Option<Duration>,
}

impl Udp {
    /// Sends a datagram to `address`, `host:port`, once in every `interval`.
    pub fn new(address: impl Into<String>, interval: Duration) -> Self {
        Self { address: address.into(), interval, timeout: None }
    }

    /// Sets the timeout of a run. Defaults to 10 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
}

/// A request of gRPC's health protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
#[non_exhaustive]
pub struct Grpc {
    #[serde(rename = "GRPC")]
    pub(super) address: String,
    #[serde(rename = "GRPCUseTLS", skip_serializing_if = "IsEmpty::is_empty")]
    use_tls: bool,
    #[serde(flatten)]
    tls: Tls,
    #[serde(serialize_with = "duration::serialize")]
    pub(super) interval: Duration,
    #[serde(serialize_with = "duration::option::serialize", skip_serializing_if = "Option::is_none")]
    timeout: Option<Duration>,
}

impl Grpc {
    /// Checks the server at `address` without TLS, once in every `interval`: `host:port`, or `host:port/service` for one
    /// service.
    pub fn new(address: impl Into<String>, interval: Duration) -> Self {
        Self { address: address.into(), use_tls: false, tls: Tls::default(), interval, timeout: None }
    }

    /// Connects with TLS.
    pub fn use_tls(mut self) -> Self {
        self.use_tls = true;
        self
    }

    /// Sets how the certificate of the server is verified.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = tls;
        self
    }

    /// Sets the timeout of a run. Defaults to 10 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
}

/// An HTTP/2 ping of the agent; since 1.10.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
#[non_exhaustive]
pub struct H2ping {
    #[serde(rename = "H2PING")]
    pub(super) address: String,
    #[serde(rename = "H2PingUseTLS", skip_serializing_if = "Option::is_none")]
    use_tls: Option<bool>,
    #[serde(flatten)]
    tls: Tls,
    #[serde(serialize_with = "duration::serialize")]
    pub(super) interval: Duration,
    #[serde(serialize_with = "duration::option::serialize", skip_serializing_if = "Option::is_none")]
    timeout: Option<Duration>,
}

impl H2ping {
    /// Sends a ping to `address`, `host:port`, with TLS, once in every `interval`.
    pub fn new(address: impl Into<String>, interval: Duration) -> Self {
        Self { address: address.into(), use_tls: None, tls: Tls::default(), interval, timeout: None }
    }

    /// Connects without TLS; since 1.11.
    pub fn without_tls(mut self) -> Self {
        self.use_tls = Some(false);
        self
    }

    /// Sets how the certificate of the server is verified.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = tls;
        self
    }

    /// Sets the timeout of a run. Defaults to 10 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
}

/// How a check verifies the certificate of the server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[must_use]
#[non_exhaustive]
pub struct Tls {
    #[serde(rename = "TLSServerName", skip_serializing_if = "Option::is_none")]
    server_name: Option<String>,
    #[serde(rename = "TLSSkipVerify", skip_serializing_if = "IsEmpty::is_empty")]
    skip_verify: bool,
}

impl Tls {
    /// Verifies the certificate for the host that the check connects to.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the server name to send and to verify; since 1.10. Defaults to the host that the check connects to.
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    /// Accepts any certificate.
    pub fn skip_verify(mut self) -> Self {
        self.skip_verify = true;
        self
    }
}
