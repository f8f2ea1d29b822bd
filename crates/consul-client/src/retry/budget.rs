//! The retries that the calls of a client share.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::Notify;

use crate::runtime::{Instant, Runtime};

/// Retries in a row.
const BURST: u32 = 100;
/// The time in which one more retry is earned.
const INTERVAL: Duration = Duration::from_millis(100);

/// A token bucket. Calls wait for a token; each success of a call also releases one that waits.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    /// The time at which the bucket is full again. Each token taken delays it by one interval.
    full_at: Mutex<Instant>,
    waiting: AtomicUsize,
    released: Notify,
}

impl Budget {
    /// Waits for a token. Returns `false` if there will be none before `deadline`.
    pub(crate) async fn take(&self, runtime: &dyn Runtime, deadline: Instant) -> bool {
        loop {
            let now = runtime.now();
            let Err(ready_at) = self.try_take(now) else { return true };
            if ready_at >= deadline {
                return false;
            }
            let waiting = Waiting::new(self);
            let mut sleep = runtime.sleep_until(ready_at);
            let mut released = pin!(self.released.notified());
            let is_released = poll_fn(|cx| {
                if released.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(true);
                }
                sleep.as_mut().poll(cx).map(|()| false)
            })
            .await;
            drop(waiting);
            if is_released {
                return true;
            }
        }
    }

    /// Releases one call that waits, since the servers have recovered.
    pub(crate) fn succeeded(&self) {
        if self.waiting.load(Ordering::Relaxed) > 0 {
            self.released.notify_one();
        }
    }

    /// Takes a token.
    ///
    /// # Errors
    ///
    /// Returns when there will be one, if there is none now.
    fn try_take(&self, now: Instant) -> Result<(), Instant> {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let ready_at = full_at.saturating_sub(INTERVAL * (BURST - 1));
        if ready_at > now {
            return Err(ready_at);
        }
        *full_at = (*full_at).max(now) + INTERVAL;
        Ok(())
    }
}

/// Counts a call that waits, also if it is dropped.
struct Waiting<'a>(&'a Budget);

impl<'a> Waiting<'a> {
    fn new(budget: &'a Budget) -> Self {
        budget.waiting.fetch_add(1, Ordering::Relaxed);
        Self(budget)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::ORIGIN + Duration::from_millis(millis)
    }

    #[test]
    fn budget_allows_a_burst_and_then_ten_retries_a_second() {
        let budget = Budget::default();
        let taken =
            |from: u64, until: u64| (from..until).filter(|ms| budget.try_take(at(*ms)).is_ok()).count();
        assert_eq!((0..1000).filter(|_| budget.try_take(at(0)).is_ok()).count(), 100);
        assert_eq!(taken(1, 10_000), 99);
        assert_eq!((0..1000).filter(|_| budget.try_take(at(100_000)).is_ok()).count(), 100, "full again");
    }
}
