//! The rate limit of requests.

use std::time::Duration;

use crate::machine::Instant;
use crate::machine::backoff::Attempts;
use crate::machine::bucket::Bucket;
use crate::machine::random::Random;
use crate::machine::watch::{Settings, Severity};

/// Two token buckets and a backoff.
///
/// Every request takes a token of `changes`. That alone would allow 600 requests per minute to a server that does not
/// wait, so the response decides whether the request also takes a token of `idle`. After some quiet time both buckets
/// are full, and nothing delays the next request.
#[derive(Debug)]
pub(super) struct Throttle {
    changes: Bucket,
    idle: Bucket,
    attempts: Attempts,
    not_before: Instant,
    random: Random,
}

impl Throttle {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            changes: Bucket::default(),
            idle: Bucket::default(),
            attempts: Attempts::default(),
            not_before: Instant::ORIGIN,
            random: Random::new(seed),
        }
    }

    /// Returns the time at which the next request may be sent.
    pub(super) fn ready_at(&self, settings: &Settings) -> Instant {
        let buckets =
            self.changes.ready_at(&settings.change_rate).max(self.idle.ready_at(&settings.idle_rate));
        self.not_before.max(buckets)
    }

    pub(super) fn sent(&mut self, settings: &Settings, now: Instant) {
        self.changes.take(&settings.change_rate, now);
    }

    /// Counts a response. `was_useful` if it waited and then contained what the watch waited for.
    pub(super) fn succeeded(&mut self, settings: &Settings, now: Instant, was_useful: bool) {
        self.attempts.succeeded();
        if !was_useful {
            self.idle.take(&settings.idle_rate, now);
        }
    }

    /// Delays the next request, because there is no index or hash to wait on.
    pub(super) fn delay(&mut self, settings: &Settings, now: Instant) {
        self.not_before = now + settings.idle_rate.interval;
    }

    /// Counts a failure. The delay begins at `from`.
    pub(super) fn failed(&mut self, settings: &Settings, now: Instant, from: Instant, severity: Severity) {
        self.idle.take(&settings.idle_rate, now);
        let delay = match severity {
            Severity::Permanent => self.rejected_delay(settings.rejected_retry_delay),
            Severity::Transient | Severity::Unexpected => {
                self.attempts.failed(&settings.backoff, now, &mut self.random)
            }
        };
        self.not_before = from + delay;
    }

    fn rejected_delay(&mut self, least: Duration) -> Duration {
        least.saturating_add(self.random.up_to(least / 10))
    }
}
