//! The default executor: HTTP/1.1 on hyper's connections, over TCP and unix sockets.
//!
//! A call owns the connection that it uses and drives it with the waker of the task that awaits the call; see
//! [`Connection`](connection::Connection). So a dropped call closes its connection, a response needs no second task to
//! be woken, and two calls never share a connection. At the end of the response's body, the connection joins a small
//! set of idle ones.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::header::{ACCEPT_ENCODING, CONTENT_LENGTH, HOST, HeaderValue};
use http::uri::PathAndQuery;
use http::{Method, Request, Response, Uri, Version};
use http_body::Body as _;

use crate::hyper::connection::{Connection, Failed};
use crate::hyper::idle::{Demand, Idle, Place};
use crate::{
    Address, Body, Executor, Hint, Idempotent, SendMark, SendState, TransportError, TransportErrorKind,
};

mod body;
mod builder;
mod connect;
mod connection;
mod head;
mod idle;
mod io_state;
mod stream;
mod tcp;
#[cfg(unix)]
mod unix;

pub use self::builder::{BuildError, HyperExecutorBuilder};
pub use self::connect::ConnectError;

/// An [`Executor`] that speaks HTTP/1.1 to the agent at one [`Address`].
///
/// It needs a tokio runtime with IO and time enabled, of either flavor. Connections belong to the runtime that opened
/// them, so each runtime needs its own executor. A host name is resolved on tokio's blocking pool.
///
/// The [`source`](std::error::Error::source) of an error is a [`ConnectError`] if no connection was established, and
/// otherwise usually an error of hyper.
///
/// A response head may have 64 KiB and 100 header fields. A larger one is a
/// [`Protocol`](TransportErrorKind::Protocol) error.
///
/// ```no_run
/// use consul_transport::{Address, Body, Executor, HyperExecutor};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let executor = HyperExecutor::new(Address::default())?;
/// let response = executor.execute(http::Request::get("/v1/status/leader").body(Body::empty())?).await?;
/// println!("{} {:?}", response.status(), response.into_body().collect(1 << 20).await?);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct HyperExecutor {
    address: Address,
    host: HeaderValue,
    connect_timeout: Duration,
    idle: Arc<Idle>,
}

impl HyperExecutor {
    /// Creates an executor with default settings.
    ///
    /// # Errors
    ///
    /// Returns a [`BuildError`] if the address requires TLS, or if its host cannot be sent in a header.
    pub fn new(address: Address) -> Result<Self, BuildError> {
        Self::builder(address).build()
    }

    /// Returns a builder for an executor.
    pub fn builder(address: Address) -> HyperExecutorBuilder {
        HyperExecutorBuilder::new(address)
    }

    /// Returns the address of the agent.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Completes a request with the properties of this connection to the agent.
    fn prepare(&self, request: &mut Request<Body>) -> Result<(), TransportError> {
        let uri = request.uri();
        if uri.authority().is_some() || !uri.path().starts_with('/') {
            return Err(invalid("request is not in origin form: its target must start with a slash"));
        }
        let base_path = self.address.base_path();
        if !base_path.is_empty() {
            *request.uri_mut() = below(base_path, uri)?;
        }
        let is_empty = request.body().is_end_stream();
        let method = request.method();
        if is_empty {
            // hyper sends no length for an empty body, and Consul rejects some writes without one.
            if matches!(*method, Method::PUT | Method::POST | Method::PATCH) {
                request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
            }
        } else if matches!(*method, Method::GET | Method::HEAD)
            && request.body().size_hint().exact().is_none()
        {
            // hyper would send none of it.
            return Err(invalid("a GET or HEAD request cannot have a body of unknown length"));
        }
        let headers = request.headers_mut();
        headers.insert(HOST, self.host.clone());
        headers.entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static("identity"));
        *request.version_mut() = Version::HTTP_11;
        Ok(())
    }

    /// Sends the request on an idle connection, or returns it with the place for a new one.
    async fn reuse(
        &self,
        mut request: Request<Body>,
    ) -> Result<Result<Response<Body>, Unused>, TransportError> {
        let demand = demand(&request);
        loop {
            let (connection, place) = self.idle.take(demand);
            let Some(connection) = connection else { return Ok(Err((request, place))) };
            match connection.exchange(request, place).await {
                Ok(response) => return Ok(Ok(response)),
                // The agent closed this connection before anything was written.
                Err(Failed::Unsent(returned, _)) => request = *returned,
                Err(Failed::Broken(error)) => return Err(error),
            }
        }
    }
}

/// A request that no idle connection could carry, and the place for its new connection.
type Unused = (Request<Body>, Place);

#[async_trait]
impl Executor for HyperExecutor {
    async fn execute(&self, mut request: Request<Body>) -> Result<Response<Body>, TransportError> {
        if let Some(mark) = request.extensions().get::<SendMark>() {
            mark.set(SendState::NotSent);
        }
        self.prepare(&mut request)?;
        let (request, place) = if request.extensions().get() == Some(&Hint::FreshConnection) {
            (request, self.idle.place())
        } else {
            match self.reuse(request).await? {
                Ok(response) => return Ok(response),
                Err(unused) => unused,
            }
        };
        let stream = connect::connect(&self.address, self.connect_timeout).await?;
        let rejected = |error| TransportError::unsent(TransportErrorKind::Rejected, error);
        let connection = Connection::handshake(stream).await.map_err(rejected)?;
        connection.exchange(request, place).await.map_err(|failed| match failed {
            Failed::Unsent(_, error) => rejected(error),
            Failed::Broken(error) if error.is_unsent() && error.kind() == TransportErrorKind::Closed => {
                TransportError::unsent(TransportErrorKind::Rejected, error)
            }
            Failed::Broken(error) => error,
        })
    }
}

/// Returns the properties that decide which connection can carry a request.
fn demand(request: &Request<Body>) -> Demand {
    let (is_read, extensions) = (request.method().is_safe(), request.extensions());
    Demand {
        is_read,
        is_idempotent: is_read || extensions.get::<Idempotent>().is_some(),
        is_reserved: extensions.get() == Some(&Hint::Reserved),
    }
}

/// Returns the target of `uri` below `base_path`, byte for byte.
fn below(base_path: &str, uri: &Uri) -> Result<Uri, TransportError> {
    let target = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    PathAndQuery::try_from(format!("{base_path}{target}"))
        .map(Uri::from)
        .map_err(|error| TransportError::unsent(TransportErrorKind::Request, error))
}

#[cold]
fn invalid(reason: &'static str) -> TransportError {
    TransportError::unsent(TransportErrorKind::Request, reason)
}
