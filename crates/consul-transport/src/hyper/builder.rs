//! Settings of the executor.

use std::fmt;
use std::time::Duration;

use http::header::HeaderValue;
#[cfg(feature = "tls")]
use http::uri::Authority;

use crate::Address;
use crate::bounded::Bounded;
use crate::hyper::HyperExecutor;
use crate::hyper::connect::Connector;
#[cfg(feature = "tls")]
use crate::hyper::https::Lanes;
use crate::hyper::idle::Idle;
#[cfg(feature = "tls")]
use crate::hyper::tls::Tls;
#[cfg(feature = "tls")]
use crate::{TlsConfig, TlsConfigError};

/// Builder for a [`HyperExecutor`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct HyperExecutorBuilder {
    address: Address,
    connect_timeout: Duration,
    idle_timeout: Duration,
    max_idle: usize,
    #[cfg(feature = "tls")]
    tls: TlsConfig,
}

/// Error building a [`HyperExecutor`]. `Debug` shows the text of `Display`.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The address starts with `https`, and the feature `tls` is off. The executor never uses plain text instead.
    #[error("{} requires TLS, which this build does not support", Bounded::name(.0))]
    Tls(Address),
    /// The host cannot be sent in a `Host` header.
    #[error("host of {} cannot be sent in a header", Bounded::name(.0))]
    Host(Address),
    /// The TLS settings, or the files that they name, are invalid.
    #[cfg(feature = "tls")]
    #[error("invalid TLS settings")]
    TlsConfig(#[source] TlsConfigError),
}

impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BuildError({self})")
    }
}

impl HyperExecutorBuilder {
    pub(super) fn new(address: Address) -> Self {
        Self {
            address,
            connect_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(60),
            max_idle: 8,
            #[cfg(feature = "tls")]
            tls: TlsConfig::new(),
        }
    }

    /// Sets the TLS settings. They apply only to an address with `https`.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: TlsConfig) -> Self {
        self.tls = tls;
        self
    }

    /// Sets the timeout for establishing a connection, including name resolution, all addresses of a name, and the
    /// TLS handshake. Defaults to 5 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets the time after which an idle connection is closed. Defaults to 60 seconds. With zero, every connection is
    /// used once.
    ///
    /// The timeout must be well below the 120 seconds after which Consul closes idle connections.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// Sets the maximum number of idle connections. Defaults to 8. One more is kept for requests with the hint
    /// [`Reserved`](crate::Hint::Reserved). The number of connections in use is not limited.
    ///
    /// By default, an agent accepts 200 connections from one IP address, including idle ones, which all programs on a
    /// host share.
    pub fn max_idle(mut self, connections: usize) -> Self {
        self.max_idle = connections;
        self
    }

    /// Builds the executor. It connects when the first request is sent.
    ///
    /// # Errors
    ///
    /// Returns a [`BuildError`] if the address requires TLS and the feature `tls` is off, if the host of the address
    /// cannot be used, or if the TLS settings are invalid.
    pub fn build(self) -> Result<HyperExecutor, BuildError> {
        let Ok(host) = HeaderValue::try_from(self.address.host_header()) else {
            return Err(BuildError::Host(self.address));
        };
        let is_tls = self.address.is_tls();
        #[cfg(not(feature = "tls"))]
        if is_tls {
            return Err(BuildError::Tls(self.address));
        }
        #[cfg(feature = "tls")]
        let lanes = match Authority::try_from(host.as_bytes()) {
            Ok(authority) => Lanes::new(is_tls.then_some(authority)),
            Err(_) => return Err(BuildError::Host(self.address)),
        };
        let idle = Idle::new(self.idle_timeout, self.max_idle);
        let connector = Connector::new(self.address, self.connect_timeout);
        #[cfg(feature = "tls")]
        let connector = if is_tls {
            let tls = Tls::new(self.tls, connector.address()).map_err(BuildError::TlsConfig)?;
            connector.with_tls(tls, self.idle_timeout)
        } else {
            connector
        };
        Ok(HyperExecutor {
            connector,
            host,
            idle,
            #[cfg(feature = "tls")]
            lanes,
        })
    }
}
