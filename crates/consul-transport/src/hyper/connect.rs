//! Establishing a connection.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::timeout;

use crate::hyper::stream::Stream;
use crate::hyper::tcp;
#[cfg(unix)]
use crate::hyper::unix;
use crate::{Address, TransportError, TransportErrorKind};

/// Why there is no connection; the source of a [`TransportError`] of the kind [`Connect`](TransportErrorKind::Connect).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The name of the host was not resolved.
    #[error("name {host:?} was not resolved")]
    Resolve {
        /// The name.
        host: String,
        /// What the resolver says; where it found no address, that.
        source: io::Error,
    },
    /// An address does not take connections. Of several behind a name, the last that was tried.
    #[error("no connection to {address}")]
    Tcp {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// Not established in time.
    #[error("no connection to {address} within {limit:?}")]
    Timeout {
        /// Where the executor connects to.
        address: Address,
        /// How long it was tried.
        limit: Duration,
    },
    /// There is nothing at the path of the socket.
    #[error("socket {} does not exist", .0.display())]
    SocketMissing(PathBuf),
    /// This process may not use the socket.
    #[error("no permission for socket {}", .0.display())]
    SocketPermission(PathBuf),
    /// What is at the path is not a socket.
    #[error("{} is not a socket", .0.display())]
    NotASocket(PathBuf),
    /// A socket that takes no connections, such as one left behind by an agent that is gone.
    #[error("no connection to socket {}", path.display())]
    Socket {
        /// Its path.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Connects to `address` within `limit`.
pub(super) async fn connect(address: &Address, limit: Duration) -> Result<Stream, TransportError> {
    let connected = timeout(limit, async {
        match address.unix_path() {
            #[cfg(unix)]
            Some(path) => unix::connect(path).await,
            #[cfg(not(unix))]
            Some(path) => {
                let source = io::ErrorKind::Unsupported.into();
                Err(ConnectError::Socket { path: path.to_owned(), source })
            }
            None => {
                tcp::connect(address.host().unwrap_or_default(), address.port().unwrap_or_default(), limit)
                    .await
            }
        }
    });
    connected
        .await
        .unwrap_or_else(|_| Err(ConnectError::Timeout { address: address.clone(), limit }))
        .map_err(|error| TransportError::unsent(TransportErrorKind::Connect, error))
}
