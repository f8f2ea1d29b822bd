//! The one trait that knows the time.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// A future that completes at a point in time.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A future that lives in the background.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The clock that a client lives by, the only one above the protocol crate; and the place where what lives in the
/// background does.
///
/// Time is counted from an origin that the runtime chooses and keeps for its life.
pub trait Runtime: Debug + Send + Sync + 'static {
    /// The time that has passed since this runtime's origin. Never goes back.
    fn now(&self) -> Duration;

    /// Completes when [`now`](Self::now) has reached `at`; at once if it already has.
    fn sleep_until(&self, at: Duration) -> Sleep;

    /// Runs a task in the background until it completes or the runtime ends.
    fn spawn(&self, task: Task);
}

/// The clock of tokio, which tests can pause and advance, and its tasks.
///
/// Has to be used within a tokio runtime, except for telling the time.
#[cfg(feature = "hyper")]
#[derive(Debug)]
pub struct TokioRuntime {
    origin: tokio::time::Instant,
}

#[cfg(feature = "hyper")]
impl TokioRuntime {
    /// A clock whose origin is now.
    #[must_use]
    pub fn new() -> Self {
        Self { origin: tokio::time::Instant::now() }
    }
}

#[cfg(feature = "hyper")]
impl Default for TokioRuntime {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(feature = "hyper")]
impl Runtime for TokioRuntime {
    fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    fn sleep_until(&self, at: Duration) -> Sleep {
        match self.origin.checked_add(at) {
            Some(at) => Box::pin(tokio::time::sleep_until(at)),
            // So much time there is not.
            None => Box::pin(std::future::pending()),
        }
    }

    /// # Panics
    ///
    /// Outside of a tokio runtime.
    fn spawn(&self, task: Task) {
        drop(tokio::spawn(task));
    }
}

#[cfg(all(test, feature = "hyper"))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_time_that_never_comes_is_waited_for() {
        let runtime = TokioRuntime::new();
        for at in [Duration::MAX, Duration::from_nanos(u64::MAX)] {
            let mut sleep = runtime.sleep_until(at);
            assert!(tokio::time::timeout(Duration::from_millis(1), &mut sleep).await.is_err());
        }
        runtime.sleep_until(runtime.now()).await;
    }
}
