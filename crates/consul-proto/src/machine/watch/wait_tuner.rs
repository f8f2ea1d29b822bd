//! Determines the wait of the next request.

use std::time::Duration;

use crate::machine::watch::Settings;
use crate::machine::{Instant, Slot};

/// The longest wait that servers accept.
const MAX: Duration = Duration::from_secs(600);
/// The shortest wait that the tuner chooses. Servers read 0 as their default.
pub(super) const MIN: Duration = Duration::from_millis(500);
/// The time for which an interrupted wait counts as evidence.
const EVIDENCE: Duration = Duration::from_secs(600);
/// The number of successful long polls after which the evidence is discarded.
const GOOD: u32 = 3;
/// The time after which the configured wait is tried again. It doubles with each failure.
const RETRY: Duration = Duration::from_secs(600);
const MAX_RETRY: Duration = Duration::from_secs(6 * 3600);

/// Determines the possible wait if a proxy or agent closes long requests.
///
/// Since 1.22.5 an agent can be configured to close connections that wait longer than some time, without a response.
/// Proxies do the same, with or without an error page. A crash looks like this, too, but only once. So the wait is
/// reduced after two interruptions in a row at about the same time, if the server works in between. The configured
/// wait is tried again after 10 minutes, and less often with each failure.
#[derive(Debug, Default)]
pub(super) struct WaitTuner {
    interruption: Option<Interruption>,
    limit: Option<Limit>,
}

/// The last interrupted wait, unless a wait of this length has succeeded since.
#[derive(Debug)]
struct Interruption {
    at: Instant,
    held: Duration,
    /// Long polls that have succeeded since.
    good: u32,
}

#[derive(Debug)]
struct Limit {
    wait: Duration,
    /// The shortest time after which a request was interrupted.
    interrupted: Duration,
    /// Whether a request has lasted as long as the limit.
    is_proven: bool,
    retry_at: Instant,
    retry_after: Duration,
}

impl WaitTuner {
    /// Returns the wait of the next long poll.
    pub(super) fn wait(&self, now: Instant, settings: &Settings) -> Duration {
        let configured = settings.wait.clamp(Duration::from_millis(1), MAX);
        match &self.limit {
            Some(limit) if now < limit.retry_at => configured.min(limit.wait),
            _ => configured,
        }
    }

    /// Returns the reduced wait after it has worked.
    pub(super) fn reduced(&self) -> Option<Duration> {
        self.limit.as_ref().filter(|limit| limit.is_proven).map(|limit| limit.wait)
    }

    /// Handles a request that was interrupted after `held`, while the server was asked to wait for `wait`.
    pub(super) fn interrupted(&mut self, now: Instant, held: Duration, wait: Duration) {
        if held < MIN {
            return;
        }
        if let Some(limit) = self.limit.as_mut().filter(|limit| wait > limit.wait) {
            limit.retry_after = limit.retry_after.saturating_mul(2).min(MAX_RETRY);
            limit.retry_at = now + limit.retry_after;
            return;
        }
        let is_again = self.interruption.as_ref().is_some_and(|before| before.confirms(now, held));
        let is_disproved = self.limit.as_ref().is_some_and(|limit| !limit.is_proven) && held >= wait;
        if is_again || is_disproved {
            // If the interruption came before the end of the wait, it shows the limit, and some room is left below it. If
            // it came at the end, the limit is unknown.
            let shorter = if held < wait { held - held / 4 } else { wait / 2 };
            let (wait, is_proven) = (shorter.max(MIN), false);
            let (retry_at, retry_after) = (now + RETRY, RETRY);
            self.limit = Some(Limit { wait, interrupted: held, is_proven, retry_at, retry_after });
        }
        self.interruption = Some(Interruption { at: now, held, good: 0 });
    }

    /// Handles another failure: the server itself fails, so the interruption is no evidence.
    pub(super) fn failed(&mut self) {
        self.interruption = None;
    }

    /// Handles a response that arrived after `held`.
    pub(super) fn succeeded(&mut self, held: Duration, wait: Duration) {
        if wait <= Slot::SHORT_WAIT {
            return;
        }
        if let Some(interruption) = &mut self.interruption {
            interruption.good += 1;
            if interruption.good > GOOD || held >= interruption.held - interruption.held / 16 {
                self.interruption = None;
            }
        }
        if let Some(limit) = &mut self.limit {
            if wait <= limit.wait {
                limit.is_proven |= wait == limit.wait && held >= wait;
            } else if held >= wait || held > limit.interrupted + limit.interrupted / 16 {
                self.limit = None;
            }
        }
    }
}

impl Interruption {
    /// Returns `true` if another interruption shows the same limit.
    fn confirms(&self, now: Instant, held: Duration) -> bool {
        now.since(self.at) <= EVIDENCE && self.held.abs_diff(held) <= self.held.max(held) / 16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn at(seconds: u64) -> Instant {
        Instant::ORIGIN + secs(seconds)
    }

    fn wait(tuner: &WaitTuner, now: u64) -> Duration {
        tuner.wait(at(now), &Settings::default())
    }

    /// A tuner that has found out that 22.5 s work and 55 s do not.
    fn reduced() -> WaitTuner {
        let mut tuner = WaitTuner::default();
        for now in [0, 31] {
            tuner.interrupted(at(now), secs(30), secs(55));
        }
        assert_eq!((wait(&tuner, 32), tuner.reduced()), (Duration::from_millis(22_500), None));
        tuner.succeeded(Duration::from_millis(22_500), Duration::from_millis(22_500));
        assert_eq!(tuner.reduced(), Some(Duration::from_millis(22_500)));
        tuner
    }

    #[test]
    fn two_interruptions_far_apart_do_not_reduce_the_wait() {
        let mut tuner = WaitTuner::default();
        tuner.interrupted(at(0), Duration::from_millis(600), secs(55));
        tuner.interrupted(at(780), Duration::from_millis(580), secs(55));
        assert_eq!(wait(&tuner, 780), secs(55));
    }

    #[test]
    fn interruptions_between_good_long_polls_do_not_reduce_the_wait() {
        let mut tuner = WaitTuner::default();
        for now in 0..100 {
            tuner.interrupted(at(now), Duration::from_millis(600), secs(55));
            for _ in 0..4 {
                tuner.succeeded(Duration::from_millis(390), secs(55));
            }
        }
        assert_eq!(wait(&tuner, 100), secs(55));
    }

    #[test]
    fn configured_wait_is_retried_less_often_if_it_fails() {
        let mut tuner = reduced();
        assert_eq!((wait(&tuner, 630), wait(&tuner, 631)), (Duration::from_millis(22_500), secs(55)));
        tuner.interrupted(at(661), secs(30), secs(55));
        assert_eq!(wait(&tuner, 661 + 1199), Duration::from_millis(22_500));
        assert_eq!(wait(&tuner, 661 + 1200), secs(55));
        assert_eq!(tuner.reduced(), Some(Duration::from_millis(22_500)), "still");
    }

    #[test]
    fn longer_wait_that_succeeds_ends_the_reduction() {
        let mut tuner = reduced();
        tuner.succeeded(secs(3), secs(55));
        assert!(tuner.reduced().is_some(), "a change after 3 s proves nothing");
        tuner.succeeded(secs(40), secs(55));
        assert_eq!((tuner.reduced(), wait(&tuner, 700)), (None, secs(55)));
    }

    #[test]
    fn interruption_at_the_end_of_the_wait_halves_it_until_it_works() {
        let mut tuner = WaitTuner::default();
        for (now, length, next) in [(0, 55_000, 55_000), (60, 55_000, 27_500), (90, 27_500, 13_750)] {
            let length = Duration::from_millis(length);
            tuner.interrupted(at(now), length + length / 20, length);
            assert_eq!(wait(&tuner, now), Duration::from_millis(next));
        }
    }
}
