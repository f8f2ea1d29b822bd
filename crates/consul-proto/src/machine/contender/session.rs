//! The session of a contender, and the lease that depends on it.

use bytes::Bytes;

use crate::machine::contender::phase::{Hold, Phase};
use crate::machine::contender::{Contender, Event, Protocol};
use crate::machine::renewal::Report;
use crate::machine::{Cause, Failure, Instant, LossReason};

impl<P: Protocol, X: Clone + From<Cause>> Contender<P, X> {
    /// Checks the clock. Called before every other method.
    pub(super) fn advance(&mut self, now: Instant) {
        self.renewal.advance(now);
        if let Phase::Held(hold) = &self.phase {
            if !hold.lease.is_valid(now) {
                self.lose(LossReason::Expired);
            }
        } else if self.phase.is_waiting() {
            if self.renewal.has_lapsed() && self.rules.lapsed_is_final {
                self.replace_session();
            }
            if self.wait.ends_at().is_some_and(|at| at <= now) {
                self.give_up(now);
            }
        }
    }

    /// Handles the end of a request for the session.
    pub(super) fn session_ended(&mut self, now: Instant, result: Result<http::Response<Bytes>, Failure<X>>) {
        let is_idle = !matches!(self.phase, Phase::Held(_));
        let report = self.renewal.ended(now, result, is_idle);
        match (report, &mut self.phase) {
            // It was created after the machine had to end.
            (Report::Created, Phase::Ending) => self.abandon_session(),
            (Report::Renewed, Phase::Held(_)) => self.extend(now),
            (Report::Gone, Phase::Held(hold)) if self.rules.recheck_404 => {
                // A restarted server may report this wrongly for some time. The keys show the real state.
                hold.is_in_doubt = true;
                self.cancel_operation();
                (self.index, self.ready_at) = (None, now);
            }
            (Report::Gone, Phase::Held(_)) => self.lose(LossReason::SessionGone),
            (Report::Gone, phase) if phase.is_waiting() => self.replace_session(),
            (Report::Failed { error, kind, is_permanent }, phase) if phase.is_waiting() => {
                self.fail(now, error, kind, is_permanent);
            }
            _ => {}
        }
    }

    /// Returns when a hold ends unless the session is renewed and the hold is confirmed.
    pub(super) fn hold_ends_at(&self, confirmed_at: Instant) -> Instant {
        let by_session = self.renewal.ends_at();
        match self.renewal.settings().confirmation(self.rules) {
            Some(length) if self.rules.confirmation => by_session.min(confirmed_at + length),
            _ => by_session,
        }
    }

    /// Moves the end of the hold, after a renewal or a confirmation.
    pub(super) fn extend(&mut self, now: Instant) {
        let Phase::Held(Hold { lease, confirmed_at, .. }) = &self.phase else { return };
        if !lease.set_end(now, self.hold_ends_at(*confirmed_at)) {
            self.lose(LossReason::Expired);
        }
    }

    /// Ends the hold and reports that.
    pub(super) fn lose(&mut self, reason: LossReason) {
        if let Phase::Held(hold) = &self.phase {
            hold.lease.end();
        }
        self.cancel_operation();
        if let Some(Event::Held(_)) = self.event {
            // The owner has not seen the hold: it still waits.
            self.event = None;
            return self.replace_session();
        }
        self.event = Some(Event::Lost(reason));
        self.end();
    }

    /// Abandons the session of a waiter and creates another one. The old session is then ignored.
    pub(super) fn replace_session(&mut self) {
        self.cancel_operation();
        self.abandon_session();
        self.is_unsettled = false;
        self.phase = Phase::Seek;
    }

    /// Marks the session to be destroyed.
    pub(super) fn abandon_session(&mut self) {
        let (session, exchange) = self.renewal.take();
        self.cancelled.extend(exchange);
        if let Some(session) = session {
            self.destroyer.push(session);
        }
    }
}
