//! HTTP/2 connections for one kind of request.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use crate::TransportError;
use crate::hyper::connect::{Connector, Opened};
use crate::hyper::connection::Connection;
use crate::hyper::http2::{Http2, Slot};

/// Maximum number of long polls of a connection. Consul allows 250 streams.
const LONG_POLLS: usize = 240;

/// Maximum number of long polls of all connections.
pub(super) const MAX_LONG_POLLS: usize = 2 * LONG_POLLS;

/// The connections for one kind of request. Short requests and long polls have different lanes, so that short
/// requests never wait for long polls.
///
/// One caller connects. The others wait for it, and share the error if it fails. If it is dropped, the next caller
/// connects.
pub(super) struct Lane {
    max_connections: usize,
    max_streams: usize,
    connections: Mutex<Vec<Arc<Http2>>>,
    /// Locked by the caller that connects.
    connecting: tokio::sync::Mutex<()>,
    attempts: Mutex<Attempts>,
    freed: Arc<Notify>,
}

/// Attempts to connect.
#[derive(Default)]
struct Attempts {
    finished: u64,
    /// Number and error of the last failed attempt.
    failed: Option<(u64, TransportError)>,
}

/// Properties of a request that decide which connection can carry it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Want {
    /// The wait of a long poll.
    pub(super) held: Option<Duration>,
    /// Set if the connection must be opened after the start of the call.
    pub(super) is_fresh: bool,
    /// The oldest generation of the TLS configuration.
    pub(super) generation: u64,
}

/// The connection for a request.
pub(super) enum Placed {
    Http2(Slot),
    /// The server does not support HTTP/2. Contains the HTTP/1.1 connection if this caller opened it.
    Http1(Option<Box<Connection>>),
}

impl Lane {
    /// Creates the lane of short requests, with one connection.
    pub(super) fn short() -> Self {
        Self::new(1, usize::MAX)
    }

    /// Creates the lane of long polls.
    pub(super) fn long() -> Self {
        Self::new(MAX_LONG_POLLS / LONG_POLLS, LONG_POLLS)
    }

    fn new(max_connections: usize, max_streams: usize) -> Self {
        Self {
            max_connections,
            max_streams,
            connections: Mutex::default(),
            connecting: tokio::sync::Mutex::default(),
            attempts: Mutex::default(),
            freed: Arc::default(),
        }
    }

    /// Returns a connection for a request, and waits if all are full.
    pub(super) async fn place(&self, connector: &Connector, want: Want) -> Result<Placed, TransportError> {
        let start = Instant::now();
        let finished = lock(&self.attempts).finished;
        loop {
            let mut freed = pin!(self.freed.notified());
            freed.as_mut().enable();
            if let Some(slot) = self.take(want, start) {
                return Ok(Placed::Http2(slot));
            }
            let connecting = self.connecting.lock().await;
            if connector.is_http1() {
                return Ok(Placed::Http1(None));
            }
            if let Some(slot) = self.take(want, start) {
                return Ok(Placed::Http2(slot));
            }
            if let Some((number, error)) = &lock(&self.attempts).failed
                && *number > finished
            {
                return Err(error.clone());
            }
            if lock(&self.connections).len() >= self.max_connections {
                drop(connecting);
                match self.next_free() {
                    Some(at) => drop(timeout_at(at, freed).await),
                    None => freed.await,
                }
                continue;
            }
            let opened = connector.open().await;
            let mut attempts = lock(&self.attempts);
            attempts.finished += 1;
            match opened {
                Ok(Opened::Http2(connection)) => lock(&self.connections).push(connection),
                Ok(Opened::Http1(connection)) => return Ok(Placed::Http1(Some(connection))),
                Err(error) => {
                    attempts.failed = Some((attempts.finished, error.clone()));
                    return Err(error);
                }
            }
        }
    }

    /// Acquires a slot, and removes connections that accept no more requests.
    fn take(&self, want: Want, start: Instant) -> Option<Slot> {
        let mut connections = lock(&self.connections);
        connections.retain(|connection| {
            let is_old =
                connection.generation() < want.generation || (want.is_fresh && connection.opened() < start);
            !is_old && !connection.is_closed()
        });
        connections.iter().find_map(|connection| connection.take(self.max_streams, want.held, &self.freed))
    }

    fn next_free(&self) -> Option<Instant> {
        lock(&self.connections).iter().filter_map(|connection| connection.next_free()).min()
    }
}

/// No code panics while it holds a lock of the lane, so their contents are consistent.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
