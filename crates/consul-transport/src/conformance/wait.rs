//! Waiting without a particular runtime.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Condvar, Mutex, PoisonError};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

/// Time limit of a condition. Only a broken rule takes that long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Awaits `future`. Panics with `what` if that takes too long.
pub(super) async fn within<T>(what: &str, future: impl Future<Output = T> + Send) -> T {
    let (done, is_done) = channel::<()>();
    let (expired, expiry) = oneshot::channel::<()>();
    thread::spawn(move || {
        if is_done.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            let _ = expired.send(());
        } else {
            // The wait has ended. `expired` must live until then.
            drop(expired);
        }
    });
    let _done = done;
    let (mut future, mut expiry) = (pin!(future), pin!(expiry));
    poll_fn(|cx| {
        if let Poll::Ready(value) = future.as_mut().poll(cx) {
            return Poll::Ready(value);
        }
        match expiry.as_mut().poll(cx) {
            Poll::Ready(_) => panic!("{what} (waited for {PATIENCE:?})"),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Polls `call` until `condition` resolves, then drops both. Panics if the call ends first.
pub(super) async fn abandon(call: impl Future + Send, condition: impl Future<Output = ()> + Send) {
    let (mut call, mut condition) = (pin!(call), pin!(condition));
    poll_fn(|cx| {
        assert!(call.as_mut().poll(cx).is_pending(), "a call must not end before the server has responded");
        condition.as_mut().poll(cx)
    })
    .await;
}

/// Awaits all futures concurrently and returns their outputs in order.
pub(super) async fn all<T: Send>(
    futures: impl IntoIterator<Item = impl Future<Output = T> + Send>,
) -> Vec<T> {
    enum Slot<F, T> {
        Running(F),
        Done(T),
    }
    let mut slots: Vec<Slot<Pin<Box<_>>, T>> =
        futures.into_iter().map(|future| Slot::Running(Box::pin(future))).collect();
    poll_fn(|cx| {
        let mut is_done = true;
        for slot in &mut slots {
            if let Slot::Running(future) = slot {
                match future.as_mut().poll(cx) {
                    Poll::Ready(value) => *slot = Slot::Done(value),
                    Poll::Pending => is_done = false,
                }
            }
        }
        if is_done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    slots
        .into_iter()
        .filter_map(|slot| match slot {
            Slot::Done(value) => Some(value),
            Slot::Running(_) => None,
        })
        .collect()
}

/// Blocks a script until the test opens the gate.
#[derive(Default)]
pub(super) struct Gate {
    is_open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    pub(super) fn open(&self) {
        *self.is_open.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.opened.notify_all();
    }

    /// Waits for the gate, but not forever, so that threads of a failed test end.
    pub(super) fn pass(&self) {
        let is_open = self.is_open.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.opened.wait_timeout_while(is_open, PATIENCE, |is_open| !*is_open));
    }
}
