//! The client: an executor, a clock, and what every call starts from.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use consul_proto::{Consistency, Endpoint, Method, Options};
use consul_transport::{Body, Executor, TransportError};
use http::HeaderName;

#[cfg(feature = "hyper")]
use crate::ConfigError;
use crate::call::timeout::within;
use crate::error::{Error, Route};
use crate::runtime::Runtime;
use crate::turns::Turns;
use crate::views::Views;
use crate::{Builder, Call, Chunks, RawCall, Token};

const TOKEN: HeaderName = HeaderName::from_static("x-consul-token");

/// Bytes that the body of a refusal may have; servers' texts are far shorter.
const MAX_ERROR_BODY: usize = 1 << 20;

/// A client of one Consul agent.
///
/// Cheap to clone: all clones share connections and settings. `Send` and `Sync`; any number of calls can be under way
/// at once.
///
/// Calls are sent once. A call that fails says what happened and whether it may be
/// [sent again](Error::is_retryable).
#[derive(Clone)]
pub struct Client(Arc<Settings>);

/// What every call starts from.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) executor: Arc<dyn Executor>,
    pub(crate) runtime: Arc<dyn Runtime>,
    pub(crate) options: Options,
    pub(crate) token: Option<Token>,
    pub(crate) timeout: Duration,
    pub(crate) body_limit: usize,
    /// Shared by all clients that differ in what they ask only.
    pub(crate) turns: Arc<Turns>,
    pub(crate) views: Arc<Views>,
}

impl Client {
    /// A client of the agent at `address`, with defaults for everything else.
    ///
    /// `address` is what `CONSUL_HTTP_ADDR` takes: `127.0.0.1:8500`, `http://host:port/base`, `unix:///path`.
    ///
    /// # Errors
    ///
    /// Where the address cannot be read.
    #[cfg(feature = "hyper")]
    pub fn new(address: impl Into<String>) -> Result<Self, ConfigError> {
        Self::builder().address(address).build()
    }

    /// A client as the environment describes it: `CONSUL_HTTP_ADDR`, `CONSUL_HTTP_TOKEN`, `CONSUL_HTTP_TOKEN_FILE`.
    ///
    /// See [`Builder::env`].
    ///
    /// # Errors
    ///
    /// Where a variable cannot be used.
    #[cfg(feature = "hyper")]
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::builder().env()?.build()
    }

    /// Starts to describe a client.
    pub fn builder() -> Builder {
        Builder::new()
    }

    pub(crate) fn with_settings(settings: Settings) -> Self {
        Self(Arc::new(settings))
    }

    /// Prepares a call of any endpoint, also of one that is defined elsewhere.
    ///
    /// What the operations of this crate do is nothing else: `client.kv().get("k")` is
    /// `client.call(kv::Get::new("k"))`.
    pub fn call<E: Endpoint>(&self, endpoint: E) -> Call<E> {
        Call::new(self.clone(), endpoint)
    }

    /// Prepares a request that no endpoint describes.
    ///
    /// `path` is sent as it is, so what needs escaping has to be escaped.
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawCall {
        RawCall::new(self.clone(), method, path.into())
    }

    /// The same client, asking another datacenter.
    #[must_use]
    pub fn with_datacenter(&self, name: impl Into<String>) -> Self {
        self.scoped(|settings| settings.options.datacenter = Some(name.into()))
    }

    /// The same client, in a namespace (Consul Enterprise).
    #[must_use]
    pub fn with_namespace(&self, name: impl Into<String>) -> Self {
        self.scoped(|settings| settings.options.namespace = Some(name.into()))
    }

    /// The same client, in an admin partition (Consul Enterprise).
    #[must_use]
    pub fn with_partition(&self, name: impl Into<String>) -> Self {
        self.scoped(|settings| settings.options.partition = Some(name.into()))
    }

    /// The same client, with another token; without one where `token` is `None`.
    #[must_use]
    pub fn with_token(&self, token: impl Into<Option<Token>>) -> Self {
        self.scoped(|settings| settings.token = token.into())
    }

    /// The same client, with another mode for all reads that set none themselves.
    #[must_use]
    pub fn with_consistency(&self, mode: Consistency) -> Self {
        self.scoped(|settings| settings.options.consistency = Some(mode))
    }

    /// What every call starts from: datacenter, namespace, partition, and the mode of reads.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.0.options
    }

    /// The token of all calls that bring none of their own.
    #[must_use]
    pub fn token(&self) -> Option<&Token> {
        self.0.token.as_ref()
    }

    /// What moves the messages; its `Debug` tells where the agent is.
    #[must_use]
    pub fn executor(&self) -> &Arc<dyn Executor> {
        &self.0.executor
    }

    fn scoped(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::clone(&self.0);
        change(&mut settings);
        Self::with_settings(settings)
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0
    }

    /// Makes one attempt and reads the whole answer.
    pub(crate) async fn exchange(
        &self,
        request: http::Request<Bytes>,
        attempt: Attempt,
    ) -> Result<http::Response<Bytes>, Error> {
        let body_limit = self.0.body_limit;
        let route = attempt.route.clone();
        let request = self.outgoing(request, attempt.token);
        // Pinned, since each function that takes it by value would make the future larger by it.
        let exchange = pin!(async {
            let (head, body) = self.0.executor.execute(request).await?.into_parts();
            let limit = if route.may_be_large(&head) { body_limit } else { body_limit.min(MAX_ERROR_BODY) };
            Ok(http::Response::from_parts(head, body.collect(limit).await?))
        });
        self.settle(exchange, attempt.route, attempt.allowance).await
    }

    /// Makes one attempt and reads the head of the answer; the time that is allowed ends with it.
    pub(crate) async fn open(
        &self,
        request: http::Request<Bytes>,
        attempt: Attempt,
    ) -> Result<http::Response<Body>, Error> {
        let request = self.outgoing(request, attempt.token);
        let exchange = self.0.executor.execute(request);
        self.settle(exchange, attempt.route, attempt.allowance).await
    }

    /// Reads what a server says instead of a value.
    pub(crate) async fn gather_refusal(
        &self,
        body: Chunks,
        route: &Route,
        allowance: Duration,
    ) -> Result<Bytes, Error> {
        let runtime = &*self.0.runtime;
        let gathered = body.collect(self.0.body_limit.min(MAX_ERROR_BODY));
        let gathered = within(runtime, runtime.now() + allowance, gathered).await;
        gathered.unwrap_or_else(|| Err(Error::timeout(route.clone(), allowance)))
    }

    /// Waits for an exchange as long as it may take, and logs how it ended.
    async fn settle<B>(
        &self,
        exchange: impl Future<Output = Result<http::Response<B>, TransportError>>,
        route: Route,
        allowance: Duration,
    ) -> Result<http::Response<B>, Error> {
        let runtime = &*self.0.runtime;
        let start = runtime.now();
        let answer = match within(runtime, start + allowance, exchange).await {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(error)) => Err(Error::transport(route.clone(), error)),
            None => Err(Error::timeout(route.clone(), allowance)),
        };
        if tracing::enabled!(tracing::Level::DEBUG) {
            log(&route, answer.as_ref().map(http::Response::status), runtime.now().since(start));
        }
        answer
    }

    fn outgoing(&self, request: http::Request<Bytes>, token: Option<Token>) -> http::Request<Body> {
        let mut request = request.map(Body::from);
        if let Some(token) = token.as_ref().or(self.0.token.as_ref()) {
            request.headers_mut().insert(TOKEN, token.header());
        }
        request
    }
}

/// What one attempt needs besides its request.
pub(crate) struct Attempt {
    pub(crate) route: Route,
    /// Instead of the client's own.
    pub(crate) token: Option<Token>,
    pub(crate) allowance: Duration,
}

/// Tells of one attempt: the operation, how it ended and how long it took. No user data, and no token.
#[cold]
fn log(route: &Route, answer: Result<http::StatusCode, &Error>, elapsed: Duration) {
    let (method, template) = (route.method(), route.path());
    match answer {
        Ok(status) => {
            tracing::debug!(%method, route = template, status = status.as_u16(), ?elapsed, "answered")
        }
        Err(error) => {
            let kind = error.kind();
            tracing::debug!(%method, route = template, ?kind, ?elapsed, "not answered");
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { executor, runtime: _, options, token, timeout, body_limit, turns, views } = &*self.0;
        f.debug_struct("Client")
            .field("executor", executor)
            .field("options", options)
            .field("token", token)
            .field("timeout", timeout)
            .field("body_limit", body_limit)
            .field("long_polls", &turns.long_polls())
            .field("views", views)
            .finish()
    }
}
