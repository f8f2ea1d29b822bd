//! How often something may happen.

use std::time::Duration;

use crate::machine::Instant;

/// How often something may happen: `burst` times at once, and once an `interval` from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    /// Times in a row; 0 counts as 1.
    pub burst: u32,
    /// Time in which one more is earned.
    pub interval: Duration,
}

/// A token bucket in one number: when it will be full again.
///
/// Taking a token moves that time by an interval, so nothing has to be counted or refilled while time passes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bucket {
    full_at: Instant,
}

impl Bucket {
    /// When there is a token to take.
    pub(super) fn ready_at(self, rate: &Rate) -> Instant {
        self.full_at.saturating_sub(interval(rate) * rate.burst.saturating_sub(1))
    }

    /// Takes a token, also where there is none: the debt has to be earned first.
    pub(super) fn take(&mut self, rate: &Rate, now: Instant) {
        self.full_at = self.full_at.max(now) + interval(rate);
    }
}

/// The interval, or one that is longer than anything lives: a burst of them has to be less than all time.
fn interval(rate: &Rate) -> Duration {
    rate.interval.min(Duration::from_nanos(u64::MAX / 2) / rate.burst.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { burst: 3, interval: Duration::from_secs(1) };

    /// Takes a token whenever there is one; tells the seconds at which there was.
    fn taken(bucket: &mut Bucket, rate: &Rate, from: u64, until: u64) -> Vec<u64> {
        let (mut now, until) = (Instant::ORIGIN + Duration::from_secs(from), Duration::from_secs(until));
        let mut taken = Vec::new();
        while now.since_origin() < until {
            if bucket.ready_at(rate) <= now {
                bucket.take(rate, now);
                taken.push(now.since_origin().as_secs());
            } else {
                now = bucket.ready_at(rate);
            }
        }
        taken
    }

    #[test]
    fn a_burst_then_one_an_interval_and_a_burst_again_after_silence() {
        let mut bucket = Bucket::default();
        assert_eq!(taken(&mut bucket, &RATE, 0, 4), [0, 0, 0, 1, 2, 3]);
        assert_eq!(taken(&mut bucket, &RATE, 100, 102), [100, 100, 100, 101]);
    }

    #[test]
    fn debts_are_earned_first() {
        let mut bucket = Bucket::default();
        (0..5).for_each(|_| bucket.take(&RATE, Instant::ORIGIN));
        assert_eq!(bucket.ready_at(&RATE).since_origin(), Duration::from_secs(3));
    }

    #[test]
    fn odd_rates_do_no_harm() {
        let taken = |burst, interval| taken(&mut Bucket::default(), &Rate { burst, interval }, 0, 1_000_000);
        assert_eq!(taken(0, Duration::MAX), [0]);
        assert_eq!(taken(4, Duration::MAX), [0; 4], "and never again");
        assert_eq!(taken(3, Duration::from_secs(400_000)), [0, 0, 0, 400_000, 800_000]);
        let mut bucket = Bucket::default();
        let endless = Rate { burst: u32::MAX, interval: Duration::MAX };
        (0..1000).for_each(|_| bucket.take(&endless, Instant::ORIGIN));
        assert_eq!(bucket.ready_at(&endless), Instant::ORIGIN);
    }
}
