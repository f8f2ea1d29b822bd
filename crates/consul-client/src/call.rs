//! Calls of operations.

mod future;
mod raw;
mod stream;
pub(crate) mod timeout;

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use consul_proto::{
    Blocking, Cacheable, Cached, Consistency, Endpoint, Filterable, HashBlocking, OpenedOf, Options,
    OutputOf, Peerable, Read, Response, Sortable, response::Streamed,
};
use consul_transport::Hint;

use self::timeout::{Timeouts, held};
pub use self::{future::CallFuture, raw::RawCall, stream::BodyStream};
use crate::client::{Exchanged, Opened, Outgoing};
use crate::error::Route;
use crate::token::Tokens;
use crate::{Client, Error, RetryPolicy, Token, TokenError};

/// A request for one API operation. Setters configure it and `.await` sends it.
///
/// `.await` returns the value. [`send`](Self::send) returns the value and the metadata of the response. No request is
/// sent before the call is awaited. Dropping the future cancels the request. A call can be cloned to send it again.
///
/// Only setters that the operation supports are available.
#[derive(Clone)]
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<E> {
    client: Client,
    endpoint: E,
    options: Options,
    tokens: Option<Tokens>,
    timeouts: Timeouts,
    retry: Option<RetryPolicy>,
}

impl<E: Endpoint> Call<E> {
    pub(crate) fn new(client: Client, endpoint: E) -> Self {
        let mut options = client.settings().options.clone().limited_to(E::SCOPE);
        if !E::METHOD.is_safe() {
            // Writes have no consistency mode.
            options.consistency = None;
        }
        Self { client, endpoint, options, tokens: None, timeouts: Timeouts::default(), retry: None }
    }

    /// Returns the endpoint of the call.
    pub fn endpoint(&self) -> &E {
        &self.endpoint
    }

    /// Returns the endpoint of the call, to change it.
    pub fn endpoint_mut(&mut self) -> &mut E {
        &mut self.endpoint
    }

    /// Converts the endpoint into another one. Options, token and timeouts are kept.
    pub(crate) fn map<F: Endpoint>(self, change: impl FnOnce(E) -> F) -> Call<F> {
        let Self { client, endpoint, options, tokens, timeouts, retry } = self;
        Call { client, endpoint: change(endpoint), options, tokens, timeouts, retry }
    }

    /// Sets the datacenter, instead of the client's.
    pub fn datacenter(mut self, name: impl Into<String>) -> Self {
        const { assert!(E::SCOPE.datacenter, "this operation does not accept a datacenter") };
        self.options.datacenter = Some(name.into());
        self
    }

    /// Sets the namespace, instead of the client's (Consul Enterprise).
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        const { assert!(E::SCOPE.namespace, "this operation does not accept a namespace") };
        self.options.namespace = Some(name.into());
        self
    }

    /// Sets the admin partition, instead of the client's (Consul Enterprise).
    pub fn partition(mut self, name: impl Into<String>) -> Self {
        const { assert!(E::SCOPE.partition, "this operation does not accept an admin partition") };
        self.options.partition = Some(name.into());
        self
    }

    /// Sets the token, instead of the client's.
    pub fn token(mut self, token: impl TryInto<Token, Error: Into<TokenError>>) -> Self {
        self.tokens = Some(Tokens::of(token));
        self
    }

    /// Sets the timeout of the call, instead of the client's [`timeout`](crate::ClientBuilder::timeout).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.call = Some(timeout);
        self
    }

    /// Sets the timeout of one attempt, instead of the client's
    /// [`attempt_timeout`](crate::ClientBuilder::attempt_timeout).
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.attempt = Some(timeout);
        self
    }

    /// Sets the retry policy, instead of the client's [`retry`](crate::ClientBuilder::retry).
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Sends the request and returns the value together with the metadata of the response.
    ///
    /// # Errors
    ///
    /// Returns an error if the call fails; see [`Error`].
    pub async fn send(self) -> Result<Response<OutputOf<E>>, Error> {
        self.exchange().await
    }

    // By reference: the future of a function that takes the call by value contains it twice.
    async fn exchange(&self) -> Result<Response<OutputOf<E>>, Error> {
        let outgoing = self.encode()?;
        let Exchanged { response, token, attempts, start, .. } = self.client.exchange(&outgoing).await?;
        consul_proto::decode::<E>(response)
            .map(|response| response.map(|value| self.endpoint.complete(value)))
            .map_err(|error| {
                let elapsed = self.client.settings().runtime.now().since(start);
                Error::response(outgoing.route, error, token.as_ref()).with_attempts(attempts, elapsed)
            })
    }

    /// Returns the parts of the call, for recipes that send more than one request.
    pub(crate) fn into_parts(self) -> (Client, E, Options, Option<Tokens>, Option<Duration>) {
        (self.client, self.endpoint, self.options, self.tokens, self.timeouts.attempt)
    }

    fn encode(&self) -> Result<Outgoing<'_>, Error> {
        let route = Route::of(&self.endpoint);
        let mut request = match consul_proto::encode(&self.endpoint, &self.options) {
            Ok(request) => request,
            Err(error) => return Err(Error::encode(route, error)),
        };
        let held = held(&self.options);
        if !held.is_zero() {
            request.extensions_mut().insert(Hint::LongPoll { held });
        }
        Ok(Outgoing {
            request,
            route,
            tokens: self.tokens.as_ref(),
            timeouts: self.timeouts,
            retry: self.retry,
            held,
        })
    }
}

impl<E: Endpoint<Response: Streamed>> Call<E> {
    /// Sends the request and returns the value as a stream of chunks. The size of the value is not limited.
    ///
    /// The timeouts apply to the head of the response, and to the body of an error response.
    ///
    /// # Errors
    ///
    /// Returns an error if the call fails; see [`Error`]. If the body ends early, the stream yields an error.
    pub async fn open(self) -> Result<Response<OpenedOf<E, BodyStream>>, Error> {
        let outgoing = self.encode()?;
        let Exchanged { response, token, agent, permit, attempts, start, .. } =
            self.client.open(&outgoing).await?;
        let route = outgoing.route;
        let (head, body) = response.into_parts();
        let error = match body {
            Opened::Value(body) => {
                let settings = self.client.settings();
                let address = settings.agents.executor(agent).address().cloned();
                let runtime = Arc::clone(&settings.runtime);
                let body = BodyStream::new(body, route.clone(), runtime, permit).of(address);
                match consul_proto::open::<E, _>(http::Response::from_parts(head, body)) {
                    Ok(response) => return Ok(response),
                    Err((head, _)) => consul_proto::error_response::<E>(&head, &[]),
                }
            }
            Opened::Error(body) => consul_proto::error_response::<E>(&head, &body),
        };
        let elapsed = self.client.settings().runtime.now().since(start);
        Err(Error::response(route, error, token.as_ref()).with_attempts(attempts, elapsed))
    }
}

impl<E: Read> Call<E> {
    /// Sets the consistency mode of the read.
    pub fn consistency(mut self, mode: Consistency) -> Self {
        self.options.consistency = Some(mode);
        self
    }

    /// Allows any server to respond: [`Consistency::Stale`].
    pub fn stale(self) -> Self {
        self.consistency(Consistency::Stale)
    }

    /// Requires the leader to confirm its leadership with a quorum before it responds: [`Consistency::Consistent`].
    pub fn consistent(self) -> Self {
        self.consistency(Consistency::Consistent)
    }
}

impl<E: Blocking> Call<E> {
    /// Makes the read a blocking query: the server responds when its index is greater than `index`, or when `wait`
    /// has elapsed.
    ///
    /// Servers add up to a sixteenth to `wait`, and wait at most 10 minutes. The timeouts of the call are extended by
    /// this time. With an index of 0, the server responds immediately. [`Meta::index`](crate::Meta::index) is the
    /// index of a response.
    pub fn block(self, index: u64, wait: Duration) -> Self {
        self.index(index).wait(wait)
    }

    /// Makes the read a blocking query: the server responds when its index is greater than this one.
    pub fn index(mut self, index: u64) -> Self {
        self.options.index = Some(index);
        self
    }

    /// Sets the maximum wait of a blocking query. The timeouts of the call are extended by it. Has no effect without
    /// an [`index`](Self::index). Defaults to 5 minutes.
    pub fn wait(mut self, wait: Duration) -> Self {
        self.options.wait = Some(wait);
        self
    }
}

impl<E: HashBlocking> Call<E> {
    /// Makes the read a blocking query: the agent responds when its hash differs from `hash`, or when `wait` has
    /// elapsed.
    ///
    /// Agents add up to a sixteenth to `wait`, and wait at most 10 minutes. The timeouts of the call are extended by
    /// this time. [`Meta::content_hash`](crate::Meta::content_hash) is the hash of a response.
    pub fn block_on_hash(mut self, hash: impl Into<String>, wait: Duration) -> Self {
        self.options.hash = Some(hash.into());
        self.options.wait = Some(wait);
        self
    }
}

impl<E: Filterable> Call<E> {
    /// Returns only entries that match the
    /// [expression](https://developer.hashicorp.com/consul/api-docs/features/filtering).
    pub fn filter(mut self, expression: impl Into<String>) -> Self {
        self.options.filter = Some(expression.into());
        self
    }
}

impl<E: Sortable> Call<E> {
    /// Sorts by round-trip time from this node. `_agent` stands for the agent's own node.
    pub fn near(mut self, node: impl Into<String>) -> Self {
        self.options.near = Some(node.into());
        self
    }
}

impl<E: Cacheable> Call<E> {
    /// Allows the agent to respond from its cache.
    pub fn cached(mut self, cached: Cached) -> Self {
        self.options.cached = Some(cached);
        self
    }
}

impl<E: Peerable> Call<E> {
    /// Returns the services that this cluster peer has exported. Servers before 1.13 ignore the peer and return their
    /// own services.
    pub fn peer(mut self, name: impl Into<String>) -> Self {
        self.options.peer = Some(name.into());
        self
    }
}

impl<E: Endpoint> IntoFuture for Call<E>
where
    OutputOf<E>: Send,
{
    type Output = Result<OutputOf<E>, Error>;
    type IntoFuture = CallFuture<OutputOf<E>>;

    fn into_future(self) -> Self::IntoFuture {
        CallFuture::new(async move { self.exchange().await.map(|response| response.value) })
    }
}

/// Shows the route, the options and the length of the body. Does not show the request's values, the client or the
/// token.
impl<E: Endpoint> fmt::Debug for Call<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Call");
        debug.field("route", &format_args!("{} {}", E::METHOD, E::PATH)).field("options", &self.options);
        if let Ok(request) = consul_proto::encode(&self.endpoint, &self.options) {
            debug.field("body", &format_args!("{} bytes", request.body().len()));
        }
        debug.finish_non_exhaustive()
    }
}
