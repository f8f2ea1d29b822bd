//! Limits how many requests of watches are in flight.
//!
//! An agent allows 200 connections from one address, to all programs together, and rejects every call beyond, also
//! renewals of sessions. Each request of a watch occupies one connection for as long as the server holds it. So watches
//! need a permit for each request: one kind for long polls, another for short requests.

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

/// The default number of long polls.
pub(crate) const LONG_POLLS: usize = 128;
/// The smallest number of short requests of watches, and how many long polls there are for each of them beyond.
///
/// After the loss of a connection that all share, each watch sends one that lasts 100 ms, so their number decides how
/// soon all have recovered.
const SHORT: usize = 8;
const LONG_PER_SHORT: usize = 16;
/// How often each watch polls, if there are more of them than permits.
const ROUND: Duration = Duration::from_secs(10);
/// The shortest wait that the limiter asks for, so that very many watches do not cause very many requests.
const MIN_WAIT: Duration = Duration::from_secs(2);
/// How long a permit stays unused after a short request that failed: by default, all watches together
/// send 16 requests a second then.
const COOL_DOWN: Duration = Duration::from_millis(500);
/// Long polls of leases, which need no permit but count.
const LEASES: usize = 32;

/// The permits that the watches of a client share.
#[derive(Debug)]
pub(crate) struct Limiter {
    runtime: Arc<dyn Runtime>,
    long: Slots,
    short: Slots,
    /// Watches that have wanted a permit.
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

    /// Reacts to a sign that the agent has no connection left for this host: the number of long polls halves. It then
    /// grows by one every 10 seconds.
    pub(crate) fn connection_limit_reached(&self, is_certain: bool) {
        self.long.halve(is_certain, self.runtime.now());
    }

    fn slots(&self, slot: Slot) -> &Slots {
        match slot {
            Slot::Short => &self.short,
            Slot::LongPoll | Slot::Lease => &self.long,
        }
    }

    /// Returns how long the server may hold the request.
    ///
    /// With at most half as many watches as permits, there is no limit, so that small programs never notice the limiter.
    /// With more, waits get shorter, before a watch has to queue: so the permits are never all taken for long. Permits
    /// that dropped watches have left count like watches.
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

/// A watch that wants permits, one at a time.
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

    /// Waits for a slot, first come, first served. Returns the permit, and how long the server may hold the request.
    ///
    /// A lease does not wait. If too many leases have a long poll, it gets no permit, and zero.
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

    /// Returns when the next slot is free at the latest.
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
/// If it is dropped while the server holds the request, the slot stays taken until the server's wait ends: servers do
/// not notice a closed connection before.
#[derive(Debug)]
pub(crate) struct Permit {
    limiter: Arc<Limiter>,
    slot: Slot,
    /// `None` once the slot is given back.
    id: Option<Id>,
    held_until: Instant,
}

/// How an exchange has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The servers work.
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
    /// The request is sent. The server holds it until `held_until`, and its driver drops it at `deadline`.
    ///
    /// After the deadline, the slot is given to the next waiter, and the request is dropped if it is still there:
    /// nobody polls it.
    pub(super) fn sent(&mut self, held_until: Instant, deadline: Instant, pending: Pending) {
        self.held_until = held_until;
        if let Some(id) = self.id {
            self.limiter.slots(self.slot).sent(id, deadline, pending, self.limiter.runtime.now());
        }
    }

    /// The exchange has ended by itself, so the slot is free.
    ///
    /// While the servers fail, slots of short requests cool down first, so that all watches together send few requests.
    /// The first request that succeeds ends this.
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

/// Returns whether a response says that the agent has too many connections from this address.
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
