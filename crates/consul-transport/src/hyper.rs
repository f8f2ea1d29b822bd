//! The default executor: HTTP/1.1 on hyper's connections, over TCP and unix sockets.
//!
//! A call owns the connection it uses and drives it itself, with the waker of the task that awaits the call. Nothing
//! is spawned. So a dropped call takes its connection along and nothing of it goes on in the background, an answer
//! needs no second task to be woken, and a connection is never used by two calls. When the body of the answer has
//! been read to its end the connection goes into a small set of idle ones, the one used last first.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::header::{CONTENT_LENGTH, HOST, HeaderValue};
use http::uri::PathAndQuery;
use http::{Method, Request, Response, Uri, Version};
use http_body::Body as _;

use crate::hyper::connection::{Connection, Failed};
use crate::hyper::pool::Pool;
use crate::{Address, Body, Executor, Hint, SendMark, SendState, TransportError, TransportErrorKind};

mod body;
mod connect;
mod connection;
mod long_poll;
mod pool;
mod stream;
mod tcp;
#[cfg(unix)]
mod unix;

pub use self::connect::ConnectError;

/// An [`Executor`] that speaks HTTP/1.1 to the agent at one [`Address`].
///
/// Needs a tokio runtime with IO and time enabled, of either flavour. Connections belong to the runtime that opened
/// them; use one executor for each runtime. A call to a host that is a name resolves it on tokio's blocking pool.
///
/// The errors of its calls have as their [`source`](std::error::Error::source) a [`ConnectError`] where there was no
/// connection, and hyper's otherwise.
///
/// ```no_run
/// use consul_transport::{Address, Body, Executor, HyperExecutor};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let executor = HyperExecutor::new(Address::default())?;
/// let answer = executor.execute(http::Request::get("/v1/status/leader").body(Body::empty())?).await?;
/// println!("{} {:?}", answer.status(), answer.into_body().collect(1 << 20).await?);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct HyperExecutor {
    address: Address,
    host: HeaderValue,
    connect_timeout: Duration,
    pool: Arc<Pool>,
}

/// What may be set before a [`HyperExecutor`] is made.
#[derive(Clone, Debug)]
#[must_use = "nothing is made until `build`"]
pub struct HyperExecutorBuilder {
    address: Address,
    connect_timeout: Duration,
    idle_timeout: Duration,
    max_idle: usize,
}

/// Why there is no executor for an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The address says `https`, and this executor speaks no TLS. It does not speak plain text instead.
    #[error("{0} needs TLS, which this executor does not speak")]
    Tls(Address),
    /// The host cannot stand in a `Host` header.
    #[error("the host of {0} cannot be sent in a header")]
    Host(Address),
}

impl HyperExecutor {
    /// An executor with the default limits.
    ///
    /// # Errors
    ///
    /// See [`BuildError`].
    pub fn new(address: Address) -> Result<Self, BuildError> {
        Self::builder(address).build()
    }

    /// An executor whose limits can be set.
    pub fn builder(address: Address) -> HyperExecutorBuilder {
        HyperExecutorBuilder {
            address,
            connect_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(60),
            max_idle: 64,
        }
    }

    /// Where this executor connects to.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Makes of the request what goes over the wire to this agent.
    fn prepare(&self, request: &mut Request<Body>) -> Result<(), TransportError> {
        let uri = request.uri();
        if uri.authority().is_some() || !uri.path().starts_with('/') {
            return Err(unfit("request is not in origin form: its target has to begin with a slash"));
        }
        let base_path = self.address.base_path();
        if !base_path.is_empty() {
            *request.uri_mut() = below(base_path, uri)?;
        }
        let is_empty = request.body().is_end_stream();
        let method = request.method();
        if is_empty {
            // hyper says nothing of an empty body, and Consul answers 400 to some writes without a length.
            if matches!(*method, Method::PUT | Method::POST | Method::PATCH) {
                request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
            }
        } else if matches!(*method, Method::GET | Method::HEAD)
            && request.body().size_hint().exact().is_none()
        {
            // hyper would send none of it.
            return Err(unfit("a GET or HEAD request cannot have a body of unknown length"));
        }
        request.headers_mut().insert(HOST, self.host.clone());
        *request.version_mut() = Version::HTTP_11;
        Ok(())
    }
}

#[async_trait]
impl Executor for HyperExecutor {
    async fn execute(&self, mut request: Request<Body>) -> Result<Response<Body>, TransportError> {
        mark(&request, SendState::NotSent);
        self.prepare(&mut request)?;
        // Nothing is lost when a read meets a dead connection, which its caller will repeat.
        let is_write = !request.method().is_safe();
        while let Some(kept) = self.pool.take(is_write) {
            match exchange(kept, request, &self.pool).await {
                Ok(response) => return Ok(response),
                // The agent had closed this connection before anything was written.
                Err(Failed::Unsent(returned, _)) => request = *returned,
                Err(Failed::Broken(error)) => return Err(error),
            }
        }
        let stream = connect::connect(&self.address, self.connect_timeout).await?;
        let unsent = |error| TransportError::unsent(TransportErrorKind::Closed, error);
        let fresh = Connection::handshake(stream).await.map_err(unsent)?;
        exchange(fresh, request, &self.pool).await.map_err(|failed| match failed {
            Failed::Unsent(_, error) => unsent(error),
            Failed::Broken(error) => error,
        })
    }
}

impl HyperExecutorBuilder {
    /// How long a connection may take to be established, the resolution of its name and all addresses behind it
    /// included; 5 s unless set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long an idle connection is used again; 60 s unless set. Zero uses every connection once.
    ///
    /// Has to be well below the 120 s after which Consul closes it. Connections past it are closed by the next call.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// How many idle connections are kept; 64 unless set. How many are in use at once is up to the callers.
    pub fn max_idle(mut self, connections: usize) -> Self {
        self.max_idle = connections;
        self
    }

    /// Makes the executor. Nothing connects before the first call.
    ///
    /// # Errors
    ///
    /// See [`BuildError`].
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
            pool: Arc::new(Pool::new(self.idle_timeout, self.max_idle)),
        })
    }
}

async fn exchange(
    connection: Box<Connection>,
    request: Request<Body>,
    pool: &Arc<Pool>,
) -> Result<Response<Body>, Failed> {
    mark(&request, SendState::Sent);
    let is_long_poll = matches!(request.extensions().get(), Some(Hint::LongPoll { .. }));
    let exchanged = if is_long_poll && *request.method() == Method::GET && request.body().is_end_stream() {
        long_poll::exchange(connection, request, pool).await
    } else {
        connection.exchange(request, pool).await
    };
    if let Err(Failed::Unsent(request, _)) = &exchanged {
        mark(request, SendState::NotSent);
    }
    exchanged
}

fn mark(request: &Request<Body>, state: SendState) {
    if let Some(mark) = request.extensions().get::<SendMark>() {
        mark.set(state);
    }
}

/// The target of `uri` below `base_path`, byte for byte.
fn below(base_path: &str, uri: &Uri) -> Result<Uri, TransportError> {
    let target = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    PathAndQuery::try_from(format!("{base_path}{target}"))
        .map(Uri::from)
        .map_err(|error| TransportError::unsent(TransportErrorKind::Request, error))
}

#[cold]
fn unfit(reason: &'static str) -> TransportError {
    TransportError::unsent(TransportErrorKind::Request, reason)
}
