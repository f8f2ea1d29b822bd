//! Random numbers from a seed.

use std::time::Duration;

use crate::machine::instant::nanos;

/// A random number generator (SplitMix64). The same seed produces the same numbers. Not for secrets: its purpose is to
/// spread the requests of many clients.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a duration from zero to `limit`, uniformly distributed.
    pub(super) fn up_to(&mut self, limit: Duration) -> Duration {
        let range = u128::from(nanos(limit)) + 1;
        Duration::from_nanos(((u128::from(self.next()) * range) >> 64) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_uniformly_distributed() {
        let mut random = Random::new(0);
        let mut quarters = [0; 4];
        for _ in 0..4000 {
            let drawn = random.up_to(Duration::from_nanos(3));
            quarters[usize::try_from(drawn.as_nanos()).unwrap()] += 1;
        }
        assert!(quarters.iter().all(|&count| (900..1100).contains(&count)), "{quarters:?}");
        assert_eq!(random.up_to(Duration::ZERO), Duration::ZERO);
        assert!(random.up_to(Duration::MAX) > Duration::ZERO);
    }
}
