//! The delays between attempts that fail.

use std::time::Duration;

use crate::machine::Instant;
use crate::machine::random::Random;

/// The delays between failing attempts.
///
/// The delay doubles from [`initial`](Self::initial) up to a maximum. The maximum is small at first, because elections
/// and restarts take seconds, and large later. Each new delay is random between zero and its full length (full jitter),
/// so clients that failed at the same time do not retry at the same time. At the maximum, only a 64th of the delay is
/// random: clients are already spread, and so the number of attempts and the time to notice the end of an outage are
/// predictable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "callers construct it")]
pub struct Backoff {
    /// The longest delay after the first failure. Defaults to 700 ms.
    pub initial: Duration,
    /// The longest delay during the [early period](Self::early_period). Defaults to 1.35 seconds.
    pub early_max: Duration,
    /// The duration of the early period of an outage. Defaults to 30 seconds.
    pub early_period: Duration,
    /// The longest delay after the early period. Defaults to 30 seconds.
    pub max: Duration,
}

impl Default for Backoff {
    /// At most 10 attempts in the first 10 seconds, and eventually 2 per minute.
    fn default() -> Self {
        Self {
            initial: Duration::from_millis(700),
            early_max: Duration::from_millis(1350),
            early_period: Duration::from_secs(30),
            max: Duration::from_secs(30),
        }
    }
}

/// Failed attempts since the last success.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Attempts {
    /// The time of the first failure, and the upper limit of the last delay.
    last: Option<(Instant, Duration)>,
}

impl Attempts {
    /// Counts a failure and returns the delay before the next attempt.
    pub(super) fn failed(&mut self, backoff: &Backoff, now: Instant, random: &mut Random) -> Duration {
        let since = self.last.map_or(now, |(since, _)| since);
        let is_early = now.since(since) < backoff.early_period;
        let max = if is_early { backoff.early_max.min(backoff.max) } else { backoff.max };
        let before = self.last.map(|(_, longest)| longest);
        // Computed from the last delay and not from a number of failures, so that nothing overflows.
        let longest = before.map_or(backoff.initial, |longest| longest.saturating_mul(2)).min(max);
        self.last = Some((since, longest));
        let is_steady = before == Some(longest);
        longest - random.up_to(if is_steady { longest / 64 } else { longest })
    }

    pub(super) fn succeeded(&mut self) {
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the times of attempts that fail immediately.
    fn attempts(seed: u64, duration: Duration) -> Vec<Duration> {
        let (mut failed, mut random) = (Attempts::default(), Random::new(seed));
        let (mut now, mut attempts) = (Instant::ORIGIN, Vec::new());
        while now.since_origin() < duration {
            attempts.push(now.since_origin());
            now = now + failed.failed(&Backoff::default(), now, &mut random);
        }
        attempts
    }

    #[test]
    fn attempts_are_few_and_delays_have_limits() {
        for seed in 0..500 {
            let attempts = attempts(seed, Duration::from_secs(600));
            let in_first = |seconds| attempts.iter().filter(|at| at.as_secs() < seconds).count();
            assert!(in_first(10) <= 10, "seed {seed}: {attempts:?}");
            assert!(attempts.len() <= 60, "seed {seed}: {attempts:?}");
            let last_minutes = attempts.iter().filter(|at| at.as_secs() >= 300).count();
            assert!(last_minutes <= 11, "seed {seed}: {attempts:?}");
            for pair in attempts.windows(2) {
                let (from, pause) = (pair[0], pair[1] - pair[0]);
                let limit = if from.as_secs() < 30 { 1350 } else { 30_000 };
                assert!(pause.as_millis() <= limit, "seed {seed}: {attempts:?}");
            }
        }
    }

    #[test]
    fn clients_retry_at_different_times() {
        let at = |seed, nth| attempts(seed, Duration::from_secs(600))[nth];
        for nth in [1, 2, 10, 40] {
            let mut times: Vec<_> = (0..50).map(|seed| at(seed, nth)).collect();
            times.sort_unstable();
            assert!(times.windows(2).all(|pair| pair[0] != pair[1]), "{times:?}");
        }
    }

    #[test]
    fn many_failures_do_not_overflow() {
        let endless = Backoff { max: Duration::MAX, early_period: Duration::ZERO, ..Backoff::default() };
        let (mut attempts, mut random) = (Attempts::default(), Random::new(1));
        let mut now = Instant::ORIGIN;
        for _ in 0..100_000 {
            now = now + attempts.failed(&endless, now, &mut random);
        }
    }

    #[test]
    fn success_resets_the_delay() {
        let (mut attempts, mut random) = (Attempts::default(), Random::new(1));
        for second in 0..600 {
            let _ = attempts.failed(
                &Backoff::default(),
                Instant::ORIGIN + Duration::from_secs(second),
                &mut random,
            );
        }
        attempts.succeeded();
        let pause =
            attempts.failed(&Backoff::default(), Instant::ORIGIN + Duration::from_secs(600), &mut random);
        assert!(pause <= Backoff::default().initial);
    }
}
