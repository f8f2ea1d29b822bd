//! The idle connections of an executor.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::hyper::connection::Connection;

/// What must have passed since a connection was used, for a read to look at its socket first.
///
/// While that little time has passed, the peer can hardly have closed it.
const TRUSTED: Duration = Duration::from_millis(1);

/// Idle connections, in the order in which they became so. The last is used first, so that those a burst has left
/// behind grow old.
pub(super) struct Pool {
    idle: Mutex<Vec<Idle>>,
    idle_timeout: Duration,
    max_idle: usize,
}

struct Idle {
    since: Instant,
    // Boxed once for its life: it is moved from hand to hand with every call.
    connection: Box<Connection>,
}

impl Pool {
    pub(super) fn new(idle_timeout: Duration, max_idle: usize) -> Self {
        Self { idle: Mutex::default(), idle_timeout, max_idle }
    }

    /// The connection used last. It may have been closed by the peer, which its use will tell.
    ///
    /// Before a write it looks at the socket itself in any case; see [`Connection::reuse`].
    pub(super) fn take(&self, is_write: bool) -> Option<Box<Connection>> {
        let now = Instant::now();
        let (expired, taken) = {
            let mut idle = self.lock();
            let expired = match idle.first() {
                Some(oldest) if self.is_expired(oldest, now) => {
                    let end = idle.partition_point(|idle| self.is_expired(idle, now));
                    idle.drain(..end).collect()
                }
                _ => Vec::new(),
            };
            (expired, idle.pop())
        };
        // Closed without the lock.
        drop(expired);
        let Idle { since, connection } = taken?;
        connection.reuse(is_write || now.saturating_duration_since(since) > TRUSTED);
        Some(connection)
    }

    /// Keeps a connection that is ready for another request.
    pub(super) fn put(&self, connection: Box<Connection>) {
        let mut idle = self.lock();
        if idle.len() < self.max_idle {
            // Under the lock, so that the order is that of time.
            idle.push(Idle { since: Instant::now(), connection });
        }
    }

    fn is_expired(&self, idle: &Idle, now: Instant) -> bool {
        now.saturating_duration_since(idle.since) >= self.idle_timeout
    }

    /// Nothing that could panic runs under the lock, so what is in it is whole.
    fn lock(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("idle", &self.lock().len())
            .field("max_idle", &self.max_idle)
            .field("idle_timeout", &self.idle_timeout)
            .finish()
    }
}
