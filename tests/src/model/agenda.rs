//! Events and their times.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::Time;

/// Events in the order of their times. Events of the same time keep the order in which they were added.
#[derive(Debug)]
pub struct Agenda<E> {
    events: BinaryHeap<Reverse<Planned<E>>>,
    added: u64,
}

#[derive(Debug)]
struct Planned<E> {
    at: Time,
    number: u64,
    event: E,
}

impl<E> Agenda<E> {
    /// Adds an event.
    pub fn add(&mut self, at: Time, event: E) {
        self.added += 1;
        self.events.push(Reverse(Planned { at, number: self.added, event }));
    }

    /// Returns the time of the next event.
    #[must_use]
    pub fn next_at(&self) -> Option<Time> {
        self.events.peek().map(|Reverse(planned)| planned.at)
    }

    /// Returns the next event, if its time has come.
    pub fn take(&mut self, now: Time) -> Option<(Time, E)> {
        if self.next_at()? > now {
            return None;
        }
        self.events.pop().map(|Reverse(planned)| (planned.at, planned.event))
    }
}

impl<E> Default for Agenda<E> {
    fn default() -> Self {
        Self { events: BinaryHeap::new(), added: 0 }
    }
}

impl<E> Planned<E> {
    fn order(&self) -> (Time, u64) {
        (self.at, self.number)
    }
}

impl<E> PartialEq for Planned<E> {
    fn eq(&self, other: &Self) -> bool {
        self.order() == other.order()
    }
}

impl<E> Eq for Planned<E> {}

impl<E> PartialOrd for Planned<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> Ord for Planned<E> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
}
