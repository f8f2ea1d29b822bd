//! The builder of clients.

#[cfg(feature = "hyper")]
mod address;
mod build;
#[cfg(feature = "hyper")]
mod connect;
mod environment;
mod error;
pub(crate) mod headers;
#[cfg(feature = "tls")]
mod tls;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use consul_proto::{Consistency, Options};
use consul_transport::Executor;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use self::environment::Environment;
pub use self::error::ConfigError;
use crate::call::timeout::Timeouts;
use crate::runtime::Runtime;
use crate::token::Tokens;
use crate::{Observer, RetryPolicy, Token, TokenError, TokenSource};

/// A builder for a [`Client`](crate::Client).
///
/// A setting of the program overrides the same setting of the [environment](Self::env), whatever the order of the
/// calls.
#[derive(Debug, Default)]
#[must_use = "a builder does nothing until it is built"]
pub struct ClientBuilder {
    environment: Environment,
    addresses: Vec<String>,
    tokens: Tokens,
    token_file: Option<PathBuf>,
    headers: HeaderMap,
    options: Options,
    timeouts: Timeouts,
    retry: RetryPolicy,
    connection: ConnectionSettings,
    #[cfg(feature = "tls")]
    tls: tls::TlsSettings,
    max_response_size: Option<usize>,
    max_long_polls: Option<usize>,
    max_in_flight: Option<usize>,
    observer: Option<Arc<dyn Observer>>,
    custom: Custom,
    /// The error of the first invalid setting.
    error: Option<ConfigError>,
}

/// Limits of the default executor.
#[derive(Clone, Copy, Debug, Default)]
struct ConnectionSettings {
    connect_timeout: Option<Duration>,
    idle_timeout: Option<Duration>,
    max_idle: Option<usize>,
}

/// The executors and the runtime of the program, if it sets them.
#[derive(Default)]
struct Custom(Option<Connected>);

/// Executors and their runtime.
type Connected = (Vec<Arc<dyn Executor>>, Arc<dyn Runtime>);

impl ClientBuilder {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds the address of an agent, in any form that `CONSUL_HTTP_ADDR` accepts: `127.0.0.1:8500`,
    /// `http://host:port/base`, `unix:///path`. Defaults to `http://127.0.0.1:8500`.
    ///
    /// A call goes to the first agent, and moves to the next one if it cannot be reached, times out or has no leader.
    /// Operations that belong to their agent, such as registrations, always use the first one. See
    /// [several agents](crate::guide::production#several-agents).
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.addresses.push(address.into());
        self
    }

    /// Sets the token for calls that do not set their own. If a request has no token, the agent uses its default
    /// token or the anonymous token.
    pub fn token(mut self, token: impl TryInto<Token, Error: Into<TokenError>>) -> Self {
        self.tokens = Tokens::of(token);
        self
    }

    /// Sets the file that contains the token. The file can have at most 64 KiB. Whitespace around the token is
    /// ignored.
    ///
    /// The file is read again when it changes, and when a server does not know the token. Takes precedence over
    /// [`token`](Self::token), unless the file is empty.
    pub fn token_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.token_file = Some(path.into());
        self
    }

    /// Sets the token source for calls that do not set their own token. Replaces [`token`](Self::token).
    pub fn token_source(mut self, source: Arc<dyn TokenSource>) -> Self {
        self.tokens = Tokens::Source(source);
        self
    }

    /// Sets the credentials of HTTP basic authentication, for a proxy in front of the agent.
    pub fn basic_auth(self, user: &str, password: &str) -> Self {
        match headers::basic_auth(user, password) {
            Ok(value) => self.with_header(header::AUTHORIZATION, value),
            Err(reason) => self.invalid(ConfigError::invalid("basic_auth", None, reason)),
        }
    }

    /// Adds a header to all requests. If a request sets the same header, the request's value is sent.
    ///
    /// [`build`](Self::build) rejects headers that frame a message, such as `Content-Length`.
    pub fn header(self, name: HeaderName, value: HeaderValue) -> Self {
        match headers::rejected_for_all(&name) {
            Some(reason) => self.invalid(ConfigError::invalid("header", name.as_str().to_owned(), reason)),
            None => self.with_header(name, value),
        }
    }

    /// Sets the default datacenter of calls.
    pub fn datacenter(mut self, name: impl Into<String>) -> Self {
        self.options.datacenter = Some(name.into());
        self
    }

    /// Sets the default namespace of calls (Consul Enterprise).
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        self.options.namespace = Some(name.into());
        self
    }

    /// Sets the default admin partition of calls (Consul Enterprise).
    pub fn partition(mut self, name: impl Into<String>) -> Self {
        self.options.partition = Some(name.into());
        self
    }

    /// Sets the default consistency mode of reads.
    pub fn consistency(mut self, mode: Consistency) -> Self {
        self.options.consistency = Some(mode);
        self
    }

    /// Sets the timeout of a call, including all its attempts and the response's body. Defaults to 30 seconds.
    ///
    /// For a blocking query, the wait and the sixteenth that servers add to it are added to this timeout.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.call = Some(timeout);
        self
    }

    /// Sets the timeout of one attempt of a call, including connecting. Defaults to 5 seconds for reads and session
    /// renewals, and to 20 seconds for all other writes.
    ///
    /// Without a leader, servers hold a request for 7 to 14 seconds, in rare cases for up to 19 seconds, before they
    /// report that it was not executed. A write that times out earlier has an unknown outcome: it may be executed
    /// later, and even overwrite a newer write. A timeout below 20 seconds makes such outcomes more likely. A read
    /// can safely be sent again.
    ///
    /// For a blocking query, the wait and the sixteenth that servers add to it are added to this timeout.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.attempt = Some(timeout);
        self
    }

    /// Sets the timeout for establishing a connection. Defaults to 5 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connection.connect_timeout = Some(timeout);
        self
    }

    /// Sets the time after which an idle connection is closed. Defaults to 60 seconds. Since Consul 1.22.5, agents
    /// close idle connections after 120 seconds.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.connection.idle_timeout = Some(timeout);
        self
    }

    /// Sets the maximum number of idle connections. Defaults to 8.
    ///
    /// By default, an agent allows 200 connections from one address, and all programs of a host share them.
    pub fn max_idle_connections(mut self, connections: usize) -> Self {
        self.connection.max_idle = Some(connections);
        self
    }

    /// Sets the maximum size of a response body in bytes. Defaults to 64 MiB. Streamed bodies have no limit.
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = Some(bytes);
        self
    }

    /// Sets the maximum number of concurrent requests of watches. Defaults to 128. The minimum is 1.
    ///
    /// By default, an agent allows 200 connections from one address, and all programs of a host share them. If there are
    /// more watches than this, they [share the limit](crate::watch#many-watches). Over TLS, up to 480 long polls share
    /// two connections.
    pub fn max_long_polls(mut self, requests: usize) -> Self {
        self.max_long_polls = Some(requests);
        self
    }

    /// Sets the maximum number of concurrent requests of calls. Defaults to 100. The minimum is 1. Further calls
    /// wait. Requests of watches and session renewals do not count.
    pub fn max_in_flight(mut self, requests: usize) -> Self {
        self.max_in_flight = Some(requests);
        self
    }

    /// Sets the retry policy of calls. Defaults to [`RetryPolicy::new`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets the observer of calls and watches, for example for metrics.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Adds an executor that sends requests to an agent, and sets the runtime whose clock and tasks the client uses.
    ///
    /// An executor is bound to its agent and has its own connections, so [`build`](Self::build) rejects it together
    /// with settings for addresses, connections or TLS. Adding several executors has the same effect as adding
    /// several [addresses](Self::address).
    pub fn executor(mut self, executor: Arc<dyn Executor>, runtime: Arc<dyn Runtime>) -> Self {
        let (executors, last) = self.custom.0.get_or_insert_with(|| (Vec::new(), Arc::clone(&runtime)));
        executors.push(executor);
        *last = runtime;
        self
    }

    /// Reads the `CONSUL_*` environment variables. See [the list of variables](crate::guide::environment).
    ///
    /// # Errors
    ///
    /// Returns an error if a variable has an invalid value, or requires a feature that this build does not have.
    pub fn env(self) -> Result<Self, ConfigError> {
        self.env_from(std::env::var)
    }

    fn env_from(
        mut self,
        var: impl Fn(&'static str) -> Result<String, std::env::VarError>,
    ) -> Result<Self, ConfigError> {
        self.environment = Environment::read(var)?;
        Ok(self)
    }

    fn with_header(mut self, name: HeaderName, mut value: HeaderValue) -> Self {
        // The value of a header may be a secret.
        value.set_sensitive(true);
        self.headers.insert(name, value);
        self
    }

    fn invalid(mut self, error: ConfigError) -> Self {
        self.error.get_or_insert(error);
        self
    }
}

impl fmt::Debug for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some((executors, _)) => executors.fmt(f),
            None => f.write_str("default"),
        }
    }
}

#[cfg(test)]
mod tests;
