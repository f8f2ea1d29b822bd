//! A model of Consul for simulations: sessions, the key/value store, the Raft log, and their failures.
//!
//! [`Consul`] takes the requests that a machine or a client writes, and returns the responses that servers would
//! return, with the same statuses, headers and texts. It has no sockets and no clock, and the caller passes the time.
//! So hours of a protocol run in milliseconds, and the same seed always produces the same history.
//!
//! | file | what it models |
//! | --- | --- |
//! | `request` | requests, as far as sessions, keys and transactions need them |
//! | `store` | what all servers have in common: keys, sessions, indexes, and lock-delays |
//! | `txn` | the operations of transactions |
//! | `log` | the way of a write through raft, raft that stands still, and writes that are lost or applied late |
//! | `timers` | the TTLs of sessions, in the memory of the leader |
//! | `reads` | reads that wait for a change |
//! | `outage` | a cluster without a leader, a leader that is frozen, and the first moments of a new one |
//! | `response` | responses, as servers write them |
//!
//! Behavior that affects whether two contenders can hold a lock is modeled as measured on 1.8.7 and 1.14.11:
//!
//! - The leader checks a lock-delay *before* a write goes through raft. If Raft makes no progress in between, a
//!   session can end without an effect on that check.
//! - A renewal does not go through raft. It succeeds for a session whose end is in the log already, and a frozen leader
//!   acknowledges renewals when it wakes, although another leader has ended the session.
//! - A new leader does not know all sessions for a moment, and returns 404 for renewals.
//! - TTLs restart in full when the leader changes. A session ends between one and two TTLs after its last renewal.
//! - A session ends with its node, and with a check of its node if it has one, at any time.
//! - A request without a response may have been applied, or be applied seconds later.
//!
//! Not modeled: reads that are not consistent, ACLs, datacenters, and a server that restarts from a snapshot.

mod agenda;
mod log;
mod outage;
mod random;
mod reads;
mod request;
mod response;
mod store;
mod timers;
mod txn;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;

pub use agenda::Agenda;
pub use outage::Loss;
pub use random::Random;
pub use store::{End, Ended, Entry, Session};
pub use timers::Expiry;

use log::Log;
use outage::{Frozen, Outage, Term};
use request::Request;
use store::Store;
use timers::Timers;

/// A point in time: the time since the start of the simulation.
pub type Time = Duration;

/// Identifies a request, chosen by the caller.
pub type Ticket = u64;

/// The node of the agent that a request comes through. Sessions are bound to it.
pub type Node = usize;

/// What the model does beyond the rules that always hold.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "simulations construct it")]
pub struct Behavior {
    /// When a session ends whose TTL has elapsed.
    pub expiry: Expiry,
    /// Whether new leaders return false 404s, and deposed ones acknowledge renewals without an effect.
    pub is_odd: bool,
    /// The probability that a renewal finds the TTL of its session reduced to 10 seconds.
    pub shrinking_ttl: f64,
    /// Whether requests and log entries take no time.
    pub is_immediate: bool,
}

impl Default for Behavior {
    fn default() -> Self {
        Self { expiry: Expiry::Any, is_odd: true, shrinking_ttl: 0.0, is_immediate: false }
    }
}

impl Behavior {
    /// A server without faults that responds immediately.
    #[must_use]
    pub fn calm() -> Self {
        Self { expiry: Expiry::Twice, is_odd: false, is_immediate: true, ..Self::default() }
    }
}

/// Three servers, one of which leads, unless there is an outage.
#[derive(Debug)]
pub struct Consul {
    behavior: Behavior,
    now: Time,
    random: Random,
    agenda: Agenda<Due>,
    store: Store,
    log: Log,
    timers: Timers,
    outage: Option<Outage>,
    frozen: Option<Frozen>,
    /// The term of the present leader; `None` for the first one.
    term: Option<Term>,
    requests: BTreeMap<Ticket, Pending>,
    /// Reads that wait for a change.
    waiting: BTreeSet<Ticket>,
    responses: Vec<(Ticket, http::Response<Bytes>)>,
}

/// A request without a response so far.
#[derive(Debug)]
struct Pending {
    node: Node,
    request: Request,
}

/// The next event.
#[derive(Debug)]
enum Due {
    /// A request reaches the leader.
    Arrive(Ticket),
    /// A request that was abandoned is applied after all: the server that had it goes on, or a leader is there.
    Revive(Node, Request),
    /// The next entry of the log is applied.
    Apply(u64),
    /// A read stops waiting.
    Wake(Ticket),
    /// A response is ready.
    Respond(Ticket, http::Response<Bytes>),
    /// The timer of a session has elapsed, if it is still this one.
    Expire(String, u64),
    /// The leader tries again to end a session whose TTL has elapsed.
    End(String, u32),
    /// There is a new leader.
    Elect,
}

impl Consul {
    /// Creates a cluster with a leader.
    #[must_use]
    pub fn new(behavior: Behavior, seed: u64) -> Self {
        Self {
            behavior,
            now: Time::ZERO,
            random: Random::new(seed),
            agenda: Agenda::default(),
            store: Store::default(),
            log: Log::default(),
            timers: Timers::default(),
            outage: None,
            frozen: None,
            term: None,
            requests: BTreeMap::new(),
            waiting: BTreeSet::new(),
            responses: Vec::new(),
        }
    }

    /// Takes a request that reaches the agent on `node`. Its response comes from [`advance`](Self::advance), if there is
    /// one.
    ///
    /// # Panics
    ///
    /// Panics if the model does not know the request.
    pub fn receive(&mut self, now: Time, node: Node, ticket: Ticket, request: &http::Request<Bytes>) {
        self.now = self.now.max(now);
        let request = Request::read(request, node).unwrap_or_else(|error| panic!("{request:?}: {error}"));
        self.requests.insert(ticket, Pending { node, request });
        self.agenda.add(self.now, Due::Arrive(ticket));
    }

    /// Returns when something happens next.
    #[must_use]
    pub fn next_at(&self) -> Option<Time> {
        self.agenda.next_at()
    }

    /// Advances to a point in time, and returns the responses that are ready.
    pub fn advance(&mut self, now: Time) -> Vec<(Ticket, http::Response<Bytes>)> {
        while let Some((at, due)) = self.agenda.take(now) {
            self.now = at;
            self.happen(due);
        }
        self.now = self.now.max(now);
        std::mem::take(&mut self.responses)
    }

    /// Returns the response to one request, after any simulated time.
    ///
    /// # Panics
    ///
    /// Panics if there is no response.
    pub fn exchange(&mut self, node: Node, request: &http::Request<Bytes>) -> http::Response<Bytes> {
        let ticket = self.requests.keys().last().map_or(1, |last| last + 1);
        self.receive(self.now, node, ticket, request);
        while let Some(at) = self.next_at() {
            let mut responses = self.advance(at);
            if let Some(found) = responses.iter().position(|(responded, _)| *responded == ticket) {
                return responses.swap_remove(found).1;
            }
        }
        panic!("{request:?} has no response");
    }

    /// Returns the time.
    #[must_use]
    pub fn now(&self) -> Time {
        self.now
    }

    /// Returns what is stored under a key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.store.entry(key)
    }

    /// Returns the existing sessions.
    pub fn sessions(&self) -> impl Iterator<Item = &Session> {
        self.store.sessions()
    }

    /// Returns the time and the reason of the end of a session.
    #[must_use]
    pub fn ended(&self, session: &str) -> Option<&Ended> {
        self.store.ended(session)
    }

    /// Returns how many sessions were destroyed while they held a key, other than by a client on this node.
    #[must_use]
    pub fn destroyed_while_holding(&self, except: Node) -> u64 {
        let is_meant = |ended: &&Ended| {
            ended.was_holding && matches!(ended.cause, End::Destroyed(node) if node != except)
        };
        self.store.all_ended().filter(is_meant).count() as u64
    }

    /// Ends the sessions of a node that has left or failed.
    pub fn deregister(&mut self, node: Node) {
        self.end_sessions(End::NodeGone, |session| session.node == node);
    }

    /// Ends the sessions of a node whose health check has become critical, if they depend on it.
    pub fn fail_check(&mut self, node: Node) {
        self.end_sessions(End::CheckCritical, |session| session.node == node && session.has_checks());
    }

    fn end_sessions(&mut self, cause: End, is_meant: impl Fn(&Session) -> bool) {
        let ids: Vec<_> =
            self.store.sessions().filter(|session| is_meant(session)).map(|s| s.id.clone()).collect();
        for id in ids {
            self.append_end(id, cause);
        }
    }

    fn happen(&mut self, due: Due) {
        match due {
            Due::Arrive(ticket) => self.arrive(ticket),
            Due::Revive(node, request) => self.revive(node, request),
            Due::Apply(position) => self.apply(position),
            Due::Wake(ticket) => self.wake(ticket),
            Due::Respond(ticket, response) => self.responses.push((ticket, response)),
            Due::Expire(session, timer) => self.expire(&session, timer),
            Due::End(session, attempt) => self.end_expired(session, attempt),
            Due::Elect => self.elect(),
        }
    }

    /// Handles a request that reaches the servers.
    fn arrive(&mut self, ticket: Ticket) {
        if self.arrive_at_frozen_leader(ticket) {
            return;
        }
        if self.outage.is_some() {
            return self.arrive_in_outage(ticket);
        }
        let Some(pending) = self.requests.get(&ticket) else { return };
        match &pending.request {
            Request::Read(_) => self.read(ticket),
            Request::Renew(session) => {
                let response = self.renew(&session.clone());
                self.respond(ticket, response);
            }
            Request::Write(command) => match self.store.lock_delay_response(self.now, command) {
                Some(response) => self.respond(ticket, response),
                None => self.append(ticket),
            },
        }
    }

    /// Responds to a request, after the time that this takes.
    fn respond(&mut self, ticket: Ticket, response: http::Response<Bytes>) {
        self.respond_at(self.now, ticket, response);
    }

    fn respond_at(&mut self, at: Time, ticket: Ticket, response: http::Response<Bytes>) {
        if self.requests.remove(&ticket).is_some() {
            self.waiting.remove(&ticket);
            self.agenda.add(at, Due::Respond(ticket, response));
        }
    }
}
