//! Reasons why a connection could not be established.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::Address;
#[cfg(feature = "tls")]
use crate::TlsError;
use crate::bounded::Bounded;

/// Reason why no connection was established. It is the source of a [`TransportError`](crate::TransportError), usually of
/// the kind [`Connect`](crate::TransportErrorKind::Connect).
///
/// `Debug` shows the text of `Display`.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The host name was not resolved.
    #[error("failed to resolve host {:?}", Bounded::name(.host))]
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
    #[error("connecting to {} timed out after {limit:?}", Bounded::name(.address))]
    Timeout {
        /// The address of the executor.
        address: Address,
        /// The time limit.
        limit: Duration,
    },
    /// The path of the unix socket does not exist.
    #[error("unix socket {} does not exist", Bounded::name(.0.display()))]
    SocketMissing(PathBuf),
    /// This process has no permission to use the unix socket.
    #[error("permission denied for unix socket {}", Bounded::name(.0.display()))]
    SocketPermission(PathBuf),
    /// The file is not a socket.
    #[error("{} is not a socket", Bounded::name(.0.display()))]
    NotASocket(PathBuf),
    /// The unix socket did not accept the connection. For example, the agent that created it has exited.
    #[error("failed to connect to unix socket {}", Bounded::name(display(.path)))]
    Socket {
        /// The path. It starts with a NUL byte if the socket is abstract.
        path: PathBuf,
        /// Error of the system.
        source: io::Error,
    },
    /// The server closed the connection during the TLS handshake. Agents at their connection limit do this. The kind of
    /// the error is [`Rejected`](crate::TransportErrorKind::Rejected).
    #[error("connection to {} was closed during the TLS handshake", Bounded::name(.address))]
    Handshake {
        /// The address of the executor.
        address: Address,
        /// Error of the system.
        source: io::Error,
    },
    /// The TLS connection was not established. The kind of the error is [`Tls`](crate::TransportErrorKind::Tls).
    #[cfg(feature = "tls")]
    #[error("no TLS connection to {}", Bounded::name(.address))]
    Tls {
        /// The address of the executor.
        address: Address,
        /// The reason.
        source: TlsError,
    },
    /// The server accepted HTTP/2 and sent an HTTP/1.1 response. Agents at their connection limit send 429 in this way.
    /// The kind of the error is [`Rejected`](crate::TransportErrorKind::Rejected).
    #[error("{} rejected the connection with status {status}", Bounded::name(.address))]
    Status {
        /// The address of the executor.
        address: Address,
        /// The status of the response, or 0 if it is not a number.
        status: u16,
    },
}

impl fmt::Debug for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConnectError({self})")
    }
}

/// Returns the path in the form that an address has.
fn display(path: &Path) -> String {
    path.display().to_string().replacen('\0', "@", 1)
}
