//! Establishes connections.

use std::time::Duration;

use tokio::time::timeout;

use crate::hyper::connection::Connection;
#[cfg(feature = "tls")]
use crate::hyper::http2::Http2;
use crate::hyper::stream::Stream;
use crate::hyper::tcp;
#[cfg(feature = "tls")]
use crate::hyper::tls::Tls;
#[cfg(unix)]
use crate::hyper::unix;
use crate::{Address, TransportError, TransportErrorKind};

mod error;
#[cfg(feature = "tls")]
mod https;

pub use self::error::ConnectError;
#[cfg(feature = "tls")]
pub(super) use self::https::Protocol;

/// Opens connections to one address.
pub(super) struct Connector {
    address: Address,
    timeout: Duration,
    #[cfg(feature = "tls")]
    https: Option<https::Https>,
}

/// A new connection.
pub(super) enum Opened {
    Http1(Box<Connection>),
    #[cfg(feature = "tls")]
    Http2(std::sync::Arc<Http2>),
}

impl Connector {
    pub(super) fn new(address: Address, timeout: Duration) -> Self {
        Self {
            address,
            timeout,
            #[cfg(feature = "tls")]
            https: None,
        }
    }

    /// Uses TLS for all connections.
    #[cfg(feature = "tls")]
    pub(super) fn with_tls(self, tls: Tls, idle_timeout: Duration) -> Self {
        Self { https: Some(https::Https::new(tls, idle_timeout)), ..self }
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// Opens a connection, over TLS up to the first frame of the server.
    pub(super) async fn open(&self) -> Result<Opened, TransportError> {
        // Boxed, because a call would keep its memory, several KiB, for as long as it waits for a response.
        let opened = timeout(self.timeout, Box::pin(self.open_without_limit())).await;
        opened.unwrap_or_else(|_| {
            Err(failed(ConnectError::Timeout { address: self.address.clone(), limit: self.timeout }))
        })
    }

    async fn open_without_limit(&self) -> Result<Opened, TransportError> {
        if let Some(path) = self.address.unix_path() {
            #[cfg(unix)]
            return http1(unix::connect(path).await.map_err(failed)?).await;
            #[cfg(not(unix))]
            return Err(failed(ConnectError::Socket {
                path: path.to_owned(),
                source: std::io::ErrorKind::Unsupported.into(),
            }));
        }
        let (host, port) = (self.address.host().unwrap_or_default(), self.address.port().unwrap_or_default());
        let socket = tcp::connect(host, port, self.timeout).await.map_err(failed)?;
        #[cfg(feature = "tls")]
        if let Some(https) = &self.https {
            return https.open(socket, &self.address).await;
        }
        http1(Stream::tcp(socket)).await
    }
}

async fn http1(stream: Stream) -> Result<Opened, TransportError> {
    let rejected = |error| TransportError::unsent(TransportErrorKind::Rejected, error);
    Connection::handshake(stream).await.map(Opened::Http1).map_err(rejected)
}

fn failed(error: ConnectError) -> TransportError {
    TransportError::unsent(TransportErrorKind::Connect, error)
}
