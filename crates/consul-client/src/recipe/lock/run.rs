//! Work that runs while a lock is held.

use std::future::{Future, poll_fn};
use std::ops::Deref;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use crate::Error;
use crate::recipe::lock::{Lock, LockGuard};

/// A lock that is held by [`Lock::run`], for its work. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Held(Arc<LockGuard>);

impl Deref for Held {
    type Target = LockGuard;

    fn deref(&self) -> &LockGuard {
        &self.0
    }
}

impl Lock {
    /// Waits for the lock, runs `work` while it is held, and releases it. If the lock is lost, the work is dropped.
    ///
    /// ```no_run
    /// # async fn example(client: consul_client::Client) -> Result<(), consul_client::Error> {
    /// let lock = client.lock("jobs/nightly");
    /// let run = lock.run(async |held| {
    ///     // … work, with `held.token()` and `held.guarded_txn()`
    ///     held.token()
    /// });
    /// println!("done with token {}", run.await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Only the future of `work` is dropped: tasks that it has spawned continue, unless they watch `held`. Work that
    /// does not await cannot be interrupted.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`acquire`](Self::acquire), and an error of the kind [`Lost`](crate::ErrorKind::Lost) if
    /// the lock was lost before the work completed. The result of the release is not returned; for this, use
    /// [`acquire`](Self::acquire) and [`LockGuard::release`].
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the work is dropped and the lock is released in the background, even if a clone of
    /// `held` remains.
    pub async fn run<T, W>(&self, work: impl FnOnce(Held) -> W) -> Result<T, Error>
    where
        W: Future<Output = T>,
    {
        let guard = Arc::new(self.acquire().await?);
        // A clone that remains does not keep the lock.
        let _stop = StopOnDrop(Arc::clone(&guard));
        let done = {
            let mut work = pin!(work(Held(Arc::clone(&guard))));
            let mut lost = pin!(guard.lost());
            poll_fn(|cx| {
                // Polled first, so that work does not continue without the lock.
                if let Poll::Ready(error) = lost.as_mut().poll(cx) {
                    return Poll::Ready(Err(error));
                }
                work.as_mut().poll(cx).map(Ok)
            })
            .await
        };
        let value = done?;
        if !guard.is_held() {
            return Err(guard.lost().await);
        }
        guard.finish().await?;
        Ok(value)
    }
}

/// Stops the recipe of a lock when it is dropped.
struct StopOnDrop(Arc<LockGuard>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}
