//! Handling the state that reads return.

use bytes::Bytes;

use crate::machine::contender::phase::{Hold, Kind, Phase};
use crate::machine::contender::{Contender, Event, Held, Protocol, Release, View};
use crate::machine::watch::{Severity, severity};
use crate::machine::{Cause, CauseKind, Failure, FailureKind, Instant, Lease, LossReason};
use crate::{OutputOf, Response, Route, decode};

use super::acquire::TRUSTED_FOR;

impl<P: Protocol, X: Clone + From<Cause>> Contender<P, X> {
    /// Handles the end of a read.
    pub(super) fn read_ended(
        &mut self,
        now: Instant,
        sent_at: Instant,
        kind: Kind<P::Plan>,
        result: Result<http::Response<Bytes>, Failure<X>>,
    ) {
        let error = match result {
            Ok(response) => match self.decoded(response) {
                Ok(response) => return self.observed(now, sent_at, response),
                Err(cause) => (cause.kind(), cause.into()),
            },
            Err(failure) => (CauseKind::Failed(failure.kind), failure.error),
        };
        self.read_failed(now, kind, error);
    }

    fn decoded(&self, mut response: http::Response<Bytes>) -> Result<Response<OutputOf<P::Read>>, Cause> {
        let extensions = std::mem::take(response.extensions_mut());
        let route = Route::of(self.protocol.read());
        decode::<P::Read>(response).map_err(|error| Cause::Response { route, error, extensions })
    }

    fn read_failed(&mut self, now: Instant, kind: Kind<P::Plan>, (cause, error): (CauseKind, X)) {
        self.index = None;
        match &mut self.phase {
            Phase::Releasing(_) => self.release_unclear(now, super::release::READS),
            Phase::Held(hold) if hold.is_in_doubt => self.lose(LossReason::SessionGone),
            Phase::Held(_) => self.delay_read(now, kind, cause),
            Phase::Seek | Phase::Acquire(_) | Phase::Wait | Phase::Delay(_) => {
                self.delay_read(now, kind, cause);
                if cause != CauseKind::Failed(FailureKind::Preempted) {
                    self.fail(now, error, cause, severity(cause) == Severity::Permanent);
                }
            }
            Phase::Ending | Phase::Done => {}
        }
    }

    fn delay_read(&mut self, now: Instant, kind: Kind<P::Plan>, cause: CauseKind) {
        let was_slow = matches!(
            (kind, cause),
            (Kind::Watch, CauseKind::Failed(FailureKind::Timeout | FailureKind::Preempted))
        );
        if was_slow {
            // The duration of the attempt is a sufficient delay.
            self.ready_at = now;
        } else {
            self.back_off(now);
        }
    }

    /// Handles what a read shows.
    fn observed(&mut self, now: Instant, sent_at: Instant, response: Response<OutputOf<P::Read>>) {
        self.failures = 0;
        let Some(session) = self.renewal.session() else { return };
        let index = response.meta.index.unwrap_or(0);
        let view = self.protocol.view(&response.value, session, &mut self.random);
        match &self.phase {
            Phase::Held(_) => self.observed_holding(now, sent_at, index, view),
            Phase::Releasing(_) => self.observed_releasing(view),
            phase if phase.is_waiting() => self.observed_waiting(now, sent_at, index, view),
            _ => {}
        }
    }

    fn observed_waiting(&mut self, now: Instant, sent_at: Instant, index: u64, view: View<P::Plan, P::Hold>) {
        self.index = Some(index);
        match view {
            // An acquisition has succeeded without its response. This read is too old to begin a hold.
            View::Ours { .. } if now.since(sent_at) >= TRUSTED_FOR => self.phase = Phase::Seek,
            View::Ours { token, hold } => self.hold(now, sent_at, token, hold),
            View::Free(plan) => {
                self.wait.is_free(now);
                self.announce_wait();
                self.phase = Phase::Acquire(plan);
            }
            View::Taken(holders) => {
                self.wait.is_taken(now, &holders);
                self.announce_wait();
                self.enter_wait(now);
            }
            View::Conflict(conflict) => {
                self.event = Some(Event::Conflict(conflict));
                self.end();
            }
        }
    }

    fn observed_holding(&mut self, now: Instant, sent_at: Instant, index: u64, view: View<P::Plan, P::Hold>) {
        let Phase::Held(hold) = &mut self.phase else { return };
        let was_in_doubt = std::mem::take(&mut hold.is_in_doubt);
        match view {
            View::Ours { hold: state, .. } if index >= hold.token => {
                self.index = Some(index);
                hold.state = state;
                hold.confirmed_at = hold.confirmed_at.max(sent_at);
                if was_in_doubt {
                    self.renewal.confirmed(now);
                }
                self.extend(now);
            }
            // The read is older than the acquisition.
            _ if index < hold.token && !was_in_doubt => self.back_off(now),
            _ if was_in_doubt => self.lose(LossReason::SessionGone),
            _ => self.lose(LossReason::KeyLost),
        }
    }

    fn observed_releasing(&mut self, view: View<P::Plan, P::Hold>) {
        match (view, &mut self.phase) {
            (View::Ours { hold, .. }, Phase::Releasing(releasing)) => {
                releasing.state = Some(hold);
                // Failed reads do not count as attempts of the release.
                releasing.unclear = 0;
            }
            _ => self.report_release(Release::NotHeld),
        }
    }

    /// Begins a hold, unless the session may have ended. `sent_at` is the time at which the request that shows the
    /// hold was sent.
    pub(super) fn hold(&mut self, now: Instant, sent_at: Instant, token: u64, state: P::Hold) {
        let Some(session) = self.renewal.session().cloned() else { return };
        if !self.renewal.is_valid(now) && self.rules.lapsed_is_final {
            return self.replace_session();
        }
        let lease = Lease::new(self.hold_ends_at(sent_at), self.rules);
        if !lease.is_valid(now) {
            self.phase = Phase::Seek;
            return;
        }
        self.index = Some(token);
        self.ready_at = now;
        self.is_unsettled = false;
        self.event = Some(Event::Held(Held { token, lease: lease.clone(), session }));
        self.cancelled.extend(self.wait.cancel());
        let (confirmed_at, is_in_doubt) = (sent_at, false);
        self.phase = Phase::Held(Hold { lease, token, state, confirmed_at, is_in_doubt });
    }
}
