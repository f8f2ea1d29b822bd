//! The streams of an HTTP/2 connection, counted as the server counts them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::Http2;

/// The slots of one connection.
///
/// A server executes a cancelled long poll until its wait ends, and it counts as an open stream until then. So the
/// slot of a cancelled long poll stays in use.
pub(super) struct Slots(Mutex<State>);

struct State {
    /// The peer's limit of concurrent streams.
    limit: usize,
    used: usize,
    /// When the slots of cancelled long polls become free. They are part of `used`.
    cancelled: BinaryHeap<Reverse<Instant>>,
    last_used: Instant,
    is_closed: bool,
}

/// The slot of one stream.
pub(in crate::hyper) struct Slot {
    connection: Arc<Http2>,
    /// When the wait of a long poll ends. `None` once the response has ended.
    until: Option<Instant>,
    freed: Arc<Notify>,
}

impl Slots {
    pub(super) fn new() -> Self {
        Self(Mutex::new(State {
            limit: usize::MAX,
            used: 0,
            cancelled: BinaryHeap::new(),
            last_used: Instant::now(),
            is_closed: false,
        }))
    }

    pub(super) fn take(&self, max: usize) -> bool {
        let mut state = self.lock();
        state.release_cancelled();
        let is_free = !state.is_closed && state.used < max.min(state.limit);
        state.used += usize::from(is_free);
        is_free
    }

    fn give_back(&self, until: Option<Instant>) {
        let mut state = self.lock();
        state.last_used = Instant::now();
        match until {
            Some(until) if until > state.last_used => state.cancelled.push(Reverse(until)),
            _ => state.used -= 1,
        }
    }

    /// Returns the number of streams that are open on this side.
    pub(super) fn open(&self) -> usize {
        let state = self.lock();
        state.used - state.cancelled.len()
    }

    pub(super) fn set_limit(&self, limit: usize) {
        self.lock().limit = limit;
    }

    pub(super) fn next_free(&self) -> Option<Instant> {
        self.lock().cancelled.peek().map(|Reverse(at)| *at)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lock().is_closed
    }

    pub(super) fn close(&self) {
        self.lock().is_closed = true;
    }

    /// Closes the connection for new requests if it has been idle for `timeout`.
    pub(super) fn close_if_idle(&self, timeout: Duration) -> bool {
        let mut state = self.lock();
        state.release_cancelled();
        if state.used == 0 && state.last_used.elapsed() >= timeout {
            state.is_closed = true;
        }
        state.is_closed && state.used == 0
    }

    /// Nothing panics under the lock, so its contents are consistent.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn release_cancelled(&mut self) {
        if self.cancelled.is_empty() {
            return;
        }
        let now = Instant::now();
        while self.cancelled.peek().is_some_and(|Reverse(at)| *at <= now) {
            self.cancelled.pop();
            self.used -= 1;
        }
    }
}

impl Slot {
    pub(super) fn new(connection: Arc<Http2>, held: Option<Duration>, freed: Arc<Notify>) -> Self {
        let until = held.and_then(|held| Instant::now().checked_add(held));
        Self { connection, until, freed }
    }

    pub(in crate::hyper) fn connection(&self) -> &Arc<Http2> {
        &self.connection
    }

    /// Notes that the server has finished with this stream.
    pub(in crate::hyper) fn end(&mut self) {
        self.until = None;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.connection.slots.give_back(self.until);
        self.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn slot_of_a_cancelled_long_poll_stays_in_use_until_its_wait_ends() {
        let slots = Slots::new();
        slots.set_limit(2);
        assert!(slots.take(10) && slots.take(10) && !slots.take(10));
        slots.give_back(Some(Instant::now() + Duration::from_secs(8)));
        assert_eq!(slots.open(), 1);
        assert!(!slots.take(10));
        tokio::time::advance(Duration::from_secs(8)).await;
        assert!(slots.take(10));
        slots.give_back(None);
        assert!(slots.take(10) && !slots.take(10));
    }

    #[tokio::test(start_paused = true)]
    async fn idle_connection_is_closed_for_new_requests_first() {
        let slots = Slots::new();
        let timeout = Duration::from_secs(60);
        assert!(slots.take(1));
        tokio::time::advance(timeout).await;
        assert!(!slots.close_if_idle(timeout));
        slots.give_back(None);
        assert!(!slots.close_if_idle(timeout));
        tokio::time::advance(timeout).await;
        assert!(slots.close_if_idle(timeout));
        assert!(!slots.take(1));
    }
}
