//! The result of an acquisition, and the next step of a waiter.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;

use crate::machine::contender::phase::Phase;
use crate::machine::contender::{Contender, Event, Protocol};
use crate::machine::renewal::read;
use crate::machine::watch::{Severity, severity};
use crate::machine::{Cause, CauseKind, Failure, Instant};
use crate::txn::{Apply, OpErrorKind, Outcome, RolledBack};
use crate::{ApiError, ApiErrorKind, ResponseError, Route};

/// Maximum age of a response that begins a hold. An older one is checked with a read.
pub(super) const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// The time between two attempts during a lock-delay.
const DELAY: (Duration, Duration) = (Duration::from_millis(700), Duration::from_secs(1));

impl<P: Protocol, X: Clone + From<Cause>> Contender<P, X> {
    pub(super) fn acquire_ended(
        &mut self,
        now: Instant,
        sent_at: Instant,
        plan: &P::Plan,
        result: Result<http::Response<Bytes>, Failure<X>>,
    ) {
        let (kind, may_be_executed, error) = match result {
            Ok(response) => match read::<Apply>(&Apply::new(), response) {
                Ok(Outcome::Committed(results)) => {
                    let is_late = now.since(sent_at) >= TRUSTED_FOR && self.rules.read_after_late_success;
                    let session = self.renewal.session();
                    let acquired =
                        session.and_then(|session| self.protocol.acquired(plan, session, &results));
                    match acquired {
                        Some((token, hold)) if !is_late => self.hold(now, sent_at, token, hold),
                        // It may have been lost since.
                        _ => {
                            self.is_unsettled = true;
                            self.phase = Phase::Seek;
                        }
                    }
                    return;
                }
                Ok(Outcome::RolledBack(rolled_back)) => return self.rolled_back(now, plan, rolled_back),
                Err(cause) => (cause.kind(), may_be_executed(&cause), X::from(cause)),
            },
            Err(failure) => (CauseKind::Failed(failure.kind), !failure.is_unsent, failure.error),
        };
        // Repeating it is harmless: it has the same session and the same condition. If the first one was executed, the
        // next read shows that this session holds.
        self.is_unsettled |= may_be_executed;
        self.phase = Phase::Seek;
        self.back_off(now);
        self.fail(now, error, kind, severity(kind) == Severity::Permanent);
    }

    fn rolled_back(&mut self, now: Instant, plan: &P::Plan, rolled_back: RolledBack) {
        let has = |kind| rolled_back.errors.iter().any(|error| error.kind() == kind);
        if has(OpErrorKind::InvalidSession) {
            return self.replace_session();
        }
        if has(OpErrorKind::PermissionDenied) {
            return self.fail_rolled_back(now, &rolled_back);
        }
        self.failures = 0;
        if has(OpErrorKind::LockDelay) {
            if self.protocol.delayed(plan) {
                self.phase = Phase::Seek;
            } else {
                self.enter_delay(now);
            }
        } else if has(OpErrorKind::Conflict) && !has(OpErrorKind::LockHeld) && self.wait.is_one_try() {
            // Something has changed, but nobody else holds so far.
            self.phase = Phase::Seek;
        } else if has(OpErrorKind::LockHeld) || has(OpErrorKind::Conflict) {
            // The index is the one from before the change, so the next read responds immediately.
            self.enter_wait(now);
        } else {
            self.phase = Phase::Seek;
            self.back_off(now);
        }
    }

    pub(super) fn enter_wait(&mut self, now: Instant) {
        self.phase = Phase::Wait;
        if self.wait.is_one_try() {
            self.give_up(now);
        }
    }

    fn enter_delay(&mut self, now: Instant) {
        let (shortest, longest) = DELAY;
        let mut at = now + shortest + self.random.up_to(longest - shortest);
        // Contenders have the same lock-delay, as a rule, so it probably ends then.
        let spread = Duration::from_millis(5) + self.random.up_to(Duration::from_millis(45));
        let end = self.wait.free_since().map(|since| since + self.renewal.settings().lock_delay + spread);
        if let Some(end) = end.filter(|end| *end > now) {
            at = at.min(end);
        }
        self.phase = Phase::Delay(at);
        if self.wait.is_one_try() {
            self.give_up(now);
        }
    }

    /// Counts a failure of a waiter or of a holder's watch, and delays the next request.
    pub(super) fn back_off(&mut self, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        let longest = Duration::from_millis(200 << self.failures.min(3)).min(Duration::from_millis(1500));
        let longest = match &self.phase {
            Phase::Held(_) => longest.min(self.renewal.length() / 12),
            _ => longest,
        };
        self.ready_at = now + longest / 2 + self.random.up_to(longest / 2);
    }

    /// Records why a waiter makes no progress. Ends it if the reason is permanent.
    pub(super) fn fail(&mut self, now: Instant, error: X, kind: CauseKind, is_permanent: bool) {
        // The servers may not know a new token for some time.
        let is_permanent = is_permanent && kind != CauseKind::Api(ApiErrorKind::UnknownToken);
        if is_permanent || self.wait.is_one_try() {
            return self.end_waiting(now, Some(Event::Failed(error)));
        }
        self.wait.failed(error, kind);
        self.announce_wait();
    }

    /// Ends a waiter that may not write the keys.
    fn fail_rolled_back(&mut self, now: Instant, rolled_back: &RolledBack) {
        let (mut head, ()) = http::Response::new(()).into_parts();
        head.status = StatusCode::CONFLICT;
        let kind = ApiErrorKind::PermissionDenied;
        let error = ApiError::new(&head, kind, &rolled_back.to_string()).into();
        let (route, extensions) = (Route::of(&Apply::new()), http::Extensions::new());
        let cause = Cause::Response { route, error, extensions };
        self.fail(now, cause.into(), CauseKind::Api(kind), true);
    }

    /// Ends a waiter whose time has elapsed.
    pub(super) fn give_up(&mut self, now: Instant) {
        let waiting = self.wait.waiting();
        self.end_waiting(now, Some(Event::NotAcquired(waiting)));
    }
}

/// Returns `true` if a write with this error may have been executed, or may still be.
fn may_be_executed(cause: &Cause) -> bool {
    match cause {
        Cause::Response { error: ResponseError::Api(error), .. } => !error.kind().is_not_executed(),
        Cause::Response { error: ResponseError::Decode(_), .. } => true,
        Cause::Request { .. } => false,
    }
}
