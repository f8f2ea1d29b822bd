//! Derives the health from failures.

use crate::machine::watch::{Degraded, Health, Settings, Severity};
use crate::machine::{CauseKind, Instant};

/// The failures since the last success, and the health that follows.
#[derive(Debug)]
pub(super) struct Failures<X> {
    streak: Option<FailureStreak<X>>,
    health: Health<X>,
}

#[derive(Debug)]
struct FailureStreak<X> {
    since: Instant,
    /// The latest transient failure, and when transient failures began, until they are reported.
    unreported: Option<(X, CauseKind, Instant)>,
}

impl<X: Clone> Failures<X> {
    pub(super) fn new() -> Self {
        Self { streak: None, health: Health::Healthy }
    }

    pub(super) fn health(&self) -> &Health<X> {
        &self.health
    }

    /// Returns `true` if the last attempt failed.
    pub(super) fn is_failing(&self) -> bool {
        self.streak.is_some()
    }

    /// Counts a failure. Urgent failures are reported immediately, others if they last.
    pub(super) fn failed(
        &mut self,
        now: Instant,
        cause: X,
        kind: CauseKind,
        severity: Severity,
        is_urgent: bool,
    ) {
        let is_reported = self.is_degraded_by(Severity::Transient);
        let streak = self.streak.get_or_insert(FailureStreak { since: now, unreported: None });
        if is_urgent {
            streak.unreported = None;
            self.report(cause, kind, severity);
        } else if !is_reported {
            let since = streak.unreported.as_ref().map_or(now, |(_, _, since)| *since);
            streak.unreported = Some((cause, kind, since));
        }
    }

    /// Ends the streak.
    pub(super) fn succeeded(&mut self) {
        (self.streak, self.health) = (None, Health::Healthy);
    }

    /// Returns the time at which transient failures are reported.
    pub(super) fn due_at(&self, settings: &Settings) -> Option<Instant> {
        let (_, _, since) = self.streak.as_ref()?.unreported.as_ref()?;
        Some(*since + settings.degraded_after)
    }

    /// Reports transient failures that have lasted.
    pub(super) fn advance(&mut self, now: Instant, settings: &Settings) {
        if self.due_at(settings).is_some_and(|at| at <= now)
            && let Some((cause, kind, _)) = self.streak.as_mut().and_then(|streak| streak.unreported.take())
        {
            self.report(cause, kind, Severity::Transient);
        }
    }

    fn report(&mut self, cause: X, kind: CauseKind, severity: Severity) {
        let Some(streak) = &self.streak else { return };
        let degraded = Health::Degraded(Degraded::new(cause, kind, severity, streak.since));
        // Keeps the first of equal failures, since the owner already has its text.
        if self.health != degraded {
            self.health = degraded;
        }
    }

    fn is_degraded_by(&self, severity: Severity) -> bool {
        matches!(&self.health, Health::Degraded(degraded) if degraded.severity == severity)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::machine::FailureKind;

    const CONNECT: CauseKind = CauseKind::Failed(FailureKind::Connect);
    const CLOSED: CauseKind = CauseKind::Failed(FailureKind::Closed);

    fn at(seconds: u64) -> Instant {
        Instant::ORIGIN + Duration::from_secs(seconds)
    }

    fn shown(failures: &Failures<&'static str>) -> Option<(&'static str, Severity, Duration)> {
        match failures.health() {
            Health::Healthy => None,
            Health::Degraded(degraded) => {
                Some((degraded.cause, degraded.severity, degraded.since.since_origin()))
            }
        }
    }

    #[test]
    fn transient_failures_are_reported_once_they_last() {
        let (mut failures, settings) = (Failures::new(), Settings::default());
        failures.failed(at(5), "first", CONNECT, Severity::Transient, false);
        failures.failed(at(14), "second", CLOSED, Severity::Transient, false);
        failures.advance(at(14), &settings);
        assert_eq!((shown(&failures), failures.due_at(&settings)), (None, Some(at(15))));
        failures.advance(at(15), &settings);
        assert_eq!(shown(&failures), Some(("second", Severity::Transient, Duration::from_secs(5))));
        failures.failed(at(20), "third", CONNECT, Severity::Transient, false);
        failures.advance(at(60), &settings);
        assert_eq!(shown(&failures).unwrap().0, "second", "another kind of transient failure is no news");
        failures.succeeded();
        assert_eq!((shown(&failures), failures.is_failing()), (None, false));
    }

    #[test]
    fn urgent_failures_replace_others_immediately() {
        let (mut failures, settings) = (Failures::new(), Settings::default());
        failures.failed(at(0), "refused", CONNECT, Severity::Transient, false);
        failures.failed(at(1), "odd", CauseKind::Decode, Severity::Unexpected, true);
        assert_eq!(shown(&failures), Some(("odd", Severity::Unexpected, Duration::ZERO)));
        failures.failed(at(2), "odd again", CauseKind::Decode, Severity::Unexpected, true);
        assert_eq!(shown(&failures).unwrap().0, "odd");
        failures.failed(at(3), "refused", CONNECT, Severity::Transient, false);
        assert_eq!(failures.due_at(&settings), Some(at(13)), "the outage has begun now");
        failures.advance(at(13), &settings);
        assert_eq!(shown(&failures).unwrap().1, Severity::Transient);
    }
}
