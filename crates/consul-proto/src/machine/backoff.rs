//! How long to leave alone what has failed.

use std::time::Duration;

use crate::machine::Instant;
use crate::machine::random::Random;

/// How long to wait between attempts while they fail.
///
/// The pause doubles from [`base`](Self::base) up to a limit. The limit is short while the outage is young, because
/// elections and restarts are over in seconds, and long afterwards. Each pause that is new is drawn from zero to its
/// full length (full jitter), so clients that failed together do not come back together. Once the limit is reached,
/// only a 64th of the pause is left to chance: who is spread already stays so, the number of attempts can be told, and
/// so can the time in which the end of the outage is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Backoff {
    /// Longest pause after the first failure; 700 ms unless set.
    pub base: Duration,
    /// Longest pause while the outage is young; 1.35 s unless set.
    pub brief: Duration,
    /// How long an outage is young; 30 s unless set.
    pub young: Duration,
    /// Longest pause of all; 30 s unless set.
    pub cap: Duration,
}

impl Default for Backoff {
    /// At most ten attempts in the first ten seconds, two a minute in the end.
    fn default() -> Self {
        Self {
            base: Duration::from_millis(700),
            brief: Duration::from_millis(1350),
            young: Duration::from_secs(30),
            cap: Duration::from_secs(30),
        }
    }
}

/// An outage, as far as it is known.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outage {
    /// Since when, and the longest that the last pause could be.
    last: Option<(Instant, Duration)>,
}

impl Outage {
    /// Counts a failure; tells how long to pause.
    pub(super) fn pause(&mut self, backoff: &Backoff, now: Instant, random: &mut Random) -> Duration {
        let since = self.last.map_or(now, |(since, _)| since);
        let limit =
            if now.since(since) < backoff.young { backoff.brief.min(backoff.cap) } else { backoff.cap };
        let before = self.last.map(|(_, longest)| longest);
        // Made of the last one and not of a count of failures, so there is no count that can overflow.
        let longest = before.map_or(backoff.base, |longest| longest.saturating_mul(2)).min(limit);
        self.last = Some((since, longest));
        let is_steady = before == Some(longest);
        longest - random.up_to(if is_steady { longest / 64 } else { longest })
    }

    /// Ends it.
    pub(super) fn end(&mut self) {
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When attempts are made that all fail at once.
    fn attempts(seed: u64, duration: Duration) -> Vec<Duration> {
        let (mut outage, mut random) = (Outage::default(), Random::new(seed));
        let (mut now, mut attempts) = (Instant::ORIGIN, Vec::new());
        while now.since_origin() < duration {
            attempts.push(now.since_origin());
            now = now + outage.pause(&Backoff::default(), now, &mut random);
        }
        attempts
    }

    #[test]
    fn attempts_are_few_and_the_end_of_the_outage_is_noticed_in_time() {
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
    fn clients_do_not_act_in_step() {
        let at = |seed, nth| attempts(seed, Duration::from_secs(600))[nth];
        for nth in [1, 2, 10, 40] {
            let mut times: Vec<_> = (0..50).map(|seed| at(seed, nth)).collect();
            times.sort_unstable();
            assert!(times.windows(2).all(|pair| pair[0] != pair[1]), "{times:?}");
        }
    }

    #[test]
    fn no_number_of_failures_overflows() {
        let endless = Backoff { cap: Duration::MAX, young: Duration::ZERO, ..Backoff::default() };
        let (mut outage, mut random) = (Outage::default(), Random::new(1));
        let mut now = Instant::ORIGIN;
        for _ in 0..100_000 {
            now = now + outage.pause(&endless, now, &mut random);
        }
    }

    #[test]
    fn a_success_starts_it_over() {
        let (mut outage, mut random) = (Outage::default(), Random::new(1));
        for second in 0..600 {
            let _ =
                outage.pause(&Backoff::default(), Instant::ORIGIN + Duration::from_secs(second), &mut random);
        }
        outage.end();
        let pause =
            outage.pause(&Backoff::default(), Instant::ORIGIN + Duration::from_secs(600), &mut random);
        assert!(pause <= Backoff::default().base);
    }
}
