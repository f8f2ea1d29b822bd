//! A contending process: a machine, its driver, a clock and a user.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use consul_proto::machine::lock::Event;
use consul_proto::machine::{Cause, Exchange, Instant, Lease, Machine, Slot};
use consul_tests::model::{Random, Ticket, Time};

/// The driver's error. Failures of the network have no cause.
#[derive(Clone, Debug)]
pub(crate) struct Failed(#[expect(dead_code, reason = "for traces")] pub(crate) Option<Arc<Cause>>);

impl From<Cause> for Failed {
    fn from(cause: Cause) -> Self {
        Self(Some(Arc::new(cause)))
    }
}

pub(crate) type AnyMachine = Box<dyn Machine<Event = Event<Failed>, Error = Failed>>;

/// The processes that run one after the other on a node.
pub(crate) struct Contender {
    pub(crate) machine: Option<AnyMachine>,
    /// Counts the machines.
    pub(crate) life: u32,
    pub(crate) started_at: Time,
    /// Counts the waits of the driver: a timer of an older one has no effect.
    pub(crate) waits: u64,
    pub(crate) clock: Clock,
    /// The latest time that the machine was given.
    pub(crate) given: Instant,
    /// The time until which the process is paused.
    pub(crate) stopped_until: Time,
    /// The time that the driver had read before the process was paused.
    pub(crate) read_before: Option<Instant>,
    pub(crate) isolated_until: Time,
    pub(crate) agent_stopped_until: Time,
    pub(crate) open: BTreeMap<Ticket, Exchange>,
    /// The slot of a pending grant.
    pub(crate) wanted: Option<Slot>,
    pub(crate) hold: Option<Hold>,
    /// The owner has stopped the machine.
    pub(crate) was_stopped: bool,
    /// The times of requests while waiting, of the last second.
    pub(crate) recent: Vec<Time>,
    /// A session that is used again, if the simulation does that.
    pub(crate) kept_session: Option<String>,
}

/// The owner's view of a hold.
pub(crate) struct Hold {
    pub(crate) lease: Lease,
    pub(crate) session: String,
    pub(crate) is_released: bool,
    pub(crate) is_lost: bool,
    /// Set if the owner has seen the end.
    pub(crate) was_seen_over: bool,
    /// Whether another violation of this hold is already reported.
    pub(crate) is_reported: bool,
}

/// A clock that differs from the servers' clock.
pub(crate) struct Clock {
    rate: f64,
    offset: Duration,
}

impl Clock {
    pub(crate) fn new(random: &mut Random) -> Self {
        let drift = 0.04;
        let rate = 1.0 + drift * (2.0 * random.fraction() - 1.0);
        Self { rate, offset: random.between(Duration::from_secs(1), Duration::from_secs(1000)) }
    }

    /// Returns the time of the clock.
    pub(crate) fn read(&self, now: Time) -> Instant {
        Instant::ORIGIN + self.offset + now.mul_f64(self.rate)
    }

    /// Returns the simulated time at which the clock shows this time, rounded up.
    pub(crate) fn time_of(&self, at: Instant) -> Time {
        at.since_origin().saturating_sub(self.offset).div_f64(self.rate) + Duration::from_micros(1)
    }
}

impl Contender {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            machine: None,
            life: 0,
            started_at: Time::ZERO,
            waits: 0,
            given: Instant::ORIGIN,
            clock,
            stopped_until: Time::ZERO,
            read_before: None,
            isolated_until: Time::ZERO,
            agent_stopped_until: Time::ZERO,
            open: BTreeMap::new(),
            wanted: None,
            hold: None,
            was_stopped: false,
            recent: Vec::new(),
            kept_session: None,
        }
    }

    /// Returns `true` if the owner would consider itself the holder. Does not latch the end of the lease.
    pub(crate) fn believes(&self, now: Time) -> bool {
        self.hold.as_ref().is_some_and(|hold| {
            let is_valid = hold.lease.ends_at().is_some_and(|end| self.clock.read(now) < end);
            is_valid && !hold.is_released && !hold.is_lost && !self.was_stopped
        })
    }

    /// Returns when the hold ends, if it has not ended.
    pub(crate) fn ends_at(&self) -> Option<Instant> {
        self.hold.as_ref().and_then(|hold| hold.lease.ends_at())
    }

    /// The owner checks its hold.
    pub(crate) fn look(&mut self, now: Time) {
        let now = self.clock.read(now);
        if let Some(hold) = &mut self.hold
            && !hold.is_released
            && !hold.lease.is_valid(now)
        {
            hold.was_seen_over = true;
        }
    }

    /// Returns `true` if a hold is valid again after its owner has seen its end.
    pub(crate) fn is_revived(&mut self, now: Time) -> bool {
        let now = self.clock.read(now);
        let Some(hold) = &mut self.hold else { return false };
        let is_valid = hold.lease.ends_at().is_some_and(|end| now < end);
        hold.was_seen_over && is_valid && !std::mem::replace(&mut hold.is_reported, true)
    }

    /// Returns `true` if there was no hold yet.
    pub(crate) fn is_waiting(&self) -> bool {
        self.hold.is_none() && !self.was_stopped
    }

    /// Counts a request of a waiter. Returns how many there were in the last second.
    pub(crate) fn count_request(&mut self, now: Time) -> usize {
        self.recent.retain(|at| *at + Duration::from_secs(1) > now);
        self.recent.push(now);
        self.recent.len()
    }
}
