//! The end of a lease, shared by the machine that extends it and its users.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::machine::{Instant, Rules};

/// A lease: the time until which a session, a lock or a slot of a semaphore is held.
///
/// A machine returns it with the object and extends it with each renewal. Any thread can read it at any time without
/// the machine, so that a late or stopped driver cannot delay the end.
///
/// The end is final. After a reader has seen it, no later renewal revives the lease, since that reader may already
/// have stopped its work.
#[derive(Clone, Debug)]
pub struct Lease(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// In nanoseconds, or [`ENDED`].
    end: AtomicU64,
    rules: Rules,
}

/// The value of a lease that has ended permanently.
const ENDED: u64 = 0;

impl Lease {
    pub(in crate::machine) fn new(ends_at: Instant, rules: Rules) -> Self {
        Self(Arc::new(Shared { end: AtomicU64::new(ends_at.as_nanos()), rules }))
    }

    /// Returns the remaining time of the lease. After it has been zero, it stays zero.
    ///
    /// `now` is the time of the machine's driver. The result is as fresh as `now` is.
    #[must_use]
    pub fn valid_for(&self, now: Instant) -> Duration {
        let Shared { end, rules } = &*self.0;
        let mut seen = end.load(Ordering::Acquire);
        while seen != ENDED {
            if seen > now.as_nanos() {
                return Instant::from_nanos(seen).since(now);
            }
            if !rules.latch {
                return Duration::ZERO;
            }
            match end.compare_exchange(seen, ENDED, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return Duration::ZERO,
                // The machine was first, and has extended the lease.
                Err(changed) => seen = changed,
            }
        }
        Duration::ZERO
    }

    /// Returns `true` if the lease is valid. After it has returned `false`, it always returns `false`.
    #[must_use]
    pub fn is_valid(&self, now: Instant) -> bool {
        !self.valid_for(now).is_zero()
    }

    /// Returns the time at which the lease ends unless it is renewed, or `None` if it has ended.
    ///
    /// This method does not check a clock, so the returned time may have passed.
    #[must_use]
    pub fn ends_at(&self) -> Option<Instant> {
        let end = self.0.end.load(Ordering::Acquire);
        (end != ENDED).then(|| Instant::from_nanos(end))
    }

    /// Moves the end, in either direction. Returns `false` if the lease has ended, or if the new end has already
    /// passed.
    pub(in crate::machine) fn set_end(&self, now: Instant, ends_at: Instant) -> bool {
        let Shared { end, rules } = &*self.0;
        if rules.lease_before_inputs && !self.is_valid(now) {
            return false;
        }
        // Another thread, whose clock is ahead of `now`, may have latched the end in the meantime.
        let moved = end.fetch_update(Ordering::AcqRel, Ordering::Acquire, |end| {
            (end != ENDED).then_some(ends_at.as_nanos())
        });
        moved.is_ok() && self.is_valid(now)
    }

    /// Ends the lease before its time, for all who share it.
    pub fn end(&self) {
        self.0.end.store(ENDED, Ordering::Release);
    }
}

/// The reason why a lease was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LossReason {
    /// No renewal succeeded in time.
    Expired,
    /// The servers have ended the session: a check failed, its node left, or it was destroyed.
    SessionGone,
    /// The key was deleted or released, or another session holds it.
    KeyLost,
}

impl fmt::Display for LossReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Expired => "no renewal succeeded in time",
            Self::SessionGone => "the session has ended",
            Self::KeyLost => "the key was deleted, released or locked by another session",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::ORIGIN + Duration::from_secs(seconds)
    }

    #[test]
    fn lease_is_valid_until_its_end() {
        let lease = Lease::new(at(10), Rules::default());
        assert_eq!(lease.valid_for(at(4)), Duration::from_secs(6));
        assert!(lease.set_end(at(4), at(14)));
        assert_eq!(lease.clone().valid_for(at(12)), Duration::from_secs(2));
        assert!(!lease.is_valid(at(14)));
    }

    #[test]
    fn first_reader_that_sees_the_end_makes_it_final() {
        let lease = Lease::new(at(10), Rules::default());
        let reader = lease.clone();
        assert!(!reader.is_valid(at(10)));
        assert_eq!(lease.ends_at(), None);
        // The driver has read its clock before, and delivers a renewal now.
        assert!(!lease.set_end(at(9), at(20)));
        assert!(!reader.is_valid(at(9)) && !reader.is_valid(at(11)));
    }

    #[test]
    fn renewal_after_the_end_does_not_revive_the_lease() {
        let lease = Lease::new(at(10), Rules::default());
        assert!(!lease.set_end(at(10), at(20)));
        assert!(!lease.is_valid(at(5)));
    }

    #[test]
    fn lease_can_be_shortened_to_an_end_that_has_passed() {
        let lease = Lease::new(at(10), Rules::default());
        assert!(!lease.set_end(at(6), at(5)));
        assert_eq!(lease.ends_at(), None);
    }

    #[test]
    fn reading_the_end_does_not_latch_it() {
        let lease = Lease::new(at(10), Rules::default());
        assert_eq!(lease.ends_at(), Some(at(10)));
        assert!(lease.is_valid(at(9)));
        lease.end();
        assert_eq!((lease.ends_at(), lease.is_valid(at(1))), (None, false));
    }

    #[test]
    fn no_reader_sees_a_lease_valid_that_another_has_seen_end() {
        for round in 0..200 {
            let lease = Lease::new(at(10), Rules::default());
            let is_over = std::thread::scope(|scope| {
                let reader = scope.spawn(|| !lease.is_valid(at(10)));
                // The clock of this thread is one second behind.
                let extended = lease.set_end(at(9), at(20));
                let was_over = reader.join().unwrap();
                assert!(was_over != extended, "round {round}: either was first");
                was_over
            });
            assert_eq!(lease.is_valid(at(9)), !is_over, "round {round}");
        }
    }
}
