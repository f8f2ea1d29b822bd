//! The results of histories.

use std::collections::BTreeMap;
use std::fmt;

/// A violation of a guarantee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Violation {
    /// More contenders than the limit allows consider themselves holders.
    Overlap,
    /// A fencing token is not higher than all earlier ones.
    TokenNotRising,
    /// A loss was reported twice, or without a hold, or after a release.
    UnexpectedLoss,
    /// A machine ended without a report for its hold.
    LossNotReported,
    /// A hold is valid again after its owner has seen its end.
    Revived,
    /// A hold was reported after the owner had stopped the machine.
    HeldAfterStop,
    /// A machine sent a request after its end.
    AliveAfterEnd,
    /// A session still exists after its machine has ended.
    SessionLeft,
    /// A waiter sent more than 10 requests in a second.
    TooManyRequests,
    /// No contender held after the faults had ended.
    NoProgress,
    /// Another contender held more than a second after a third party had taken the key from a holder.
    LateLoss,
    /// A contender reported an error, or a conflict.
    Failure,
}

/// The results of histories.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    pub(crate) histories: u64,
    pub(crate) holds: u64,
    pub(crate) requests: u64,
    /// Losses while the session existed.
    pub(crate) false_losses: u64,
    /// All losses.
    pub(crate) losses: u64,
    /// Sessions that their owner destroyed during a hold, so that others had to wait for the lock-delay.
    pub(crate) destroyed_while_holding: u64,
    /// The count of each violation, and the seed of the first history with it.
    violations: BTreeMap<Violation, (u64, u64)>,
}

impl Findings {
    pub(crate) fn add(&mut self, violation: Violation, seed: u64) {
        let (count, first) = self.violations.entry(violation).or_insert((0, seed));
        *count += 1;
        *first = seed.min(*first);
    }

    pub(crate) fn count(&self, violation: Violation) -> u64 {
        self.violations.get(&violation).map_or(0, |(count, _)| *count)
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.histories += other.histories;
        self.holds += other.holds;
        self.requests += other.requests;
        self.false_losses += other.false_losses;
        self.losses += other.losses;
        self.destroyed_while_holding += other.destroyed_while_holding;
        for (violation, (count, first)) in &other.violations {
            let (sum, seed) = self.violations.entry(*violation).or_insert((0, *first));
            *sum += count;
            *seed = (*seed).min(*first);
        }
    }

    /// Fails if there is any violation.
    #[track_caller]
    pub(crate) fn assert_none(&self) {
        assert!(self.violations.is_empty(), "{self}");
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} histories, {} holds, {} losses ({} of sessions that lived), {} requests, {} sessions destroyed while holding",
            self.histories,
            self.holds,
            self.losses,
            self.false_losses,
            self.requests,
            self.destroyed_while_holding
        )?;
        for (violation, (count, seed)) in &self.violations {
            write!(f, "\n{violation:?}: {count}, first with seed {seed}")?;
        }
        Ok(())
    }
}
