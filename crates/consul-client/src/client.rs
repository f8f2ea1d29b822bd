//! The client: an executor, a clock, and the settings of all calls.

mod attempt;
mod exchange;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use consul_proto::{Consistency, Endpoint, Method, Options};
use consul_transport::{Executor, SendMark};
use http::{HeaderMap, HeaderName};
use tokio::sync::Semaphore;

pub(crate) use self::attempt::{Attempt, Opened};
pub(crate) use self::exchange::{Exchanged, Outgoing};
#[cfg(feature = "hyper")]
use crate::ConfigError;
use crate::agents::{AgentId, Agents};
use crate::call::timeout::{Timeouts, with_timeout};
use crate::recipe::Leftover;
use crate::recipe::registry::Recipes;
use crate::retry::{Budget, Random};
use crate::runtime::Runtime;
use crate::token::Tokens;
use crate::watch::limiter::Limiter;
use crate::watch::registry::Registry;
use crate::{Call, ClientBuilder, Observer, RawCall, RetryPolicy, Token, TokenError, TokenSource};

pub(crate) const TOKEN: HeaderName = HeaderName::from_static("x-consul-token");

/// A client for one or more Consul agents.
///
/// Cloning is cheap: all clones share connections and settings. A client is `Send` and `Sync`, and any number of
/// calls can be made concurrently.
#[derive(Clone)]
pub struct Client(Arc<Settings>);

/// The settings of all calls.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) agents: Arc<Agents>,
    pub(crate) runtime: Arc<dyn Runtime>,
    pub(crate) options: Options,
    pub(crate) tokens: Tokens,
    /// For all requests.
    pub(crate) headers: Arc<HeaderMap>,
    pub(crate) timeouts: Timeouts,
    pub(crate) retry: RetryPolicy,
    pub(crate) max_response_size: usize,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(crate) random: Arc<Random>,
    /// Shared by all clients that were derived from one, as is what follows.
    pub(crate) budget: Arc<Budget>,
    pub(crate) in_flight: Arc<Semaphore>,
    pub(crate) limiter: Arc<Limiter>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) recipes: Arc<Recipes>,
}

impl Client {
    /// Creates a client of the agent at `address`, with defaults for everything else.
    ///
    /// `address` has any form that `CONSUL_HTTP_ADDR` has: `127.0.0.1:8500`, `http://host:port/base`, `unix:///path`.
    ///
    /// # Errors
    ///
    /// Returns an error if the address is invalid.
    #[cfg(feature = "hyper")]
    pub fn new(address: impl Into<String>) -> Result<Self, ConfigError> {
        Self::builder().address(address).build()
    }

    /// Creates a client from the `CONSUL_*` environment variables. See [the list of
    /// variables](crate::guide::environment).
    ///
    /// # Errors
    ///
    /// Returns an error if a variable has an invalid value, or requires a feature that this build does not have.
    #[cfg(feature = "hyper")]
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::builder().env()?.build()
    }

    /// Returns a builder of a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    pub(crate) fn with_settings(settings: Settings) -> Self {
        Self(Arc::new(settings))
    }

    /// Creates a call of any endpoint, including your own.
    ///
    /// `client.kv().get("k")` is the same as `client.call(kv::Get::new("k"))`.
    pub fn call<E: Endpoint>(&self, endpoint: E) -> Call<E> {
        Call::new(self.clone(), endpoint)
    }

    /// Creates a request to any path, without an endpoint.
    ///
    /// `path` is sent unchanged, so its arguments must be escaped.
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawCall {
        RawCall::new(self.clone(), method, path.into())
    }

    /// Returns a client of the same agent for another datacenter.
    #[must_use]
    pub fn with_datacenter(&self, name: impl Into<String>) -> Self {
        self.derived(|settings| settings.options.datacenter = Some(name.into()))
    }

    /// Returns a client of the same agent for a namespace (Consul Enterprise).
    #[must_use]
    pub fn with_namespace(&self, name: impl Into<String>) -> Self {
        self.derived(|settings| settings.options.namespace = Some(name.into()))
    }

    /// Returns a client of the same agent for an admin partition (Consul Enterprise).
    #[must_use]
    pub fn with_partition(&self, name: impl Into<String>) -> Self {
        self.derived(|settings| settings.options.partition = Some(name.into()))
    }

    /// Returns a client of the same agent with another token.
    #[must_use]
    pub fn with_token(&self, token: impl TryInto<Token, Error: Into<TokenError>>) -> Self {
        self.derived(|settings| settings.tokens = Tokens::of(token))
    }

    /// Returns a client of the same agent with another source of tokens.
    #[must_use]
    pub fn with_token_source(&self, source: Arc<dyn TokenSource>) -> Self {
        self.derived(|settings| settings.tokens = Tokens::Source(source))
    }

    /// Returns a client of the same agent without a token.
    #[must_use]
    pub fn without_token(&self) -> Self {
        self.derived(|settings| settings.tokens = Tokens::None)
    }

    /// Returns a client of the same agent with another consistency mode for all reads that set none.
    #[must_use]
    pub fn with_consistency(&self, mode: Consistency) -> Self {
        self.derived(|settings| settings.options.consistency = Some(mode))
    }

    /// Returns the default options of calls: datacenter, namespace, partition, and the consistency mode of reads.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.0.options
    }

    /// Returns the default token of calls, or `None` if it comes from a file or a [`TokenSource`].
    #[must_use]
    pub fn token(&self) -> Option<&Token> {
        match &self.0.tokens {
            Tokens::Fixed(token) => Some(token),
            Tokens::None | Tokens::Invalid(_) | Tokens::Source(_) => None,
        }
    }

    /// Returns the executor of the first agent. Its `Debug` shows the address.
    #[must_use]
    pub fn executor(&self) -> &Arc<dyn Executor> {
        self.0.agents.executor(AgentId::FIRST)
    }

    /// Ends the [recipes](crate::recipe) and the token source, in this order: locks and semaphores are released, sessions are
    /// destroyed, and the source of tokens ends, so that a [`Login`](crate::Login) logs out.
    ///
    /// Returns the objects that could not be cleaned up within `limit`. The list is empty if nothing is left. If one step hangs, the
    /// others are still tried. The recipes of clients that were derived from this one, or that this one was derived
    /// from, end too, and no new ones can start. Other calls still work. Sources of tokens that derived clients have of
    /// their own do not end, and neither do views.
    ///
    /// The library installs no signal handler: a program awaits its signal and calls this.
    pub async fn close(&self, limit: Duration) -> Vec<Leftover> {
        let Settings { recipes, runtime, tokens, .. } = &*self.0;
        let deadline = runtime.now() + limit;
        let mut left = recipes.close(&**runtime, deadline).await;
        let is_source = matches!(tokens, Tokens::Source(_));
        let (runtime, mark) = (&**runtime, SendMark::new());
        let closed = with_timeout(runtime, runtime.now(), deadline, &mark, tokens.close()).await;
        if closed.is_err() && is_source {
            left.push(Leftover::Token);
        }
        left
    }

    /// Returns how long a call lasts at most, unless it has a limit of its own.
    pub(crate) fn call_timeout(&self) -> Duration {
        self.0.timeouts.of_call(Duration::ZERO)
    }

    fn derived(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::clone(&self.0);
        change(&mut settings);
        Self::with_settings(settings)
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings {
            agents,
            runtime: _,
            options,
            tokens,
            headers,
            timeouts,
            retry,
            max_response_size,
            observer,
            random: _,
            budget: _,
            in_flight,
            limiter,
            registry,
            recipes: _,
        } = &*self.0;
        f.debug_struct("Client")
            .field("agents", agents)
            .field("options", options)
            .field("tokens", tokens)
            .field("headers", headers)
            .field("timeouts", timeouts)
            .field("retry", retry)
            .field("observer", observer)
            .field("may_be_sent", &in_flight.available_permits())
            .field("max_response_size", max_response_size)
            .field("max_long_polls", &limiter.max_long_polls())
            .field("registry", registry)
            .finish()
    }
}
