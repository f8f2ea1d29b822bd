//! The idle HTTP/1.1 connections of an executor.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until};

use crate::hyper::connection::Connection;

/// Maximum idle time of a connection for requests that are not idempotent.
///
/// Checking the socket cannot exclude a race with a server that closes the idle connection. Servers close connections
/// that were idle for minutes, rarely for seconds.
const FRESH: Duration = Duration::from_secs(5);

/// Maximum idle time of a connection for reads without checking its socket.
const JUST_USED: Duration = Duration::from_millis(1);

/// Idle connections in the order in which they became idle. The one used last is taken first, so that the additional
/// connections of a burst time out.
///
/// One task closes connections whose time has passed. It runs only while there are idle connections, and ends with the
/// executor.
pub(super) struct Idle {
    state: Mutex<State>,
    timeout: Duration,
    max: usize,
}

#[derive(Default)]
struct State {
    kept: VecDeque<Kept>,
    reserved: Reserved,
    closing: Option<AbortHandle>,
}

struct Kept {
    since: Instant,
    // Boxed once, because it is moved with every call.
    connection: Box<Connection>,
}

/// The connection that only reserved requests use.
#[derive(Default)]
enum Reserved {
    #[default]
    Absent,
    Busy,
    Idle(Kept),
}

impl Reserved {
    fn take_if(&mut self, condition: impl FnOnce(&Kept) -> bool) -> Option<Kept> {
        match std::mem::take(self) {
            Self::Idle(kept) if condition(&kept) => Some(kept),
            other => {
                *self = other;
                None
            }
        }
    }
}

/// Properties of a request that decide which connections it can use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Demand {
    pub(super) is_idempotent: bool,
    pub(super) is_read: bool,
    pub(super) is_reserved: bool,
    /// The oldest generation of the TLS configuration.
    pub(super) generation: u64,
}

/// The place to which a connection returns after its exchange. If it is dropped without a connection, it frees the
/// reserved place.
pub(super) struct Place {
    idle: Arc<Idle>,
    is_reserved: bool,
}

impl Idle {
    pub(super) fn new(timeout: Duration, max: usize) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), timeout, max })
    }

    /// Returns a suitable connection, if there is one, and the place for the connection of this call.
    ///
    /// The server may have closed the connection. This is detected before the request is written.
    pub(super) fn take(self: &Arc<Self>, demand: Demand) -> (Option<Box<Connection>>, Place) {
        let now = Instant::now();
        let max_age = if demand.is_idempotent { self.timeout } else { FRESH.min(self.timeout) };
        let is_current = |kept: &Kept| kept.connection.generation() >= demand.generation;
        let is_usable = |kept: &Kept| now.saturating_duration_since(kept.since) < max_age && is_current(kept);
        let mut state = self.lock();
        let mut is_reserved = demand.is_reserved;
        let mut stale = VecDeque::new();
        if !state.kept.iter().all(is_current) {
            let (current, old) = std::mem::take(&mut state.kept).into_iter().partition(is_current);
            (state.kept, stale) = (current, old);
        }
        let mut taken = None;
        if is_reserved {
            match std::mem::replace(&mut state.reserved, Reserved::Busy) {
                Reserved::Absent => {}
                Reserved::Busy => is_reserved = false,
                Reserved::Idle(kept) if is_usable(&kept) => taken = Some(kept),
                Reserved::Idle(kept) => stale.push_back(kept),
            }
        }
        if taken.is_none() && state.kept.back().is_some_and(is_usable) {
            taken = state.kept.pop_back();
        }
        drop(state);
        drop(stale);
        let connection = taken.map(|Kept { since, connection }| {
            let look = !demand.is_read || now.saturating_duration_since(since) > JUST_USED;
            connection.reuse(look);
            connection
        });
        (connection, Place { idle: Arc::clone(self), is_reserved })
    }

    /// Returns the place for a new connection of an ordinary request.
    pub(super) fn place(self: &Arc<Self>) -> Place {
        Place { idle: Arc::clone(self), is_reserved: false }
    }

    /// Starts the task that closes connections by time, unless it runs. Returns `false` without a runtime.
    fn start_closing(self: &Arc<Self>, state: &mut State) -> bool {
        if state.closing.as_ref().is_some_and(|task| !task.is_finished()) {
            return true;
        }
        let Ok(runtime) = Handle::try_current() else { return false };
        let closing = close_by_time(Arc::downgrade(self), Instant::now() + self.timeout);
        state.closing = Some(runtime.spawn(closing).abort_handle());
        true
    }

    /// Closes connections whose time has passed. Returns when the next one is due.
    fn close_expired(&self) -> Option<Instant> {
        let now = Instant::now();
        let mut state = self.lock();
        let mut expired = Vec::new();
        while state.kept.front().is_some_and(|kept| kept.since + self.timeout <= now) {
            expired.extend(state.kept.pop_front());
        }
        if let Some(kept) = state.reserved.take_if(|kept| kept.since + self.timeout <= now) {
            expired.push(kept);
        }
        let reserved = match &state.reserved {
            Reserved::Idle(kept) => Some(kept),
            Reserved::Absent | Reserved::Busy => None,
        };
        let due = state.kept.front().into_iter().chain(reserved).map(|kept| kept.since + self.timeout).min();
        if due.is_none() {
            state.closing = None;
        }
        drop(state);
        drop(expired);
        due
    }

    /// No code panics while it holds the lock, so its contents are consistent.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn close_by_time(idle: Weak<Idle>, first: Instant) {
    let mut due = Some(first);
    while let Some(at) = due {
        sleep_until(at).await;
        let Some(idle) = idle.upgrade() else { return };
        due = idle.close_expired();
    }
}

impl Place {
    /// Keeps a connection for the next call, if it can be reused.
    pub(super) fn put(mut self, mut connection: Box<Connection>) {
        if self.idle.max == 0 || self.idle.timeout.is_zero() || !connection.is_reusable() {
            return;
        }
        let mut state = self.idle.lock();
        if !self.idle.start_closing(&mut state) {
            return;
        }
        // Read while locked, so that the connections are sorted by time.
        let kept = Kept { since: Instant::now(), connection };
        let mut surplus = None;
        if std::mem::take(&mut self.is_reserved) {
            state.reserved = Reserved::Idle(kept);
        } else {
            state.kept.push_back(kept);
            if state.kept.len() > self.idle.max {
                surplus = state.kept.pop_front();
            }
        }
        drop(state);
        drop(surplus);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.is_reserved {
            self.idle.lock().reserved = Reserved::Absent;
        }
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        if let Some(task) = &self.lock().closing {
            task.abort();
        }
    }
}

impl fmt::Debug for Idle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Idle")
            .field("connections", &self.lock().kept.len())
            .field("max", &self.max)
            .field("timeout", &self.timeout)
            .finish()
    }
}
