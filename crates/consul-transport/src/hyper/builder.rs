//! Settings of the executor.

use std::time::Duration;

use http::header::HeaderValue;

use crate::Address;
use crate::hyper::HyperExecutor;
use crate::hyper::idle::Idle;

/// Builder for a [`HyperExecutor`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct HyperExecutorBuilder {
    address: Address,
    connect_timeout: Duration,
    idle_timeout: Duration,
    max_idle: usize,
}

/// Error building a [`HyperExecutor`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The address starts with `https`, and this executor does not support TLS. It never uses plain text instead.
    #[error("{0} requires TLS, which this executor does not support")]
    Tls(Address),
    /// The host cannot be sent in a `Host` header.
    #[error("host of {0} cannot be sent in a header")]
    Host(Address),
}

impl HyperExecutorBuilder {
    pub(super) fn new(address: Address) -> Self {
        Self {
            address,
            connect_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(60),
            max_idle: 8,
        }
    }

    /// Sets the limit for establishing a connection, including name resolution and all addresses of a name. Defaults to
    /// 5 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets how long an idle connection is kept before it is closed. Defaults to 60 seconds. With zero, every
    /// connection is used once.
    ///
    /// The timeout must be well below the 120 seconds after which Consul closes idle connections.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// Sets the maximum number of idle connections. Defaults to 8. One more is kept for requests with the hint
    /// [`Reserved`](crate::Hint::Reserved). The number of connections in use is not limited.
    ///
    /// An agent accepts 200 connections from one IP address by default, in use or idle, for all programs together.
    pub fn max_idle(mut self, connections: usize) -> Self {
        self.max_idle = connections;
        self
    }

    /// Builds the executor. It connects when the first request is sent.
    ///
    /// # Errors
    ///
    /// Returns a [`BuildError`] if the address requires TLS, or if its host cannot be sent in a header.
    pub fn build(self) -> Result<HyperExecutor, BuildError> {
        if self.address.is_tls() {
            return Err(BuildError::Tls(self.address));
        }
        let Ok(host) = HeaderValue::try_from(self.address.host_header()) else {
            return Err(BuildError::Host(self.address));
        };
        Ok(HyperExecutor {
            address: self.address,
            host,
            connect_timeout: self.connect_timeout,
            idle: Idle::new(self.idle_timeout, self.max_idle),
        })
    }
}
