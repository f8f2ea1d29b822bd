//! Limits of rates.

use std::time::Duration;

use crate::machine::Instant;

/// A rate limit: a burst of `burst` events, then one event per `interval`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "callers construct it")]
pub struct Rate {
    /// The number of events in a row. 0 counts as 1.
    pub burst: u32,
    /// The time in which one more event is allowed.
    pub interval: Duration,
}

/// A token bucket in one number: the time at which it is full again.
///
/// Taking a token adds an interval to that time, so nothing is counted or refilled while time passes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bucket {
    full_at: Instant,
}

impl Bucket {
    /// Returns the time at which a token is available.
    pub(super) fn ready_at(self, rate: &Rate) -> Instant {
        self.full_at.saturating_sub(interval(rate) * rate.burst.saturating_sub(1))
    }

    /// Takes a token. If there is none, the bucket is overdrawn, and the next one is available later.
    pub(super) fn take(&mut self, rate: &Rate, now: Instant) {
        self.full_at = self.full_at.max(now) + interval(rate);
    }
}

/// Returns the interval, limited so that a burst of intervals does not overflow.
fn interval(rate: &Rate) -> Duration {
    rate.interval.min(Duration::from_nanos(u64::MAX / 2) / rate.burst.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { burst: 3, interval: Duration::from_secs(1) };

    /// Takes a token whenever there is one, and returns when, in seconds.
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
    fn bucket_allows_a_burst_then_one_per_interval() {
        let mut bucket = Bucket::default();
        assert_eq!(taken(&mut bucket, &RATE, 0, 4), [0, 0, 0, 1, 2, 3]);
        assert_eq!(taken(&mut bucket, &RATE, 100, 102), [100, 100, 100, 101]);
    }

    #[test]
    fn overdrawn_bucket_refills_first() {
        let mut bucket = Bucket::default();
        (0..5).for_each(|_| bucket.take(&RATE, Instant::ORIGIN));
        assert_eq!(bucket.ready_at(&RATE).since_origin(), Duration::from_secs(3));
    }

    #[test]
    fn extreme_rates_do_not_overflow() {
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
