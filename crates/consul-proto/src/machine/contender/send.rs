//! The next request.

use std::time::Duration;

use bytes::Bytes;

use crate::machine::contender::phase::{Hold, Kind, Operation, Phase, Releasing};
use crate::machine::contender::{Contender, Event, Giveback, Protocol, Release};
use crate::machine::session::scoped;
use crate::machine::{Cause, Instant, Output, Slot};
use crate::session::Info;
use crate::txn::{Apply, KvOp};
use crate::{Consistency, EncodeError, Endpoint, Options, Route, encode};

/// Timeout of an acquisition or a release.
const WRITE: Duration = Duration::from_secs(5);
/// Timeout of a read, in addition to the server's wait.
const READ: Duration = Duration::from_millis(2500);
/// Timeout of a read that decides if a session has ended.
const DOUBT: Duration = Duration::from_secs(1);
/// The wait of a waiter's read.
const WAIT: Duration = Duration::from_secs(10);
/// The time after which a waiter without a slot for such a read sends one that does not wait.
const PATIENCE: Duration = Duration::from_millis(800);
/// Maximum time between two reads of a holder without a slot for a read that waits.
const HOLDER_INTERVAL: Duration = Duration::from_secs(5);

/// The next request, or the time of the next request and the wanted slot.
type Due<X> = Result<Output<Event<X>>, (Option<Instant>, Option<Slot>)>;

/// A request that is written, unless it is invalid.
type Written = (Route, Result<http::Request<Bytes>, EncodeError>);

impl<P: Protocol, X: Clone + From<Cause>> Contender<P, X> {
    pub(super) fn due(&mut self, now: Instant, granted: Option<(Slot, Duration)>) -> Due<X> {
        if matches!(self.phase, Phase::Done) {
            return Err((None, None));
        }
        let is_waiting = self.phase.is_waiting();
        let mut wake_at = None;
        if is_waiting || matches!(self.phase, Phase::Held(_)) {
            if is_waiting && self.renewal.session().is_none() {
                self.renewal.delay_until(self.pacer.read_at());
            }
            if let Some(request) = self.renewal.poll(now, &mut self.exchanges) {
                self.pacer.sent(now);
                return Ok(request);
            }
            wake_at = earliest(wake_at, self.renewal.wake_at());
            if self.renewal.session().is_some() && !self.renewal.has_lapsed() {
                wake_at = earliest(wake_at, Some(self.renewal.ends_at()));
            }
        }
        match &self.phase {
            Phase::Held(Hold { lease, .. }) => wake_at = earliest(wake_at, lease.ends_at()),
            phase if phase.is_waiting() => {
                self.destroyer.delay_until(self.pacer.read_at());
                wake_at = earliest(wake_at, self.wait.ends_at());
            }
            _ => {}
        }
        if let Some(request) = self.destroyer.poll(now, &mut self.exchanges) {
            if is_waiting {
                self.pacer.sent(now);
            }
            return Ok(request);
        }
        wake_at = earliest(wake_at, self.destroyer.wake_at());
        if let Phase::Ending = self.phase {
            let deadline = self.destroyer.deadline(now);
            if now >= deadline || (self.destroyer.is_empty() && !self.renewal.is_in_flight()) {
                self.cancelled.extend(self.destroyer.cancel());
                self.cancelled.extend(self.renewal.take().1);
                self.phase = Phase::Done;
            }
            wake_at = earliest(wake_at, Some(deadline));
        }
        let (at, wants) = match self.step(now, granted) {
            Ok(request) => return Ok(request),
            Err(waiting) => waiting,
        };
        Err((earliest(wake_at, at), wants))
    }

    /// Returns the request for the keys that is due.
    fn step(&mut self, now: Instant, granted: Option<(Slot, Duration)>) -> Due<X> {
        if self.operation.is_some() {
            return self.describe_holder(now, granted);
        }
        let Some(session) = self.renewal.session().cloned() else { return Err((None, None)) };
        match &self.phase {
            Phase::Seek => self.read_when_granted(now, granted),
            Phase::Acquire(plan) => {
                // Only possible if a rule is turned off: a lapsed session has been replaced.
                if !self.renewal.is_valid(now) && self.rules.lapsed_is_final {
                    return Err((None, None));
                }
                due_at(now, self.ready_at.max(self.pacer.acquire_at()))?;
                let plan = plan.clone();
                let request = self.transaction(self.protocol.acquire(&plan, &session));
                self.send(now, Kind::Acquire(plan), request, Slot::Lease, Duration::ZERO, WRITE)
            }
            Phase::Delay(at) => {
                due_at(now, *at)?;
                self.protocol.retry();
                self.phase = Phase::Seek;
                self.step(now, granted)
            }
            Phase::Wait if self.index.is_none() => self.read_when_granted(now, granted),
            Phase::Wait => self.watch_as_waiter(now, granted),
            Phase::Held(Hold { is_in_doubt: true, .. }) => self.send_read(now, None, Slot::Lease, DOUBT),
            Phase::Held(_) => self.watch_as_holder(now, granted),
            Phase::Releasing(releasing) => {
                due_at(now, self.ready_at)?;
                let Releasing { state: Some(state), failed_checks, .. } = releasing else {
                    return self.send_read(now, None, Slot::Lease, READ);
                };
                let request = match self.protocol.release(state, &session, *failed_checks) {
                    Giveback::Transaction(operations) => self.transaction(operations),
                    Giveback::Put(put) => written(&put, &scoped_options(&put, &self.options)),
                };
                self.send(now, Kind::Release, request, Slot::Lease, Duration::ZERO, WRITE)
            }
            Phase::Ending | Phase::Done => Err((None, None)),
        }
    }

    fn read_when_granted(&mut self, now: Instant, granted: Option<(Slot, Duration)>) -> Due<X> {
        due_at(now, self.ready_at.max(self.pacer.read_at()))?;
        match granted {
            Some((Slot::Short, _)) => self.send_read(now, None, Slot::Short, READ),
            _ => Err((None, Some(Slot::Short))),
        }
    }

    fn watch_as_waiter(&mut self, now: Instant, granted: Option<(Slot, Duration)>) -> Due<X> {
        due_at(now, self.ready_at.max(self.pacer.read_at()))?;
        let patient_until = *self.wait.wanted_since.get_or_insert(now) + PATIENCE;
        match granted {
            Some((Slot::LongPoll, longest)) if longest > Slot::SHORT_WAIT => {
                self.send_read(now, Some(WAIT.min(longest)), Slot::LongPoll, READ)
            }
            _ if now >= patient_until => self.read_when_granted(now, granted),
            _ => Err((Some(patient_until), Some(Slot::LongPoll))),
        }
    }

    /// Watches the keys, to detect their loss and to confirm the hold.
    fn watch_as_holder(&mut self, now: Instant, granted: Option<(Slot, Duration)>) -> Due<X> {
        if !self.rules.key_watch {
            return Err((None, None));
        }
        due_at(now, self.ready_at.max(self.pacer.read_at()))?;
        let Some((Slot::Lease, longest)) = granted else { return Err((None, Some(Slot::Lease))) };
        let wait = self.renewal.length() / 3;
        if longest <= Slot::SHORT_WAIT {
            self.ready_at = now + wait.min(HOLDER_INTERVAL);
            return self.send_read(now, None, Slot::Lease, READ);
        }
        self.send_read(now, Some(wait.min(longest)), Slot::Lease, wait / 2)
    }

    /// Reads the session of a holder, to report its name and node.
    fn describe_holder(&mut self, now: Instant, granted: Option<(Slot, Duration)>) -> Due<X> {
        let (Phase::Wait, Some((at, session))) = (&self.phase, self.wait.to_describe()) else {
            return Err((None, None));
        };
        due_at(now, at.max(self.pacer.read_at()))?;
        let Some((Slot::Short, _)) = granted else { return Err((None, Some(Slot::Short))) };
        let endpoint = Info::new(session);
        let (route, Ok(request)) = written(&endpoint, &scoped::<Info>(&self.options)) else {
            self.wait.described(None);
            return Err((None, None));
        };
        let exchange = self.exchanges.next();
        self.wait.describe(exchange);
        self.pacer.sent(now);
        let (slot, held, deadline) = (Slot::Short, Duration::ZERO, now + READ);
        Ok(Output::Send { exchange, route, request, slot, held, deadline })
    }

    /// Reads the keys. With a `wait`, the server responds after a change, unless the index is unknown.
    fn send_read(&mut self, now: Instant, wait: Option<Duration>, slot: Slot, limit: Duration) -> Due<X> {
        let index = self.index.filter(|_| wait.is_some());
        let wait = wait.filter(|_| index.is_some());
        let options = Options { index, wait, ..consistent::<P::Read>(&self.options) };
        let request = written(self.protocol.read(), &options);
        let kind = if wait.is_some() { Kind::Watch } else { Kind::Read };
        // Servers add up to a sixteenth to the wait, to spread their responses.
        let held = wait.map_or(Duration::ZERO, |wait| wait + wait / 16);
        self.send(now, kind, request, slot, held, limit)
    }

    fn send(
        &mut self,
        now: Instant,
        kind: Kind<P::Plan>,
        (route, request): Written,
        slot: Slot,
        held: Duration,
        limit: Duration,
    ) -> Due<X> {
        match request {
            Ok(request) => {
                let exchange = self.exchanges.next();
                self.operation = Some(Operation { exchange, kind, sent_at: now });
                self.wait.wanted_since = None;
                self.pacer.sent(now);
                Ok(Output::Send { exchange, route, request, slot, held, deadline: now + held + limit })
            }
            Err(error) => {
                self.reject(now, Cause::Request { route, error });
                Err((Some(now), None))
            }
        }
    }

    /// Handles a request that cannot be encoded, because the ID of a session is invalid or a value is too large. This
    /// is permanent.
    fn reject(&mut self, now: Instant, cause: Cause) {
        match &self.phase {
            Phase::Releasing(_) => self.report_release(Release::Unknown),
            Phase::Held(_) => self.back_off(now),
            _ => self.end_waiting(now, Some(Event::Failed(cause.into()))),
        }
    }

    fn transaction(&self, operations: Vec<KvOp>) -> Written {
        let Options { namespace, partition, .. } = &self.options;
        let operations = operations.into_iter().map(|mut operation| {
            if let Some(namespace) = namespace {
                operation = operation.namespace(namespace);
            }
            if let Some(partition) = partition {
                operation = operation.partition(partition);
            }
            operation
        });
        let apply = Apply::new().ops(operations);
        written(&apply, &scoped_options(&apply, &self.options))
    }
}

/// Returns the options of a consistent read.
pub(super) fn consistent<E: Endpoint>(options: &Options) -> Options {
    Options { consistency: Some(Consistency::Consistent), ..scoped::<E>(options) }
}

fn scoped_options<E: Endpoint>(_: &E, options: &Options) -> Options {
    scoped::<E>(options)
}

fn written<E: Endpoint>(endpoint: &E, options: &Options) -> Written {
    (Route::of(endpoint), encode(endpoint, options))
}

/// Returns an error with the time if that is yet to come.
fn due_at(now: Instant, at: Instant) -> Result<(), (Option<Instant>, Option<Slot>)> {
    if now < at { Err((Some(at), None)) } else { Ok(()) }
}

fn earliest(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
