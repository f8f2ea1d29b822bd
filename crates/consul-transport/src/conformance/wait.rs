//! Waiting, without a runtime of one's own.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Condvar, Mutex, PoisonError};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

/// How long a condition may take. It is awaited, not slept for, so only a breach takes as long as this.
const PATIENCE: Duration = Duration::from_secs(60);

/// Awaits `future`; panics with `what` when it takes too long.
pub(super) async fn within<T>(what: &str, future: impl Future<Output = T> + Send) -> T {
    let (done, is_done) = channel::<()>();
    let (expired, expiry) = oneshot::channel::<()>();
    thread::spawn(move || {
        if is_done.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            let _ = expired.send(());
        } else {
            // Ended by the end of the wait; `expired` has to live until then.
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

/// Polls `call` until `condition` resolves, then drops both. Panics when the call ends before.
pub(super) async fn abandon(call: impl Future + Send, condition: impl Future<Output = ()> + Send) {
    let (mut call, mut condition) = (pin!(call), pin!(condition));
    poll_fn(|cx| {
        assert!(call.as_mut().poll(cx).is_pending(), "a call must not end before the server has answered");
        condition.as_mut().poll(cx)
    })
    .await;
}

/// Awaits all of them at once, and gives what they resolve to in their order.
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

/// Holds a script back until the test lets it go on.
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

    /// Gives up after a while, so that no thread outlives a failed test for long.
    pub(super) fn pass(&self) {
        let is_open = self.is_open.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.opened.wait_timeout_while(is_open, PATIENCE, |is_open| !*is_open));
    }
}
