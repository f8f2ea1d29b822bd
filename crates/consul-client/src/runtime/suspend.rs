//! The time for which the machine has been suspended.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Measures the time for which the machine was suspended since the creation of this value.
///
/// Linux only: the difference between `CLOCK_BOOTTIME`, which runs during a suspend, and `CLOCK_MONOTONIC`, which does
/// not. Always zero on other systems.
#[derive(Debug)]
pub(super) struct Suspended {
    before: u64,
    /// The largest difference so far, in nanoseconds. The result never decreases, so that time never goes back.
    newest: AtomicU64,
}

impl Suspended {
    pub(super) fn new() -> Self {
        let before = offset();
        Self { before, newest: AtomicU64::new(before) }
    }

    pub(super) fn total(&self) -> Duration {
        let offset = offset();
        let newest = self.newest.fetch_max(offset, Ordering::Relaxed).max(offset);
        Duration::from_nanos(newest - self.before)
    }
}

/// Returns the difference between `CLOCK_BOOTTIME` and `CLOCK_MONOTONIC`, in nanoseconds.
#[cfg(target_os = "linux")]
fn offset() -> u64 {
    use rustix::time::{ClockId, clock_gettime};

    /// The clocks are read one after the other. If the thread is preempted in between, the difference is too large,
    /// and would end a valid lease.
    const MAX_SPREAD: u64 = 1_000_000;

    let read = |clock| {
        let time = clock_gettime(clock);
        (time.tv_sec as u64).saturating_mul(1_000_000_000).saturating_add(time.tv_nsec as u64)
    };
    loop {
        let before = read(ClockId::Monotonic);
        let boot = read(ClockId::Boottime);
        let after = read(ClockId::Monotonic);
        if after - before <= MAX_SPREAD {
            return boot.saturating_sub(before);
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn offset() -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_machine_has_no_suspended_time() {
        let suspended = Suspended::new();
        let first = suspended.total();
        for _ in 0..1000 {
            let total = suspended.total();
            assert!(total >= first && total < Duration::from_millis(2), "{total:?}");
        }
    }

    #[test]
    fn suspended_time_never_decreases() {
        let suspended = Suspended::new();
        suspended.newest.store(suspended.before + 5_000_000_000, Ordering::Relaxed);
        assert_eq!(suspended.total(), Duration::from_secs(5));
    }
}
