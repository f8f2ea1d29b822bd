//! Releasing, and the end of the machine.

use std::time::Duration;

use bytes::Bytes;

use crate::decode;
use crate::kv::{Applied, PutIf};
use crate::machine::contender::phase::{Phase, Releasing};
use crate::machine::contender::{Contender, Event, Protocol, Release};
use crate::machine::{Cause, Failure, Instant};
use crate::txn::{Apply, Outcome};

/// Maximum number of repetitions of a release with an unknown outcome. After that, destroying the session releases
/// it.
const REPEATS: u32 = 2;
/// Maximum number of repetitions of a read before a release.
pub(super) const READS: u32 = 4;
/// The delay before each repetition.
const REPEAT_DELAY: Duration = Duration::from_millis(100);
/// Maximum number of changes of the state between a read and the release that depends on it.
const MAX_FAILED_CHECKS: u32 = 20;

impl<P: Protocol, X: Clone + From<Cause>> Contender<P, X> {
    /// Handles the stop of the owner.
    pub(super) fn stop(&mut self, now: Instant) {
        match &self.phase {
            Phase::Held(hold) => {
                hold.lease.end();
                let state = Some(hold.state.clone());
                // The owner does not look at it any more.
                self.event = None;
                self.begin_release(now, Releasing::new(state, true));
            }
            phase if phase.is_waiting() => self.end_waiting(now, None),
            _ => {}
        }
    }

    /// Ends a waiter.
    pub(super) fn end_waiting(&mut self, now: Instant, event: Option<Event<X>>) {
        self.event = event;
        self.cancel_operation();
        // Destroying the session of a holder delays the next holder by the lock-delay, and an acquisition may have
        // succeeded.
        if self.is_unsettled && self.renewal.is_valid(now) && self.rules.repeated_release {
            self.begin_release(now, Releasing::new(None, false));
        } else {
            self.end();
        }
    }

    fn begin_release(&mut self, now: Instant, releasing: Releasing<P>) {
        self.cancel_operation();
        self.ready_at = now;
        self.phase = Phase::Releasing(releasing);
    }

    /// Handles the end of a release.
    pub(super) fn release_ended(&mut self, now: Instant, result: Result<http::Response<Bytes>, Failure<X>>) {
        let Phase::Releasing(releasing) = &mut self.phase else { return };
        match result.ok().and_then(released) {
            Some(true) => self.report_release(Release::Released),
            Some(false) if releasing.failed_checks < MAX_FAILED_CHECKS => {
                releasing.failed_checks += 1;
                releasing.state = None;
            }
            Some(false) => self.report_release(Release::Unknown),
            None => self.release_unclear(now, REPEATS),
        }
    }

    /// Tries again after a request without a usable response, up to a limit.
    pub(super) fn release_unclear(&mut self, now: Instant, limit: u32) {
        let Phase::Releasing(releasing) = &mut self.phase else { return };
        let limit = if self.rules.repeated_release { limit } else { 0 };
        if releasing.unclear < limit {
            releasing.unclear += 1;
            self.ready_at = now + REPEAT_DELAY;
        } else {
            self.report_release(Release::Unknown);
        }
    }

    pub(super) fn report_release(&mut self, release: Release) {
        if let Phase::Releasing(Releasing { is_reported: true, .. }) = &self.phase {
            self.event = Some(Event::Released(release));
        }
        self.end();
    }

    /// Starts to destroy the remaining sessions. A session that is being created is awaited, and destroyed.
    pub(super) fn end(&mut self) {
        self.cancel_operation();
        if self.renewal.session().is_some() {
            self.abandon_session();
        }
        self.phase = Phase::Ending;
    }
}

/// Returns `true` if a response confirms the release, and `None` if it is inconclusive.
fn released(response: http::Response<Bytes>) -> Option<bool> {
    // The two kinds of requests have different responses.
    if response.body().starts_with(b"{") {
        return match decode::<Apply>(response).ok()?.value {
            Outcome::Committed(_) => Some(true),
            Outcome::RolledBack(rolled_back) => rolled_back.is_conflict().then_some(false),
        };
    }
    match decode::<PutIf>(response).ok()?.value {
        Applied::Yes => Some(true),
        Applied::No => Some(false),
    }
}
