//! When the next request may be sent.

use std::time::Duration;

use crate::machine::Instant;
use crate::machine::backoff::Outage;
use crate::machine::bucket::Bucket;
use crate::machine::random::Random;
use crate::machine::watch::{Settings, Severity};

/// Two buckets and a backoff.
///
/// Every request takes a token of `changes`. That alone would allow 600 requests a minute to a server that does not
/// wait, so what a request brought decides whether it also takes one of `repeats`. A watch that lies quiet has both
/// full, and nothing delays it.
#[derive(Debug)]
pub(super) struct Pace {
    changes: Bucket,
    repeats: Bucket,
    outage: Outage,
    not_before: Instant,
    random: Random,
}

impl Pace {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            changes: Bucket::default(),
            repeats: Bucket::default(),
            outage: Outage::default(),
            not_before: Instant::ORIGIN,
            random: Random::new(seed),
        }
    }

    /// When the next request may be sent.
    pub(super) fn ready_at(&self, settings: &Settings) -> Instant {
        let buckets = self.changes.ready_at(&settings.changes).max(self.repeats.ready_at(&settings.repeats));
        self.not_before.max(buckets)
    }

    pub(super) fn sent(&mut self, settings: &Settings, now: Instant) {
        self.changes.take(&settings.changes, now);
    }

    /// Counts an answer. `was_worth_it` where it took its time and then brought what was waited for.
    pub(super) fn answered(&mut self, settings: &Settings, now: Instant, was_worth_it: bool) {
        self.outage.end();
        if !was_worth_it {
            self.repeats.take(&settings.repeats, now);
        }
    }

    /// Leaves the server alone for a while, because it cannot be asked to wait.
    pub(super) fn rest(&mut self, settings: &Settings, now: Instant) {
        self.not_before = now + settings.repeats.interval;
    }

    /// Counts a failure; the pause that it takes begins at `pause_from`.
    pub(super) fn failed(
        &mut self,
        settings: &Settings,
        now: Instant,
        pause_from: Instant,
        severity: Severity,
    ) {
        self.repeats.take(&settings.repeats, now);
        let pause = match severity {
            Severity::Refusal => self.refusal_pause(settings.refusal_pause),
            Severity::Outage | Severity::Oddity => {
                self.outage.pause(&settings.backoff, now, &mut self.random)
            }
        };
        self.not_before = pause_from + pause;
    }

    fn refusal_pause(&mut self, least: Duration) -> Duration {
        least.saturating_add(self.random.up_to(least / 10))
    }
}
