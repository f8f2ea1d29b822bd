//! Creating executors from addresses and limits.

use std::fmt;
use std::sync::Arc;

use consul_transport::{Address, Executor, HyperExecutor, HyperExecutorBuilder};

use crate::builder::address::{Addressed, shown};
use crate::builder::{ClientBuilder, ConfigError, Connected};
use crate::runtime::TokioRuntime;

/// Default maximum number of idle connections.
const MAX_IDLE: usize = 8;

impl ClientBuilder {
    /// Creates an executor for each address.
    pub(super) fn connect(&self) -> Result<Connected, ConfigError> {
        let addresses = self.build_addresses()?;
        let mut executors: Vec<Arc<dyn Executor>> = Vec::with_capacity(addresses.len());
        for Addressed { text, setting } in &addresses {
            let invalid = |reason: &dyn fmt::Display| ConfigError::invalid(setting, shown(text), reason);
            let address: Address = text.parse().map_err(|error| invalid(&error))?;
            let builder = self.with_tls(self.with_limits(HyperExecutor::builder(address)))?;
            executors.push(Arc::new(builder.build().map_err(|error| self.build_error(&error, &invalid))?));
        }
        #[cfg(feature = "tls")]
        let is_https = |text: &str| text.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"));
        #[cfg(feature = "tls")]
        if let Some(setting) = self.tls.first()
            && !addresses.iter().any(|address| is_https(&address.text))
        {
            return Err(ConfigError::Contradiction {
                first: setting.to_owned(),
                second: format!("{} {}", addresses[0].setting, shown(&addresses[0].text).unwrap_or_default()),
                reason: "no address begins with https",
            });
        }
        Ok((executors, Arc::new(TokioRuntime::new())))
    }

    fn with_limits(&self, mut builder: HyperExecutorBuilder) -> HyperExecutorBuilder {
        let limits = self.connection;
        builder = builder.max_idle(limits.max_idle.unwrap_or(MAX_IDLE));
        if let Some(timeout) = limits.connect_timeout {
            builder = builder.connect_timeout(timeout);
        }
        if let Some(timeout) = limits.idle_timeout {
            builder = builder.idle_timeout(timeout);
        }
        builder
    }

    #[cfg(feature = "tls")]
    fn with_tls(&self, builder: HyperExecutorBuilder) -> Result<HyperExecutorBuilder, ConfigError> {
        Ok(builder.tls(self.tls.config(&self.environment.tls)?))
    }

    #[cfg(not(feature = "tls"))]
    fn with_tls(&self, builder: HyperExecutorBuilder) -> Result<HyperExecutorBuilder, ConfigError> {
        match self.environment.tls.names().first() {
            Some(setting) => Err(ConfigError::Unsupported { setting, reason: "the feature `tls` is off" }),
            None => Ok(builder),
        }
    }

    fn build_error(
        &self,
        error: &consul_transport::BuildError,
        invalid: &dyn Fn(&dyn fmt::Display) -> ConfigError,
    ) -> ConfigError {
        let cause = std::error::Error::source(error);
        let reason = cause.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"));
        match self.environment.tls.names()[..] {
            ref names if cause.is_some() && !names.is_empty() => {
                invalid(&format!("{reason} (see also {})", names.join(", ")))
            }
            _ => invalid(&reason),
        }
    }
}
