//! Slots and their queue.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::runtime::Instant;
use crate::watch::driver::Pending;

/// Time for which a slot is reserved for a woken waiter, and kept after the deadline of a request.
const RESERVED: Duration = Duration::from_secs(1);
/// Interval in which a reduced number of slots grows by one.
const GROWTH: Duration = Duration::from_secs(10);
/// Minimum number of requests in flight for which a closed connection is a sign of the agent's limit.
const MIN_EVIDENCE: usize = 8;

/// Slots that are granted first come, first served.
#[derive(Debug)]
pub(super) struct Slots {
    max: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The current number of slots, and the time of its next increase if it is less than the maximum.
    capacity: usize,
    grows_at: Instant,
    held: Vec<Held>,
    /// Times at which the servers release the requests of dropped watches.
    abandoned: BinaryHeap<Reverse<Instant>>,
    /// Times at which the cool-down of slots ends.
    cooling: BinaryHeap<Reverse<Instant>>,
    queue: VecDeque<(Id, Waker)>,
    ids: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Id(u64);

/// A slot that is reserved or used.
#[derive(Debug)]
struct Held {
    id: Id,
    /// The latest time at which the slot becomes free, even if its owner is not polled.
    until: Instant,
    is_lease: bool,
    pending: Option<Pending>,
}

impl State {
    fn used(&self) -> usize {
        self.held.len() + self.abandoned.len() + self.cooling.len()
    }

    fn reserve(&mut self, id: Id, until: Instant) {
        self.held.push(Held { id, until, is_lease: false, pending: None });
    }

    fn new_id(&mut self) -> Id {
        self.ids += 1;
        Id(self.ids)
    }

    fn take(&mut self, id: Id) -> Option<Held> {
        let at = self.held.iter().position(|held| held.id == id)?;
        Some(self.held.swap_remove(at))
    }
}

impl Slots {
    pub(super) fn new(max: usize) -> Self {
        let max = max.max(1);
        let state = State {
            capacity: max,
            grows_at: Instant::ORIGIN,
            held: Vec::new(),
            abandoned: BinaryHeap::new(),
            cooling: BinaryHeap::new(),
            queue: VecDeque::new(),
            ids: 0,
        };
        Self { max, state: Mutex::new(state) }
    }

    pub(super) fn max(&self) -> usize {
        self.max
    }

    /// Returns the number of used slots and the number of slots.
    pub(super) fn usage(&self) -> (usize, usize) {
        let state = self.lock();
        (state.used(), state.capacity)
    }

    /// Acquires a slot, or waits in the queue.
    pub(super) fn poll(&self, id: &mut Option<Id>, now: Instant, cx: &mut Context<'_>) -> Poll<Id> {
        let until = now + RESERVED;
        let mut state = self.settled(now);
        if let Some(id) = *id {
            if let Some(held) = state.held.iter_mut().find(|held| held.id == id) {
                held.until = until;
                return Poll::Ready(id);
            }
            if let Some((_, waker)) = state.queue.iter_mut().find(|(queued, _)| *queued == id) {
                let before = (!waker.will_wake(cx.waker())).then(|| mem::replace(waker, cx.waker().clone()));
                // Dropping the last waker of a task can drop the task, and other watches with it.
                drop(state);
                drop(before);
                return Poll::Pending;
            }
            // The reservation of the woken waiter has expired, so it queues again.
        }
        let new = state.new_id();
        *id = Some(new);
        // While a slot is free, the queue is empty.
        if state.used() < state.capacity {
            state.reserve(new, until);
            return Poll::Ready(new);
        }
        state.queue.push_back((new, cx.waker().clone()));
        Poll::Pending
    }

    /// Acquires a slot without waiting, unless `most` leases have one.
    pub(super) fn take_for_lease(&self, most: usize, now: Instant) -> Option<Id> {
        let mut state = self.settled(now);
        if state.held.iter().filter(|held| held.is_lease).count() >= most {
            return None;
        }
        let id = state.new_id();
        state.held.push(Held { id, until: now + RESERVED, is_lease: true, pending: None });
        Some(id)
    }

    /// Returns when the next slot is free at the latest.
    pub(super) fn next_release_at(&self) -> Option<Instant> {
        let state = self.lock();
        let held = state.held.iter().map(|held| held.until).min();
        let first = |heap: &BinaryHeap<Reverse<Instant>>| heap.peek().map(|Reverse(at)| *at);
        let grows_at = (state.capacity < self.max).then_some(state.grows_at);
        [held, first(&state.abandoned), first(&state.cooling), grows_at].into_iter().flatten().min()
    }

    /// Keeps the slot for a request until its deadline.
    pub(super) fn sent(&self, id: Id, deadline: Instant, pending: Pending, now: Instant) {
        let (until, mut state) = (deadline + RESERVED, self.lock());
        match state.held.iter_mut().find(|held| held.id == id) {
            Some(held) => (held.until, held.pending) = (until, Some(pending)),
            // The reservation had expired. The request is sent nevertheless.
            None => state.held.push(Held { id, until, is_lease: false, pending: Some(pending) }),
        }
        drop(state);
        self.settle(now);
    }

    /// Releases a slot. If the server still holds the request, the slot stays in use until its wait ends.
    pub(super) fn release(&self, id: Id, held_until: Instant, now: Instant) {
        let mut state = self.lock();
        let held = state.take(id);
        if held_until > now {
            state.abandoned.push(Reverse(held_until));
        }
        drop(state);
        drop(held);
        self.settle(now);
    }

    /// Releases a slot after some time.
    pub(super) fn cool_down(&self, id: Id, until: Instant, now: Instant) {
        let mut state = self.lock();
        let held = state.take(id);
        if held.is_some() {
            state.cooling.push(Reverse(until));
        }
        drop(state);
        drop(held);
        self.settle(now);
    }

    /// Ends the cool-down of all slots.
    pub(super) fn end_cool_down(&self, now: Instant) {
        let mut state = self.lock();
        let was_cooling = !state.cooling.is_empty();
        state.cooling.clear();
        drop(state);
        if was_cooling {
            self.settle(now);
        }
    }

    /// Halves the number of slots, unless it is still above the last reduction. It then grows by one every 10 seconds.
    pub(super) fn halve(&self, is_certain: bool, now: Instant) {
        let mut state = self.settled(now);
        let used = state.used();
        if used <= state.capacity && (is_certain || used >= MIN_EVIDENCE) {
            state.capacity = (state.capacity.min(used) / 2).max(1);
            state.grows_at = now + GROWTH;
        }
    }

    /// Leaves the queue, or releases a reserved slot.
    pub(super) fn leave(&self, id: Id, now: Instant) {
        let mut state = self.lock();
        let held = state.take(id);
        let queued = state.queue.iter().position(|(queued, _)| *queued == id);
        let left = queued.and_then(|at| state.queue.remove(at));
        drop(state);
        drop((held, left));
        self.settle(now);
    }

    /// Reserves free slots for the first waiters, and wakes the next one, since the time at which its slot becomes
    /// free may have changed.
    fn settle(&self, now: Instant) {
        let next = self.settled(now).queue.front().map(|(_, waker)| waker.clone());
        next.into_iter().for_each(Waker::wake);
    }

    /// Frees the slots whose time has passed, and reserves free slots for the first waiters.
    fn settled(&self, now: Instant) -> MutexGuard<'_, State> {
        loop {
            let mut state = self.lock();
            drop_past(&mut state.abandoned, now);
            drop_past(&mut state.cooling, now);
            while state.capacity < self.max && state.grows_at <= now {
                state.capacity += 1;
                state.grows_at = state.grows_at + GROWTH;
            }
            if let Some(at) = state.held.iter().position(|held| held.until <= now) {
                let expired = state.held.swap_remove(at);
                drop(state);
                // The request of a watch that is not being polled. It is dropped without the lock.
                let request = expired.pending.as_ref().and_then(Pending::take);
                drop(request);
                continue;
            }
            if state.used() >= state.capacity {
                return state;
            }
            let Some((id, waker)) = state.queue.pop_front() else { return state };
            state.reserve(id, now + RESERVED);
            // The woken task may poll immediately.
            drop(state);
            waker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn drop_past(times: &mut BinaryHeap<Reverse<Instant>>, now: Instant) {
    while times.peek().is_some_and(|Reverse(at)| *at <= now) {
        times.pop();
    }
}
