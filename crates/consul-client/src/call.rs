//! A call that is being prepared.

mod raw;
mod stream;
pub(crate) mod timeout;

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use consul_proto::{
    Blocking, Cacheable, Cached, Consistency, Endpoint, Filterable, HashBlocking, OpenedOf, Options,
    OutputOf, Peerable, Read, Response, Sortable, response::Streamed,
};
use consul_transport::Hint;

use self::timeout::allowance;
pub use self::{raw::RawCall, stream::Chunks};
use crate::client::Attempt;
use crate::error::Route;
use crate::{Client, Error, Token};

/// A call of one operation: refined by setters, sent by `.await`.
///
/// `.await` gives the value, [`send`](Self::send) the value and what the answer says about itself. Nothing is sent
/// before; dropping the future in mid-flight closes the connection that it uses. A call can be cloned and sent again.
///
/// Which setters there are depends on the operation: where servers would ignore one, it does not exist.
#[derive(Clone, Debug)]
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<E> {
    client: Client,
    endpoint: E,
    options: Options,
    token: Option<Token>,
    timeout: Option<Duration>,
}

impl<E: Endpoint> Call<E> {
    pub(crate) fn new(client: Client, endpoint: E) -> Self {
        let mut options = client.settings().options.clone().limited_to(E::SCOPE);
        if !E::METHOD.is_safe() {
            // A mode of reading means nothing to a write.
            options.consistency = None;
        }
        Self { client, endpoint, options, token: None, timeout: None }
    }

    /// The endpoint that will be called.
    pub fn endpoint(&self) -> &E {
        &self.endpoint
    }

    /// The endpoint that will be called, to change it.
    pub fn endpoint_mut(&mut self) -> &mut E {
        &mut self.endpoint
    }

    /// Replaces the endpoint by one made from it. Options, token and timeout stay.
    pub(crate) fn map<F: Endpoint>(self, change: impl FnOnce(E) -> F) -> Call<F> {
        let Self { client, endpoint, options, token, timeout } = self;
        Call { client, endpoint: change(endpoint), options, token, timeout }
    }

    /// Changes the endpoint; what the setters of the groups are made of.
    pub(crate) fn with<T>(mut self, change: impl FnOnce(&mut E) -> T) -> Self {
        change(&mut self.endpoint);
        self
    }

    /// Sends the request to another datacenter than the client's.
    pub fn datacenter(mut self, name: impl Into<String>) -> Self {
        const { assert!(E::SCOPE.datacenter, "this operation does not accept a datacenter") };
        self.options.datacenter = Some(name.into());
        self
    }

    /// Sends the request to this namespace (Consul Enterprise).
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        const { assert!(E::SCOPE.namespace, "this operation does not accept a namespace") };
        self.options.namespace = Some(name.into());
        self
    }

    /// Sends the request to this admin partition (Consul Enterprise).
    pub fn partition(mut self, name: impl Into<String>) -> Self {
        const { assert!(E::SCOPE.partition, "this operation does not accept an admin partition") };
        self.options.partition = Some(name.into());
        self
    }

    /// Uses this token instead of the client's.
    pub fn token(mut self, token: &Token) -> Self {
        self.token = Some(token.clone());
        self
    }

    /// How long the attempt may take, instead of the client's [`timeout`](crate::Builder::timeout). A server's wait
    /// comes on top.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sends the call; gives the value and what the answer says about itself.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn send(self) -> Result<Response<OutputOf<E>>, Error> {
        let (request, attempt) = self.encode()?;
        let route = attempt.route.clone();
        let answer = self.client.exchange(request, attempt).await?;
        consul_proto::decode::<E>(answer).map_err(|error| Error::response(route, error))
    }

    /// What it is made of, for whoever sends more than one request.
    pub(crate) fn into_parts(self) -> (Client, E, Options, Option<Token>, Option<Duration>) {
        (self.client, self.endpoint, self.options, self.token, self.timeout)
    }

    fn encode(&self) -> Result<(http::Request<Bytes>, Attempt), Error> {
        let route = Route::of(&self.endpoint);
        let mut request = match consul_proto::encode(&self.endpoint, &self.options) {
            Ok(request) => request,
            Err(error) => return Err(Error::encode(route, error)),
        };
        let timeout = self.timeout.unwrap_or(self.client.settings().timeout);
        let allowance = allowance(&self.options, timeout);
        if allowance > timeout {
            request.extensions_mut().insert(Hint::LongPoll { held: allowance.saturating_sub(timeout) });
        }
        Ok((request, Attempt { route, token: self.token.clone(), allowance }))
    }
}

impl<E: Endpoint<Response: Streamed>> Call<E> {
    /// Sends the call and gives the value as a stream of chunks, without a limit of size.
    ///
    /// The time that is allowed ends with the head of the answer; a refusal has as much again for its text.
    ///
    /// # Errors
    ///
    /// See [`Error`]. A body that breaks off is an error of the stream.
    pub async fn open(self) -> Result<Response<OpenedOf<E, Chunks>>, Error> {
        let (request, attempt) = self.encode()?;
        let (route, allowance) = (attempt.route.clone(), attempt.allowance);
        let answer = self.client.open(request, attempt).await?;
        match consul_proto::open::<E, _>(answer.map(|body| Chunks::new(body, route.clone()))) {
            Ok(response) => Ok(response),
            Err((head, body)) => {
                let body = self.client.gather_refusal(body, &route, allowance).await?;
                Err(Error::api(route, consul_proto::refusal::<E>(&head, &body)))
            }
        }
    }
}

impl<E: Read> Call<E> {
    /// Sets how current the answer has to be.
    pub fn consistency(mut self, mode: Consistency) -> Self {
        self.options.consistency = Some(mode);
        self
    }

    /// Lets any server answer: [`Consistency::Stale`].
    pub fn stale(self) -> Self {
        self.consistency(Consistency::Stale)
    }

    /// Makes the leader sure of its office before it answers: [`Consistency::Consistent`].
    pub fn consistent(self) -> Self {
        self.consistency(Consistency::Consistent)
    }
}

impl<E: Blocking> Call<E> {
    /// Waits until the answer's index is above `index`, or `wait` is over; the answer then comes either way.
    ///
    /// Servers answer within a sixteenth more than `wait`, and cut it at 10 minutes. An index of 0 does not wait. The
    /// index to wait on is that of the last answer: [`Meta::index`](crate::Meta::index).
    pub fn block(self, index: u64, wait: Duration) -> Self {
        self.index(index).wait(wait)
    }

    /// Waits until the answer's index is above this one.
    pub fn index(mut self, index: u64) -> Self {
        self.options.index = Some(index);
        self
    }

    /// How long to wait at most; means nothing without an [`index`](Self::index). 5 minutes unless set.
    pub fn wait(mut self, wait: Duration) -> Self {
        self.options.wait = Some(wait);
        self
    }
}

impl<E: HashBlocking> Call<E> {
    /// Waits until the answer's hash is another than `hash`, or `wait` is over; the answer then comes either way.
    ///
    /// Agents answer within a sixteenth more than `wait`, and cut it at 10 minutes. The hash to wait on is that of the
    /// last answer: [`Meta::content_hash`](crate::Meta::content_hash).
    pub fn block_on_hash(mut self, hash: impl Into<String>, wait: Duration) -> Self {
        self.options.hash = Some(hash.into());
        self.options.wait = Some(wait);
        self
    }
}

impl<E: Filterable> Call<E> {
    /// Leaves out what the [expression](https://developer.hashicorp.com/consul/api-docs/features/filtering) does not
    /// match.
    pub fn filter(mut self, expression: impl Into<String>) -> Self {
        self.options.filter = Some(expression.into());
        self
    }
}

impl<E: Sortable> Call<E> {
    /// Sorts by round-trip time from this node; from the agent's own with `_agent`.
    pub fn near(mut self, node: impl Into<String>) -> Self {
        self.options.near = Some(node.into());
        self
    }
}

impl<E: Cacheable> Call<E> {
    /// Takes what the agent's cache has.
    pub fn cached(mut self, cached: Cached) -> Self {
        self.options.cached = Some(cached);
        self
    }
}

impl<E: Peerable> Call<E> {
    /// Asks for what this cluster peer has exported.
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
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.send().await.map(|response| response.value) })
    }
}
