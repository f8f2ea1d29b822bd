//! The default executor: HTTP/1.1 over TCP and unix sockets, and both HTTP/1.1 and HTTP/2 over TLS.
//!
//! Over HTTP/1.1, a call owns the connection that it uses and drives it with the waker of the task that awaits the
//! call; see [`Connection`](connection::Connection). So dropping a call closes its connection, a response wakes only
//! one task, and two calls never share a connection. At the end of the response's body, the connection is added to a
//! small set of [`idle`] ones.
//!
//! Over HTTP/2, calls share connections, which are each driven by a task; see [`lane`] and [`http2`].

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use http::header::{HOST, HeaderValue};
use http::{Request, Response, Version};

use crate::hyper::connect::{Connector, Opened};
use crate::hyper::connection::{Connection, Failed};
use crate::hyper::idle::{Idle, Place};
use crate::{Address, Body, Executor, Hint, SendMark, SendState, TransportError, TransportErrorKind};

mod body;
mod builder;
mod connect;
mod connection;
mod head;
#[cfg(feature = "tls")]
mod http2;
#[cfg(feature = "tls")]
mod https;
mod idle;
mod io_state;
#[cfg(feature = "tls")]
mod lane;
mod request;
#[cfg(feature = "tls")]
mod sniff;
mod stream;
mod tcp;
#[cfg(feature = "tls")]
mod tls;
#[cfg(unix)]
mod unix;

pub use self::builder::{BuildError, HyperExecutorBuilder};
pub use self::connect::ConnectError;

/// An [`Executor`] for the agent at one [`Address`].
///
/// It supports HTTP/1.1 over TCP and unix sockets. With the feature `tls`, it supports HTTP/1.1 and HTTP/2 over TLS,
/// and uses the protocol that the server prefers.
///
/// It needs a tokio runtime with IO and time enabled, of either flavor. Connections belong to the runtime that opened
/// them, so each runtime needs its own executor. A host name is resolved on tokio's blocking pool.
///
/// The [`source`](std::error::Error::source) of an error is a [`ConnectError`] if no connection was established, and
/// otherwise usually an error of hyper or h2.
///
/// A response head can have at most 64 KiB and 100 header fields. A larger one is a
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
pub struct HyperExecutor {
    connector: Connector,
    host: HeaderValue,
    idle: Arc<Idle>,
    #[cfg(feature = "tls")]
    lanes: https::Lanes,
}

impl HyperExecutor {
    /// Creates an executor with default settings.
    ///
    /// # Errors
    ///
    /// Returns a [`BuildError`] if the address requires TLS and the feature `tls` is off, or if the host of the address
    /// cannot be used.
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
        self.connector.address()
    }

    /// Sends a request on an idle connection, or on a new one.
    async fn execute_http1(
        &self,
        mut request: Box<Request<Body>>,
        generation: u64,
    ) -> Result<Response<Body>, Interrupted> {
        self.prepare_http1(&mut request);
        let place = if request.extensions().get() == Some(&Hint::FreshConnection) {
            self.idle.place()
        } else {
            let demand = request::demand(&request, generation);
            loop {
                let (connection, place) = self.idle.take(demand);
                let Some(connection) = connection else { break place };
                match connection.exchange(request, place).await {
                    Ok(response) => return Ok(response),
                    // The agent closed this connection before the request was written.
                    Err(Failed::Unsent(returned, _)) => request = returned,
                    Err(Failed::Broken(error)) => return Err(error.into()),
                }
            }
        };
        match self.connector.open().await? {
            Opened::Http1(connection) => Ok(self.exchange_first(connection, request, place).await?),
            #[cfg(feature = "tls")]
            Opened::Http2(connection) => {
                drop(connection);
                Err(Interrupted::Http2(request))
            }
        }
    }

    fn prepare_http1(&self, request: &mut Request<Body>) {
        request.headers_mut().insert(HOST, self.host.clone());
        *request.version_mut() = Version::HTTP_11;
    }

    /// Sends the first request on a new connection.
    async fn exchange_first(
        &self,
        connection: Box<Connection>,
        request: Box<Request<Body>>,
        place: Place,
    ) -> Result<Response<Body>, TransportError> {
        let mark = request.extensions().get::<SendMark>().cloned();
        let rejected = |error| TransportError::unsent(TransportErrorKind::Rejected, error);
        let error = match connection.exchange(request, place).await {
            Ok(response) => return Ok(response),
            Err(Failed::Unsent(_, error)) => rejected(error),
            Err(Failed::Broken(error)) if error.is_unsent() && error.kind() == TransportErrorKind::Closed => {
                TransportError::unsent(TransportErrorKind::Rejected, error)
            }
            Err(Failed::Broken(error)) => error,
        };
        #[cfg(feature = "tls")]
        let error = self.connector.explain(error);
        if let Some(mark) = mark
            && error.is_unsent()
        {
            mark.set(SendState::NotSent);
        }
        Err(error)
    }
}

/// The reason for a request without a response over HTTP/1.1.
enum Interrupted {
    Failed(TransportError),
    /// The server has changed to HTTP/2.
    #[cfg(feature = "tls")]
    Http2(Box<Request<Body>>),
}

impl From<TransportError> for Interrupted {
    fn from(error: TransportError) -> Self {
        Self::Failed(error)
    }
}

impl HyperExecutor {
    async fn execute_plain(&self, mut request: Box<Request<Body>>) -> Result<Response<Body>, TransportError> {
        self.prepare(&mut request)?;
        match self.execute_http1(request, 0).await {
            Ok(response) => Ok(response),
            Err(Interrupted::Failed(error)) => Err(error),
            #[cfg(feature = "tls")]
            Err(Interrupted::Http2(_)) => {
                Err(TransportError::unsent(TransportErrorKind::Protocol, "server chose HTTP/2 without TLS"))
            }
        }
    }

    fn prepare(&self, request: &mut Request<Body>) -> Result<(), TransportError> {
        if let Some(mark) = request.extensions().get::<SendMark>() {
            mark.set(SendState::NotSent);
        }
        request::prepare(request, self.address().base_path())
    }
}

/// Future of a call.
type Execution<'a> = Pin<Box<dyn Future<Output = Result<Response<Body>, TransportError>> + Send + 'a>>;

impl Executor for HyperExecutor {
    // Written without `async_trait`, so that a call over HTTP/2 does not also contain the state of a call over
    // HTTP/1.1.
    fn execute<'a, 'b>(&'a self, request: Request<Body>) -> Execution<'b>
    where
        'a: 'b,
        Self: 'b,
    {
        // Boxed, because each of the nested futures would contain it, and the memory of all of them is that of a call.
        let request = Box::new(request);
        #[cfg(feature = "tls")]
        if self.address().is_tls() {
            return Box::pin(self.execute_https(request));
        }
        Box::pin(self.execute_plain(request))
    }

    fn address(&self) -> Option<&Address> {
        Some(Self::address(self))
    }

    #[cfg(feature = "tls")]
    fn max_long_polls(&self) -> Option<usize> {
        (self.connector.protocol() == Some(connect::Protocol::Http2)).then_some(lane::MAX_LONG_POLLS)
    }
}

impl fmt::Debug for HyperExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperExecutor").field("address", self.address()).field("idle", &self.idle).finish()
    }
}
