//! Limits the requests of watches that are in flight.
//!
//! An agent allows 200 connections from one address, which all programs on a host share, and rejects further
//! connections, even for session renewals. Each request of a watch uses a connection while the server holds it. So
//! watches need a permit for each request. Long polls and short requests have different permits.

mod slots;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use consul_proto::machine::Slot;

use crate::Error;
use crate::runtime::{Instant, Runtime};
use crate::watch::driver::Pending;
use slots::{Id, Slots};

/// Default maximum number of long polls.
pub(crate) const LONG_POLLS: usize = 128;
/// The smallest number of short requests of watches, and how many long polls there are for each of them beyond.
///
/// After the loss of a connection that all share, each watch sends one that lasts 100 ms, so their number decides how
/// soon all have recovered.
const SHORT: usize = 8;
const LONG_PER_SHORT: usize = 16;
/// Interval in which each watch polls, if there are more watches than permits.
const ROUND: Duration = Duration::from_secs(10);
/// The shortest wait that the limiter sets. It limits the request rate of very many watches.
const MIN_WAIT: Duration = Duration::from_secs(2);
/// How long a permit stays unused after a short request that failed: by default, all watches together
/// send 16 requests a second then.
const COOL_DOWN: Duration = Duration::from_millis(500);
/// Maximum number of long polls of leases, which count but do not wait.
const LEASES: usize = 32;

/// The permits of a client's watches.
#[derive(Debug)]
pub(crate) struct Limiter {
    runtime: Arc<dyn Runtime>,
    long: Slots,
    short: Slots,
    /// Number of watches that have requested a permit.
    watches: AtomicUsize,
}

impl Limiter {
    pub(crate) fn new(long_polls: usize, runtime: Arc<dyn Runtime>) -> Self {
        let (long, short) = (Slots::new(long_polls), Slots::new(SHORT.max(long_polls / LONG_PER_SHORT)));
        Self { runtime, long, short, watches: AtomicUsize::new(0) }
    }

    /// Returns the configured number of long polls.
    pub(crate) fn max_long_polls(&self) -> usize {
        self.long.max()
    }

    /// Halves the number of long polls, after a sign that the agent has no connection left for this host. The number
    /// then grows by one every 10 seconds.
    pub(crate) fn connection_limit_reached(&self, is_certain: bool) {
        self.long.halve(is_certain, self.runtime.now());
    }

    fn slots(&self, slot: Slot) -> &Slots {
        match slot {
            Slot::Short => &self.short,
            Slot::LongPoll | Slot::Lease => &self.long,
        }
    }

    /// Returns the maximum time that the server may hold a request.
    ///
    /// With at most half as many watches as permits, there is no limit, so that small programs are not affected. With
    /// more, waits get shorter before a watch must queue, so that permits are soon free again. Permits of dropped
    /// watches count like watches.
    fn longest(&self, slot: Slot) -> Duration {
        if slot == Slot::Short {
            return Slot::SHORT_WAIT;
        }
        let (used, capacity) = self.long.usage();
        match self.watches.load(Ordering::Relaxed).max(used) {
            few if few <= capacity / 2 => Duration::MAX,
            many => ROUND.mul_f64(capacity as f64 / many as f64).max(MIN_WAIT),
        }
    }
}

/// A watch that requests permits, one at a time.
#[derive(Debug)]
pub(crate) struct Waiter {
    limiter: Arc<Limiter>,
    waits_for: Option<(Slot, Option<Id>)>,
}

impl Waiter {
    pub(crate) fn new(limiter: &Arc<Limiter>) -> Self {
        limiter.watches.fetch_add(1, Ordering::Relaxed);
        Self { limiter: Arc::clone(limiter), waits_for: None }
    }

    /// Waits for a slot, first come, first served. Returns the permit, and the maximum time that the server may hold
    /// the request.
    ///
    /// A lease does not wait. If too many leases have a long poll, returns no permit and a time of zero.
    pub(crate) fn poll(&mut self, slot: Slot, cx: &mut Context<'_>) -> Poll<(Option<Permit>, Duration)> {
        if self.waits_for.as_ref().is_some_and(|(waits_for, _)| *waits_for != slot) {
            self.leave();
        }
        let now = self.limiter.runtime.now();
        let slots = self.limiter.slots(slot);
        if slot == Slot::Lease {
            let id = slots.take_for_lease(LEASES, now);
            let longest = if id.is_some() { Duration::MAX } else { Duration::ZERO };
            return Poll::Ready((id.map(|id| self.permit(slot, id)), longest));
        }
        let (_, id) = self.waits_for.get_or_insert((slot, None));
        slots.poll(id, now, cx).map(|id| {
            self.waits_for = None;
            (Some(self.permit(slot, id)), self.limiter.longest(slot))
        })
    }

    /// Returns the latest time at which the next slot becomes free.
    pub(crate) fn next_release_at(&self) -> Option<Instant> {
        let (slot, _) = self.waits_for.as_ref()?;
        self.limiter.slots(*slot).next_release_at()
    }

    fn permit(&self, slot: Slot, id: Id) -> Permit {
        Permit { limiter: Arc::clone(&self.limiter), slot, id: Some(id), held_until: Instant::ORIGIN }
    }

    fn leave(&mut self) {
        if let Some((slot, Some(id))) = self.waits_for.take() {
            self.limiter.slots(slot).leave(id, self.limiter.runtime.now());
        }
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.leave();
        self.limiter.watches.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The right to send one request.
///
/// If the permit is dropped while the server holds the request, the slot stays in use until the server's wait ends,
/// since servers do not notice a closed connection earlier.
#[derive(Debug)]
pub(crate) struct Permit {
    limiter: Arc<Limiter>,
    slot: Slot,
    /// `None` after the slot has been released.
    id: Option<Id>,
    held_until: Instant,
}

/// The result of an exchange, for the limiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The servers respond.
    Working,
    /// The servers cannot be reached, or cannot respond.
    Failing,
}

impl Outcome {
    pub(super) fn of(result: Option<&Result<http::Response<Bytes>, Error>>) -> Self {
        let is_failing = |status: http::StatusCode| {
            status.is_server_error() || status == http::StatusCode::TOO_MANY_REQUESTS
        };
        match result {
            Some(Ok(response)) if !is_failing(response.status()) => Self::Working,
            _ => Self::Failing,
        }
    }
}

impl Permit {
    /// Records that the request was sent. The server holds it until `held_until`, and its driver drops it at
    /// `deadline`.
    ///
    /// After the deadline, the slot is granted to the next waiter. If the request still exists, its watch is not
    /// being polled, and the request is dropped.
    pub(super) fn sent(&mut self, held_until: Instant, deadline: Instant, pending: Pending) {
        self.held_until = held_until;
        if let Some(id) = self.id {
            self.limiter.slots(self.slot).sent(id, deadline, pending, self.limiter.runtime.now());
        }
    }

    /// Records that the exchange has ended, which frees the slot.
    ///
    /// While the servers fail, slots of short requests first cool down, so that all watches together send few
    /// requests. The first request that succeeds ends the cool-down.
    pub(super) fn ended(mut self, outcome: Outcome) {
        let now = self.limiter.runtime.now();
        self.held_until = Instant::ORIGIN;
        match (outcome, self.slot) {
            (Outcome::Failing, Slot::Short) => {
                if let Some(id) = self.id.take() {
                    self.limiter.short.cool_down(id, now + COOL_DOWN, now);
                }
            }
            (Outcome::Failing, Slot::LongPoll | Slot::Lease) => {}
            (Outcome::Working, _) => self.limiter.short.end_cool_down(now),
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(id) = self.id.take() {
            self.limiter.slots(self.slot).release(id, self.held_until, self.limiter.runtime.now());
        }
    }
}

/// Returns `true` if a response reports that the agent has too many connections from this address.
pub(crate) fn is_connection_limit(response: &http::Response<Bytes>) -> bool {
    const TEXT: &[u8] = b"too many concurrent connections";
    response.status() == http::StatusCode::TOO_MANY_REQUESTS
        && response.body().windows(TEXT.len()).any(|part| part == TEXT)
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pending")
    }
}
