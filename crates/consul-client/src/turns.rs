//! Whose turn it is to have a connection.
//!
//! An agent allows 200 connections from one address, of all programs there, and refuses every call beyond, renewals of
//! sessions too. Each request of a watch has a connection to itself, for as long as the server holds it. So watches take
//! turns: so many can wait at the server at once, and so many can ask briefly.

use std::collections::VecDeque;
use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use consul_proto::machine::{Instant, Slot};

use crate::runtime::Runtime;

/// Long polls at once, unless said otherwise.
pub(crate) const LONG_POLLS: usize = 64;
/// Brief requests of watches at once.
const BRIEF: usize = 8;
/// How often every watch gets its turn where there are more of them than places.
const ROUND: Duration = Duration::from_secs(10);
/// The shortest turn, so that a great many watches do not make a great many requests.
const SHORTEST: Duration = Duration::from_secs(2);
/// How long a place stays empty after a brief request that found servers in trouble: all watches together ask 16 times a
/// second then.
const REST: Duration = Duration::from_millis(500);
/// How long a place is kept for a watch that has been called, or whose request has come to its deadline.
const CALLED: Duration = Duration::from_secs(1);

/// The places that the watches of a client share.
#[derive(Debug)]
pub(crate) struct Turns {
    runtime: Arc<dyn Runtime>,
    long: Places,
    brief: Places,
    /// Watches that take turns.
    watches: AtomicUsize,
}

impl Turns {
    pub(crate) fn new(long_polls: usize, runtime: Arc<dyn Runtime>) -> Self {
        Self {
            runtime,
            long: Places::new(long_polls),
            brief: Places::new(BRIEF),
            watches: AtomicUsize::new(0),
        }
    }

    /// How many long polls there can be at once.
    pub(crate) fn long_polls(&self) -> usize {
        self.long.capacity
    }

    fn of(&self, turn: Slot) -> &Places {
        match turn {
            Slot::LongPoll => &self.long,
            // Leases never queue here.
            Slot::Short | Slot::Lease => &self.brief,
        }
    }

    /// How long a turn is.
    ///
    /// As long as watches like while half of the places are free, so that a program with few of them never hears of
    /// turns. With more watches turns get shorter, before there is anyone to wait: the places that are taken for long
    /// are never all of them. Places that dropped watches have left count as much as watches do.
    fn longest(&self, turn: Slot) -> Duration {
        if turn == Slot::Short {
            return Slot::SHORT_WAIT;
        }
        let (watches, places) = (self.watches.load(Ordering::Relaxed), self.long.capacity);
        match watches.max(self.long.state().taken.len()) {
            few if few <= places / 2 => Duration::MAX,
            many => ROUND.mul_f64(places as f64 / many as f64).max(SHORTEST),
        }
    }
}

/// A number of places, and those who wait for one, the first to come first.
#[derive(Debug)]
struct Places {
    capacity: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    taken: Vec<Place>,
    queue: VecDeque<(Id, Waker)>,
    ids: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Id(u64);

#[derive(Debug)]
struct Place {
    id: Id,
    /// When it is free again if nobody says so before. Nothing that its watch does, or does not do, keeps it longer.
    until: Instant,
    /// Whether it stays empty because servers are in trouble.
    is_resting: bool,
}

impl Place {
    fn new(id: Id, until: Instant) -> Self {
        Self { id, until, is_resting: false }
    }
}

impl Places {
    fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(1), state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place, or stands in the queue.
    fn poll(&self, id: &mut Option<Id>, now: Instant, cx: &mut Context<'_>) -> Poll<Id> {
        let until = now + CALLED;
        let mut state = self.settled(now);
        if let Some(id) = *id {
            if let Some(place) = state.taken.iter_mut().find(|place| place.id == id) {
                place.until = until;
                return Poll::Ready(id);
            }
            if let Some((_, waker)) = state.queue.iter_mut().find(|(queued, _)| *queued == id) {
                let before = (!waker.will_wake(cx.waker())).then(|| mem::replace(waker, cx.waker().clone()));
                // The last waker of a task can be its end, and that of watches that it has.
                drop(state);
                drop(before);
                return Poll::Pending;
            }
            // It was called and did not come: it has to queue again.
        }
        state.ids += 1;
        let fresh = Id(state.ids);
        *id = Some(fresh);
        // Where there is a free place, nobody is in the queue.
        if state.taken.len() < self.capacity {
            state.taken.push(Place::new(fresh, until));
            return Poll::Ready(fresh);
        }
        state.queue.push_back((fresh, cx.waker().clone()));
        Poll::Pending
    }

    /// When a place is free at the latest.
    fn free_at(&self) -> Option<Instant> {
        self.state().taken.iter().map(|place| place.until).min()
    }

    /// Keeps a place until a time, which may have passed.
    fn keep(&self, id: Id, until: Instant, now: Instant) {
        let mut state = self.state();
        match state.taken.iter_mut().find(|place| place.id == id) {
            Some(place) => place.until = until,
            // It was given away before it was used, and is used now all the same.
            None if until > now => state.taken.push(Place::new(id, until)),
            None => {}
        }
        drop(state);
        self.settle(now);
    }

    /// Leaves a place empty for a while, where it is still there.
    fn rest(&self, id: Id, now: Instant) {
        let mut state = self.state();
        if let Some(place) = state.taken.iter_mut().find(|place| place.id == id) {
            (place.until, place.is_resting) = (now + REST, true);
        }
        drop(state);
        self.settle(now);
    }

    /// Ends all rest.
    fn wake_up(&self, now: Instant) {
        let mut state = self.state();
        let places = state.taken.len();
        state.taken.retain(|place| !place.is_resting);
        let is_any = state.taken.len() < places;
        drop(state);
        if is_any {
            self.settle(now);
        }
    }

    /// Leaves the queue, or a place.
    fn leave(&self, id: Id, now: Instant) {
        let mut state = self.state();
        state.taken.retain(|place| place.id != id);
        let queued = state.queue.iter().position(|(queued, _)| *queued == id);
        let left = queued.and_then(|at| state.queue.remove(at));
        drop(state);
        drop(left);
        self.settle(now);
    }

    /// Calls whose turn it is, and lets the next one look when there will be a place: that may be another time now.
    fn settle(&self, now: Instant) {
        let next = self.settled(now).queue.front().map(|(_, waker)| waker.clone());
        next.into_iter().for_each(Waker::wake);
    }

    /// Frees the places whose time is over, and calls the next ones to those that are free.
    fn settled(&self, now: Instant) -> MutexGuard<'_, State> {
        loop {
            let mut state = self.state();
            state.taken.retain(|place| place.until > now);
            if state.taken.len() >= self.capacity {
                return state;
            }
            let Some((id, waker)) = state.queue.pop_front() else { return state };
            state.taken.push(Place::new(id, now + CALLED));
            // Who is woken may want to look at once.
            drop(state);
            waker.wake();
        }
    }
}

/// What one watch takes its turns with.
#[derive(Debug)]
pub(crate) struct Ticket {
    turns: Arc<Turns>,
    waits_for: Option<(Slot, Option<Id>)>,
}

impl Ticket {
    pub(crate) fn new(turns: Arc<Turns>) -> Self {
        turns.watches.fetch_add(1, Ordering::Relaxed);
        Self { turns, waits_for: None }
    }

    /// Waits for a turn; gives the permit, and how long the server may hold the request.
    pub(crate) fn poll(&mut self, turn: Slot, cx: &mut Context<'_>) -> Poll<(Permit, Duration)> {
        if self.waits_for.as_ref().is_some_and(|(waits_for, _)| *waits_for != turn) {
            self.leave();
        }
        let now = self.turns.runtime.now();
        let (_, id) = self.waits_for.get_or_insert((turn, None));
        self.turns.of(turn).poll(id, now, cx).map(|id| {
            self.waits_for = None;
            let turns = Arc::clone(&self.turns);
            let permit = Permit { turns, turn, id, held: Instant::ORIGIN, is_over: false };
            (permit, self.turns.longest(turn))
        })
    }

    /// When to look again at the latest, where nobody calls.
    pub(crate) fn look_at(&self, turn: Slot) -> Option<Instant> {
        self.turns.of(turn).free_at()
    }

    fn leave(&mut self) {
        if let Some((turn, Some(id))) = self.waits_for.take() {
            self.turns.of(turn).leave(id, self.turns.runtime.now());
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.leave();
        self.turns.watches.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A place, for one request.
///
/// Dropped with the request in mid-flight it keeps the place until the server's wait would have ended: servers do not
/// notice before.
#[derive(Debug)]
pub(crate) struct Permit {
    turns: Arc<Turns>,
    turn: Slot,
    id: Id,
    /// Until when the server holds the request; zero where it holds none.
    held: Instant,
    /// Whether the place has been given back.
    is_over: bool,
}

impl Permit {
    /// The request is sent: the server holds it until `held`, and it is given up at `deadline`.
    pub(crate) fn sent(&mut self, held: Instant, deadline: Instant) {
        self.held = held;
        // Some more, so that it is over when the place is taken for free.
        self.keep(deadline + CALLED);
    }

    /// The exchange has come to its own end, and the place is free; after a rest where the servers are in trouble. The
    /// first that finds them well ends the rest of all.
    pub(crate) fn ended(mut self, is_trouble: bool) {
        self.held = Instant::ORIGIN;
        let now = self.turns.runtime.now();
        match (is_trouble, self.turn) {
            (true, Slot::Short) => {
                self.turns.brief.rest(self.id, now);
                self.is_over = true;
            }
            (true, Slot::LongPoll | Slot::Lease) => {}
            (false, _) => self.turns.brief.wake_up(now),
        }
    }

    fn keep(&self, until: Instant) {
        self.turns.of(self.turn).keep(self.id, until, self.turns.runtime.now());
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if !self.is_over {
            self.keep(self.held);
        }
    }
}
