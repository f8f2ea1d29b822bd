//! TCP.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout};

use crate::hyper::connect::ConnectError;
use crate::hyper::stream::Stream;

/// Tries the addresses of `host` one after the other. Each may take its share of what is left of `limit`, so that one
/// that drops packets does not keep the next from being tried.
pub(super) async fn connect(host: &str, port: u16, limit: Duration) -> Result<Stream, ConnectError> {
    let start = Instant::now();
    let unresolved = |source| ConnectError::Resolve { host: host.to_owned(), source };
    let addresses: Vec<SocketAddr> = lookup_host((host, port)).await.map_err(unresolved)?.collect();
    let mut error = unresolved(io::Error::new(io::ErrorKind::NotFound, "it has no address"));
    let mut untried = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
    for address in addresses {
        let opened = if untried > 1 {
            let share = limit.saturating_sub(start.elapsed()) / untried;
            timeout(share, open(address)).await.unwrap_or_else(|elapsed| Err(elapsed.into()))
        } else {
            // The last has all that is left, and the caller counts that.
            open(address).await
        };
        match opened {
            Ok(socket) => return Ok(Stream::tcp(socket)),
            Err(source) => error = ConnectError::Tcp { address, source },
        }
        untried -= 1;
    }
    Err(error)
}

async fn open(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpStream::connect(address).await?;
    // A request is written whole: there is nothing to wait for to fill a segment.
    socket.set_nodelay(true)?;
    Ok(socket)
}
