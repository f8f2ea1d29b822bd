//! The default runtime, on tokio.

use std::future::{pending, ready};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;
use tokio::time;

use crate::runtime::suspend::Suspended;
use crate::runtime::{Instant, Runtime, Sleep, SpawnError, Task};

/// A runtime that uses tokio's clock and tasks.
///
/// Tests can pause and advance its clock with tokio's functions. On Linux, the clock also counts the time for which
/// the machine was suspended (`CLOCK_BOOTTIME`). On other systems it behaves like [`std::time::Instant`]: on Windows
/// it runs during a suspend, on macOS it does not.
///
/// Tasks run on the tokio runtime of the calling thread. If the calling thread has no runtime, they run on the last
/// runtime in which this value was used.
#[derive(Debug)]
pub struct TokioRuntime {
    origin: time::Instant,
    suspended: Suspended,
    last: Mutex<Option<Handle>>,
}

impl TokioRuntime {
    /// Creates a runtime. The origin of its clock is the current time.
    #[must_use]
    pub fn new() -> Self {
        let last = Mutex::new(Handle::try_current().ok());
        Self { origin: time::Instant::now(), suspended: Suspended::new(), last }
    }

    /// Returns the current tokio runtime, or the last one if there is none.
    fn handle(&self) -> Option<Handle> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(current) = Handle::try_current() {
            *last = Some(current);
        }
        last.clone()
    }
}

impl Default for TokioRuntime {
    fn default() -> Self {
        Self::new()
    }
}

impl Runtime for TokioRuntime {
    fn now(&self) -> Instant {
        Instant::ORIGIN + self.origin.elapsed() + self.suspended.total()
    }

    fn sleep_until(&self, at: Instant) -> Sleep {
        let remaining = at.since(self.now());
        // Tokio's timer would wait until the next millisecond.
        if remaining.is_zero() {
            return Box::pin(ready(()));
        }
        // Without a runtime the sleep cannot be polled either.
        let handle = self.handle();
        let _entered = handle.as_ref().map(Handle::enter);
        match time::Instant::now().checked_add(remaining) {
            Some(at) if handle.is_some() => Box::pin(time::sleep_until(at)),
            _ => Box::pin(pending()),
        }
    }

    fn spawn(&self, task: Task) -> Result<(), SpawnError> {
        let handle = self.handle().ok_or_else(|| SpawnError::new("no tokio runtime is known"))?;
        // A runtime that has shut down drops tasks without running them.
        let has_run = Arc::new(AtomicBool::new(false));
        let mark = Arc::clone(&has_run);
        let spawned = handle.spawn(async move {
            mark.store(true, Ordering::Relaxed);
            task.await;
        });
        if spawned.is_finished() && !has_run.load(Ordering::Relaxed) {
            return Err(SpawnError::new("the tokio runtime has shut down"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn sleep_until_a_past_instant_is_ready_immediately() {
        let runtime = TokioRuntime::new();
        let start = runtime.now();
        for at in [start, Instant::ORIGIN] {
            let mut sleep = runtime.sleep_until(at);
            assert!(sleep.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
        }
    }

    #[tokio::test]
    async fn sleep_until_the_last_instant_does_not_complete() {
        let runtime = TokioRuntime::new();
        let mut sleep = runtime.sleep_until(Instant::MAX);
        assert!(time::timeout(Duration::from_millis(1), &mut sleep).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn clock_is_tokios_and_can_be_paused() {
        let runtime = TokioRuntime::new();
        let start = runtime.now();
        runtime.sleep_until(start + Duration::from_secs(3600)).await;
        let passed = runtime.now().since(start);
        assert!((Duration::from_secs(3600)..Duration::from_secs(3601)).contains(&passed), "{passed:?}");
    }

    #[tokio::test]
    async fn spawn_runs_a_task_on_the_current_runtime() {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        TokioRuntime::new().spawn(Box::pin(async { sender.send(()).unwrap() })).unwrap();
        receiver.await.unwrap();
    }

    #[test]
    fn spawn_outside_of_a_runtime_uses_the_last_one() {
        let tokio = tokio::runtime::Runtime::new().unwrap();
        let runtime = tokio.block_on(async { TokioRuntime::new() });
        let (sender, receiver) = tokio::sync::oneshot::channel();
        runtime.spawn(Box::pin(async { sender.send(()).unwrap() })).unwrap();
        tokio.block_on(receiver).unwrap();
    }

    #[test]
    fn spawn_without_any_runtime_is_an_error() {
        let error = TokioRuntime::new().spawn(Box::pin(pending())).unwrap_err();
        assert_eq!(error.to_string(), "failed to spawn a background task: no tokio runtime is known");
    }

    #[test]
    fn spawn_on_a_runtime_that_has_shut_down_is_an_error() {
        let tokio = tokio::runtime::Runtime::new().unwrap();
        let runtime = tokio.block_on(async { TokioRuntime::new() });
        drop(tokio);
        let error = runtime.spawn(Box::pin(pending())).unwrap_err();
        assert!(error.to_string().contains("has shut down"), "{error}");
    }

    #[test]
    fn spawn_works_in_a_destructor_while_the_runtime_shuts_down() {
        struct Spawns(Arc<TokioRuntime>, std::sync::mpsc::Sender<bool>);
        impl Drop for Spawns {
            fn drop(&mut self) {
                let _ = self.1.send(self.0.spawn(Box::pin(pending())).is_err());
            }
        }
        let (sender, receiver) = std::sync::mpsc::channel();
        let tokio = tokio::runtime::Builder::new_current_thread().build().unwrap();
        tokio.block_on(async {
            let held = Spawns(Arc::new(TokioRuntime::new()), sender);
            tokio::spawn(async move {
                let _held = held;
                pending::<()>().await;
            });
            tokio::task::yield_now().await;
        });
        drop(tokio);
        assert!(receiver.recv().unwrap(), "the task could not run any more");
    }

    #[test]
    fn sleep_without_a_runtime_does_not_panic() {
        let runtime = TokioRuntime::new();
        let sleep = pin!(runtime.sleep_until(runtime.now() + Duration::from_secs(9)));
        assert!(sleep.poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
}
