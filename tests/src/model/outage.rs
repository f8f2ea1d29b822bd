//! A cluster without a leader, and the first moments of a new one.

use std::time::Duration;

use super::request::Request;
use super::{Consul, Due, Node, Pending, Ticket, Time, response};

/// How a leader is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Loss {
    /// Its process is killed, or no quorum is left.
    Killed,
    /// Its process stands still until this time. Then it goes on with what it had.
    Frozen {
        /// When it wakes.
        wakes_at: Time,
        /// Nodes whose renewals it gets in the meantime, over connections that are kept.
        renewals_of: Vec<Node>,
    },
}

/// The time without a leader.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outage {
    since: Time,
    elected_at: Time,
    /// When a frozen leader wakes.
    wakes_at: Option<Time>,
}

/// A leader that is frozen, until it wakes.
#[derive(Debug)]
pub(super) struct Frozen {
    since: Time,
    /// The newest entry of the log that it has.
    index: u64,
    wakes_at: Time,
    renewals_of: Vec<Node>,
}

/// The beginning of a leader's term.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    since: Time,
    /// Whether the leader serves requests before it has applied its log.
    is_behind: bool,
}

/// How long requests go to a frozen leader before the others notice.
const UNNOTICED: Duration = Duration::from_millis(1200);
/// When the connection between two servers is given up.
const KEEP_ALIVE: Duration = Duration::from_secs(38);

impl Consul {
    /// Takes the leader away. Another one is elected at `elected_at`.
    pub fn lose_leader(&mut self, loss: Loss, elected_at: Time) {
        let wakes_at = match loss {
            Loss::Killed => None,
            Loss::Frozen { wakes_at, renewals_of } => {
                let (since, index) = (self.now, self.store.index());
                self.frozen = Some(Frozen { since, index, wakes_at, renewals_of });
                Some(wakes_at)
            }
        };
        let elected_at = elected_at.max(self.outage.map_or(Time::ZERO, |outage| outage.elected_at));
        if self.outage.is_none() {
            self.lose_entries();
        }
        self.outage = Some(Outage { since: self.now, elected_at, wakes_at });
        self.agenda.add(elected_at, Due::Elect);
        // Reads that wait at the leader.
        let at = if wakes_at.is_some() { self.now + Duration::from_secs(12) } else { self.now };
        for ticket in std::mem::take(&mut self.waiting) {
            self.respond_at(at, ticket, response::connection_lost());
        }
    }

    /// Returns when there is a leader.
    pub(super) fn elected_after(&self, now: Time) -> Time {
        self.outage.map_or(now, |outage| outage.elected_at)
    }

    /// Begins the term of a new leader.
    pub(super) fn elect(&mut self) {
        if self.outage.is_none_or(|outage| outage.elected_at > self.now) {
            return;
        }
        self.outage = None;
        let is_behind = self.behavior.is_odd && self.random.chance(0.3);
        self.term = Some(Term { since: self.now, is_behind });
        self.start_timers();
    }

    /// Handles a request without a leader.
    pub(super) fn arrive_in_outage(&mut self, ticket: Ticket) {
        let Some(outage) = self.outage else { return };
        let Some(Pending { node, request }) = self.requests.get(&ticket) else { return };
        let (node, request) = (*node, request.clone());
        let is_read = matches!(request, Request::Read(_));
        if let Some(wakes_at) = outage.wakes_at
            && self.now < outage.since + UNNOTICED
            && self.random.chance(0.7)
        {
            // The frozen leader has it, and handles it when it wakes.
            let given_up_at = self.now + KEEP_ALIVE;
            let woken_at = wakes_at + self.random.up_to(Duration::from_millis(100));
            if is_read || self.random.chance(0.05) {
                self.respond_at(given_up_at, ticket, response::connection_lost());
            } else if given_up_at < wakes_at {
                self.agenda.add(woken_at, Due::Revive(node, request));
                self.respond_at(given_up_at, ticket, response::connection_lost());
            } else {
                self.agenda.add(woken_at, Due::Arrive(ticket));
            }
            return;
        }
        let luck = self.random.fraction();
        if luck < 0.3 {
            self.respond(ticket, response::no_leader());
        } else if luck < 0.4 {
            if self.random.chance(0.5) {
                let at = outage.elected_at + self.random.up_to(Duration::from_secs(1));
                self.agenda.add(at, Due::Revive(node, request));
            }
            self.respond(ticket, response::connection_lost());
        } else {
            // A server holds the request until there is a leader. It looks again less and less often.
            let limit = self.now + self.random.between(Duration::from_secs(7), Duration::from_secs(14));
            let noticed_at =
                outage.elected_at + Duration::from_secs(9).mul_f64(self.random.fraction().powi(3));
            if noticed_at < limit + Duration::from_secs(2) {
                self.agenda.add(noticed_at, Due::Arrive(ticket));
            } else {
                self.respond_at(limit, ticket, response::no_leader());
            }
        }
    }

    /// Lets a frozen leader have a renewal, if it gets it. It acknowledges the renewal when it wakes, by what it knew, and
    /// without an effect.
    pub(super) fn arrive_at_frozen_leader(&mut self, ticket: Ticket) -> bool {
        let Some(Pending { node, request: Request::Renew(id) }) = self.requests.get(&ticket) else {
            return false;
        };
        let Some(frozen) = &self.frozen else { return false };
        if frozen.wakes_at <= self.now || !frozen.renewals_of.contains(node) {
            return false;
        }
        let response = match self.store.session_as_of(id, frozen.index, frozen.since) {
            Some(session) => response::session(session),
            None => response::unknown_session(id),
        };
        let at = frozen.wakes_at + self.random.up_to(Duration::from_millis(5));
        self.respond_at(at, ticket, response);
        true
    }

    /// Whether a new leader does not know a session that exists.
    pub(super) fn forgets_session(&mut self) -> bool {
        self.term.is_some_and(|term| term.is_behind && self.now < term.since + Duration::from_millis(150))
            && self.random.chance(0.5)
    }

    /// Whether the renewal reaches a leader that does not know yet that it is deposed.
    pub(super) fn is_ignored_renewal(&mut self) -> bool {
        self.behavior.is_odd
            && self.term.is_some_and(|term| self.now < term.since + Duration::from_millis(400))
            && self.random.chance(0.3)
    }

    /// Returns how long something takes.
    pub(super) fn latency(&mut self, shortest: Duration, longest: Duration) -> Duration {
        if self.behavior.is_immediate { Duration::ZERO } else { self.random.between(shortest, longest) }
    }
}
