//! A session that is kept alive.
//!
//! The machine creates a session and renews it, until it is stopped or the session is lost. Then it destroys the
//! session. Its lease follows the rules of [`SessionSettings::lease`], and every renewal is sent on [`Slot::Lease`].
//!
//! | state | what follows |
//! | --- | --- |
//! | creating | the create request is repeated until it succeeds or is rejected |
//! | held | the session is renewed after a third of the lease; an attempt lasts at most a quarter of it |
//! | held, and the server responds that it does not know the session | a consistent read of the session decides, within one second |
//! | lease over, session gone, or stopped | the session is destroyed, for at most 30 seconds |
//!
//! A renewal does not prove that the session exists, since servers renew without a quorum. Therefore the machine of a
//! lock also watches the key.

#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use crate::machine::destroyer::{Cleanup, Destroyer};
use crate::machine::exchanges::Exchanges;
use crate::machine::renewal::{Renewal, Report, read};
use crate::machine::session::scoped;
use crate::machine::{
    Cause, Exchange, Failure, Input, Instant, Lease, LossReason, Machine, Output, Rules, SessionSettings,
    Slot,
};
use crate::model::SessionId;
use crate::session::Info;
use crate::{Consistency, EncodeError, Options, Route, encode};

/// Timeout of the read that confirms the end of a session.
const CONFIRMATION: Duration = Duration::from_secs(1);

/// A session that is kept alive, as a machine.
pub struct KeepAlive<X> {
    options: Options,
    rules: Rules,
    renewal: Renewal,
    destroyer: Destroyer,
    exchanges: Exchanges,
    phase: Phase<X>,
    confirmation: Confirmation,
    to_cancel: Vec<Exchange>,
    /// The error of the last attempt to create or renew the session.
    last_error: Option<X>,
    has_event: bool,
}

enum Phase<X> {
    Creating,
    Held(Lease),
    Ending(EndReason<X>),
    Ended(EndReason<X>),
}

/// The read that decides if a session has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Confirmation {
    None,
    Due,
    InFlight(Exchange),
}

/// The state of the session.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event<X> {
    /// The session does not exist yet.
    Creating {
        /// The error of the last attempt.
        error: Option<X>,
    },
    /// The session exists until the end of the lease.
    Held {
        /// The id of the session.
        session: SessionId,
        /// The lease. It ends before an event reports this.
        lease: Lease,
    },
    /// The session has ended, or will never exist. The machine cleans up and ends.
    Ended(EndReason<X>),
}

/// The reason why a session has ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum EndReason<X> {
    /// The owner has stopped the machine.
    Stopped,
    /// The session was lost.
    Lost {
        /// The reason.
        reason: LossReason,
        /// The error of the last renewal, if it failed.
        error: Option<X>,
    },
    /// The session could not be created, and the error is permanent.
    Rejected(X),
}

impl<X: Clone + From<Cause>> KeepAlive<X> {
    /// Creates the machine. Of `options`, only datacenter, namespace and partition are used. `seed` randomizes the
    /// delays after failures.
    ///
    /// # Errors
    ///
    /// Returns an error if a setting is invalid.
    pub fn new(settings: SessionSettings, options: &Options, seed: u64) -> Result<Self, EncodeError> {
        let rules = Rules::default();
        Ok(Self {
            renewal: Renewal::new(settings, options, rules, seed)?,
            destroyer: Destroyer::new(options, seed),
            options: Options { consistency: Some(Consistency::Consistent), ..scoped::<Info>(options) },
            rules,
            exchanges: Exchanges::default(),
            phase: Phase::Creating,
            confirmation: Confirmation::None,
            to_cancel: Vec::new(),
            last_error: None,
            has_event: false,
        })
    }

    /// Returns the sessions that the machine has left on the servers.
    #[must_use]
    pub fn cleanup(&self) -> Cleanup {
        match self.phase {
            Phase::Ended(_) if self.destroyer.is_empty() => Cleanup::Complete,
            Phase::Ended(_) => Cleanup::Incomplete(self.destroyer.sessions().to_vec()),
            _ => Cleanup::InProgress,
        }
    }

    /// Checks the clock: inputs after the end of the lease have no effect.
    fn advance(&mut self, now: Instant) {
        self.renewal.advance(now);
        match &self.phase {
            Phase::Held(lease) if !lease.is_valid(now) => self.lose(LossReason::Expired),
            // The response came after the end of the lease.
            Phase::Creating if self.renewal.has_lapsed() => self.give_up_session(),
            _ => {}
        }
    }

    fn renewal_ended(&mut self, now: Instant, result: Result<http::Response<Bytes>, Failure<X>>) {
        match self.renewal.ended(now, result, false) {
            Report::Created if matches!(self.phase, Phase::Creating) => {
                self.last_error = None;
                if self.renewal.is_valid(now) {
                    self.enter(Phase::Held(Lease::new(self.renewal.ends_at(), self.rules)));
                }
            }
            // Stopped in the meantime.
            Report::Created => self.give_up_session(),
            Report::Renewed => {
                self.last_error = None;
                let ends_at = self.renewal.ends_at();
                if let Phase::Held(lease) = &self.phase
                    && !lease.set_end(now, ends_at)
                {
                    self.lose(LossReason::Expired);
                }
            }
            Report::Gone => self.confirmation = Confirmation::Due,
            Report::Failed { error, is_permanent, .. } => match self.phase {
                Phase::Creating if is_permanent => self.enter(Phase::Ending(EndReason::Rejected(error))),
                Phase::Creating => {
                    self.last_error = Some(error);
                    self.has_event = true;
                }
                _ => self.last_error = Some(error),
            },
        }
    }

    fn confirmation_ended(&mut self, now: Instant, result: Result<http::Response<Bytes>, Failure<X>>) {
        self.confirmation = Confirmation::None;
        let Some(id) = self.renewal.session() else { return };
        let session = match result {
            Ok(response) => read(&Info::new(id), response).map_err(X::from),
            Err(failure) => Err(failure.error),
        };
        match session {
            Ok(Some(session)) if session.id == *id => self.renewal.confirmed(now),
            Ok(_) => self.lose(LossReason::SessionGone),
            Err(error) => {
                self.last_error = Some(error);
                self.lose(LossReason::SessionGone);
            }
        }
    }

    fn lose(&mut self, reason: LossReason) {
        let error = self.last_error.take();
        self.end(EndReason::Lost { reason, error });
    }

    fn end(&mut self, reason: EndReason<X>) {
        if let Phase::Held(lease) = &self.phase {
            lease.end();
        }
        // A create request in flight is awaited, and its session destroyed.
        if self.renewal.session().is_some() {
            self.give_up_session();
        }
        self.enter(Phase::Ending(reason));
    }

    fn give_up_session(&mut self) {
        let (session, renewal) = self.renewal.take();
        self.to_cancel.extend(renewal);
        if let Confirmation::InFlight(exchange) = self.confirmation {
            self.to_cancel.push(exchange);
        }
        self.confirmation = Confirmation::None;
        session.into_iter().for_each(|session| self.destroyer.push(session));
    }

    fn enter(&mut self, phase: Phase<X>) {
        self.phase = phase;
        self.has_event = true;
    }

    /// Returns the request that is due, if there is one.
    fn request(&mut self, now: Instant) -> Option<Output<Event<X>>> {
        if matches!(self.phase, Phase::Creating | Phase::Held(_)) {
            if self.confirmation == Confirmation::Due {
                return self.confirm(now);
            }
            if let Some(renewal) = self.renewal.poll(now, &mut self.exchanges) {
                return Some(renewal);
            }
        }
        self.destroyer.poll(now, &mut self.exchanges)
    }

    fn confirm(&mut self, now: Instant) -> Option<Output<Event<X>>> {
        let info = Info::new(self.renewal.session()?);
        let Ok(request) = encode(&info, &self.options) else {
            self.lose(LossReason::SessionGone);
            return None;
        };
        let exchange = self.exchanges.next();
        self.confirmation = Confirmation::InFlight(exchange);
        let (slot, held, deadline) = (Slot::Lease, Duration::ZERO, now + CONFIRMATION);
        Some(Output::Send { exchange, route: Route::of(&info), request, slot, held, deadline })
    }

    /// Ends the clean-up when it is complete or its time has elapsed. Returns this time.
    fn finish(&mut self, now: Instant) -> Option<Instant> {
        let Phase::Ending(reason) = &self.phase else { return None };
        let deadline = self.destroyer.deadline(now);
        let is_complete = self.destroyer.is_empty() && !self.renewal.is_in_flight();
        if !is_complete && now < deadline {
            return Some(deadline);
        }
        self.phase = Phase::Ended(reason.clone());
        self.give_up_session();
        self.to_cancel.extend(self.destroyer.cancel());
        None
    }

    fn event(&self) -> Event<X> {
        match &self.phase {
            Phase::Creating => Event::Creating { error: self.last_error.clone() },
            Phase::Held(lease) => match self.renewal.session() {
                Some(session) => Event::Held { session: session.clone(), lease: lease.clone() },
                None => Event::Creating { error: None },
            },
            Phase::Ending(reason) | Phase::Ended(reason) => Event::Ended(reason.clone()),
        }
    }
}

impl<X: Clone + From<Cause>> Machine for KeepAlive<X> {
    type Event = Event<X>;
    type Error = X;

    fn handle(&mut self, now: Instant, input: Input<X>) {
        if self.rules.lease_before_inputs {
            self.advance(now);
        }
        let (exchange, result) = match input {
            Input::Response(exchange, response) => (exchange, Ok(response)),
            Input::Failed(exchange, failure) => (exchange, Err(failure)),
            Input::Granted { .. } => return,
            Input::Stop => {
                if matches!(self.phase, Phase::Creating | Phase::Held(_)) {
                    self.end(EndReason::Stopped);
                }
                return;
            }
        };
        if self.renewal.owns(exchange) {
            self.renewal_ended(now, result);
        } else if self.confirmation == Confirmation::InFlight(exchange) {
            self.confirmation_ended(now, result);
        } else if self.destroyer.owns(exchange) {
            self.destroyer.ended(now, result.ok());
        }
    }

    fn poll(&mut self, now: Instant) -> Output<Event<X>> {
        self.advance(now);
        let deadline = self.finish(now);
        if let Some(exchange) = self.to_cancel.pop() {
            return Output::Cancel(exchange);
        }
        if !matches!(self.phase, Phase::Ended(_))
            && let Some(request) = self.request(now)
        {
            return request;
        }
        if std::mem::take(&mut self.has_event) {
            return Output::Event(self.event());
        }
        let (renewal, lease) = match &self.phase {
            Phase::Ended(_) => return Output::Done,
            Phase::Ending(_) => (None, None),
            Phase::Creating => (self.renewal.wake_at(), None),
            Phase::Held(lease) => (self.renewal.wake_at(), lease.ends_at()),
        };
        let until = [deadline, renewal, lease, self.destroyer.wake_at()].into_iter().flatten().min();
        Output::Wait { until, wants: None }
    }
}

impl<X> fmt::Debug for KeepAlive<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = match &self.phase {
            Phase::Creating => "creating",
            Phase::Held(_) => "held",
            Phase::Ending(_) => "ending",
            Phase::Ended(_) => "ended",
        };
        f.debug_struct("KeepAlive")
            .field("settings", self.renewal.settings())
            .field("session", &self.renewal.session())
            .field("phase", &phase)
            .finish_non_exhaustive()
    }
}
