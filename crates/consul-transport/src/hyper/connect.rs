//! Establishing a connection.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::timeout;

use crate::hyper::stream::Stream;
use crate::hyper::tcp;
#[cfg(unix)]
use crate::hyper::unix;
use crate::{Address, TransportError, TransportErrorKind};

/// Reason why no connection was established. It is the source of a [`TransportError`] of the kind
/// [`Connect`](TransportErrorKind::Connect).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The host name was not resolved.
    #[error("failed to resolve host {host:?}")]
    Resolve {
        /// The host name.
        host: String,
        /// Error of the resolver. Also set if the resolver found no address.
        source: io::Error,
    },
    /// An address did not accept the connection. If a name has several addresses, this is the last one tried.
    #[error("failed to connect to {address}")]
    Tcp {
        /// The address.
        address: SocketAddr,
        /// Error of the system.
        source: io::Error,
    },
    /// The connection was not established in time.
    #[error("connecting to {address} timed out after {limit:?}")]
    Timeout {
        /// The address of the executor.
        address: Address,
        /// The time limit.
        limit: Duration,
    },
    /// The path of the unix socket does not exist.
    #[error("unix socket {} does not exist", .0.display())]
    SocketMissing(PathBuf),
    /// This process has no permission to use the unix socket.
    #[error("permission denied for unix socket {}", .0.display())]
    SocketPermission(PathBuf),
    /// The file is not a socket.
    #[error("{} is not a socket", .0.display())]
    NotASocket(PathBuf),
    /// The unix socket did not accept the connection. For example, the agent that created it has exited.
    #[error("failed to connect to unix socket {}", display(path))]
    Socket {
        /// The path. It starts with a NUL byte if the socket is abstract.
        path: PathBuf,
        /// Error of the system.
        source: io::Error,
    },
}

/// Returns the path in the form that an address has.
fn display(path: &Path) -> String {
    path.display().to_string().replacen('\0', "@", 1)
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
