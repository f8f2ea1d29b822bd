//! TCP.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout};

use crate::hyper::connect::ConnectError;

/// Tries the addresses of `host` in order. Each gets an equal share of the remaining time, so that an address that drops
/// packets does not prevent the next one from being tried.
pub(super) async fn connect(host: &str, port: u16, limit: Duration) -> Result<TcpStream, ConnectError> {
    let start = Instant::now();
    let unresolved = |source| ConnectError::Resolve { host: host.to_owned(), source };
    let addresses: Vec<SocketAddr> = lookup_host((host, port)).await.map_err(unresolved)?.collect();
    let mut error = unresolved(io::Error::new(io::ErrorKind::NotFound, "host has no address"));
    let mut untried = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
    for address in addresses {
        let opened = if untried > 1 {
            let share = limit.saturating_sub(start.elapsed()) / untried;
            timeout(share, open(address)).await.unwrap_or_else(|elapsed| Err(elapsed.into()))
        } else {
            // The last address gets all of the remaining time, which the caller limits.
            open(address).await
        };
        match opened {
            Ok(socket) => return Ok(socket),
            Err(source) => error = ConnectError::Tcp { address, source },
        }
        untried -= 1;
    }
    Err(error)
}

async fn open(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpStream::connect(address).await?;
    // A request is written in one piece, so delaying a segment does not help.
    socket.set_nodelay(true)?;
    Ok(socket)
}
