//! Destroying the sessions that a machine gives up.

use std::time::Duration;

use bytes::Bytes;

use crate::machine::exchanges::Exchanges;
use crate::machine::random::Random;
use crate::machine::renewal::read;
use crate::machine::session::scoped;
use crate::machine::{Cause, Exchange, Instant, Output, Slot};
use crate::model::SessionId;
use crate::session::Destroy;
use crate::{Options, Route, encode};

/// Timeout of an attempt.
const ATTEMPT: Duration = Duration::from_secs(3);
/// The delays between attempts that fail.
const DELAYS: (Duration, Duration) = (Duration::from_millis(300), Duration::from_secs(1));
/// The time after which an ending machine leaves the sessions to their TTL.
const LIMIT: Duration = Duration::from_secs(30);

/// The sessions that an ended machine has left on the servers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cleanup {
    /// The machine is still destroying its sessions.
    InProgress,
    /// All sessions are destroyed.
    Complete,
    /// These sessions could not be destroyed within 30 seconds. They end with their TTL.
    Incomplete(Vec<SessionId>),
}

/// The sessions that a machine no longer uses. They are destroyed one after the other, and each is retried until the
/// server confirms it.
#[derive(Debug)]
pub(in crate::machine) struct Destroyer {
    /// Datacenter, namespace and partition.
    options: Options,
    random: Random,
    sessions: Vec<SessionId>,
    /// For the first session.
    in_flight: Option<Exchange>,
    next_at: Instant,
    deadline: Option<Instant>,
}

impl Destroyer {
    pub(in crate::machine) fn new(options: &Options, seed: u64) -> Self {
        Self {
            options: options.clone(),
            random: Random::new(seed),
            sessions: Vec::new(),
            in_flight: None,
            next_at: Instant::ORIGIN,
            deadline: None,
        }
    }

    pub(in crate::machine) fn push(&mut self, session: SessionId) {
        self.sessions.push(session);
    }

    /// Returns the sessions that are still to be destroyed.
    pub(in crate::machine) fn sessions(&self) -> &[SessionId] {
        &self.sessions
    }

    pub(in crate::machine) fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }

    /// Returns when a machine that ends gives up: 30 seconds after the first call.
    ///
    /// A machine only calls it in `poll`, not when it decides to end: if the computer is suspended in between, the
    /// deadline would pass before the first attempt.
    pub(in crate::machine) fn deadline(&mut self, now: Instant) -> Instant {
        *self.deadline.get_or_insert(now + LIMIT)
    }

    /// Returns the request that is due, if there is one.
    pub(in crate::machine) fn poll<V>(
        &mut self,
        now: Instant,
        exchanges: &mut Exchanges,
    ) -> Option<Output<V>> {
        if self.in_flight.is_some() || now < self.next_at {
            return None;
        }
        let endpoint = Destroy::new(self.sessions.first()?);
        let Ok(request) = encode(&endpoint, &scoped::<Destroy>(&self.options)) else {
            // The ID is invalid, so there is no session to destroy.
            self.sessions.remove(0);
            return self.poll(now, exchanges);
        };
        let exchange = exchanges.next();
        self.in_flight = Some(exchange);
        let (route, slot, held, deadline) =
            (Route::of(&endpoint), Slot::Lease, Duration::ZERO, now + ATTEMPT);
        Some(Output::Send { exchange, route, request, slot, held, deadline })
    }

    /// Returns when the next request is due. `None` while one is in flight, or if there will be none.
    pub(in crate::machine) fn wake_at(&self) -> Option<Instant> {
        (self.in_flight.is_none() && !self.is_empty()).then_some(self.next_at)
    }

    pub(in crate::machine) fn owns(&self, exchange: Exchange) -> bool {
        self.in_flight == Some(exchange)
    }

    /// Ends the exchange in flight.
    pub(in crate::machine) fn ended(&mut self, now: Instant, response: Option<http::Response<Bytes>>) {
        self.in_flight = None;
        let Some(session) = self.sessions.first() else { return };
        let endpoint = Destroy::new(session);
        let result: Option<Result<(), Cause>> = response.map(|response| read(&endpoint, response).map(drop));
        if matches!(result, Some(Ok(()))) {
            self.sessions.remove(0);
            self.next_at = now;
        } else {
            let (shortest, longest) = DELAYS;
            self.next_at = now + shortest + self.random.up_to(longest - shortest);
        }
    }

    /// Sends no request before `at`.
    pub(in crate::machine) fn delay_until(&mut self, at: Instant) {
        self.next_at = self.next_at.max(at);
    }

    /// Gives up. Returns the exchange to cancel.
    pub(in crate::machine) fn cancel(&mut self) -> Option<Exchange> {
        self.in_flight.take()
    }
}
