//! The common part of all guards.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use consul_proto::machine::{Lease, LossReason};

use crate::recipe::task::{Running, State};
use crate::runtime::Runtime;
use crate::{Client, Error, ErrorKind};

/// Maximum duration of a sleep, since timers stop while the computer is suspended, and leases do not.
const MAX_SLEEP: Duration = Duration::from_secs(1);

/// An object that is held under a lease. Dropping it ends the recipe, which then cleans up in the background.
#[derive(Debug)]
pub(crate) struct Hold<S: State> {
    runtime: Arc<dyn Runtime>,
    lease: Lease,
    running: Running<S>,
}

impl<S: State> Hold<S> {
    pub(crate) fn new(client: &Client, lease: Lease, running: Running<S>) -> Self {
        Self { runtime: Arc::clone(&client.settings().runtime), lease, running }
    }

    /// Returns the time until the lease ends, unless it is renewed.
    pub(crate) fn valid_for(&self) -> Duration {
        self.lease.valid_for(self.runtime.now())
    }

    pub(crate) fn is_held(&self) -> bool {
        !self.valid_for().is_zero()
    }

    /// Waits until the lease has ended, and returns the reason. Does not depend on the task, which may be late.
    pub(crate) async fn lost(&self) -> Error {
        let mut shown = self.running.subscribe();
        let mut is_connected = true;
        loop {
            let valid_for = self.valid_for();
            if valid_for.is_zero() {
                let shown = shown.borrow();
                let name = self.running.name();
                return shown.end(name).unwrap_or_else(|| match shown.is_stopping() {
                    true => closed(name),
                    false => lost(name, LossReason::Expired, None),
                });
            }
            let mut sleep = self.runtime.sleep_until(self.runtime.now() + valid_for.min(MAX_SLEEP));
            let mut changed = pin!(shown.changed());
            poll_fn(|cx| {
                if is_connected && let Poll::Ready(changed) = changed.as_mut().poll(cx) {
                    is_connected = changed.is_ok();
                    return Poll::Ready(());
                }
                sleep.as_mut().poll(cx)
            })
            .await;
        }
    }

    /// Ends the lease before its time: the servers have shown that it is lost.
    pub(crate) fn end(&self) {
        self.lease.end();
    }

    /// Ends the recipe, which then cleans up in the background.
    pub(crate) fn stop(&self) {
        self.running.stop();
    }

    /// Ends the recipe and waits until it has cleaned up. Returns its last event, and `true` if the clean-up is
    /// complete.
    pub(crate) async fn finish(&self) -> (Option<S>, bool) {
        self.stop();
        self.running.finished().await
    }
}

/// Returns the error of a lost lease.
pub(crate) fn lost(name: &str, reason: LossReason, error: Option<Error>) -> Error {
    Error::recipe(ErrorKind::Lost, format!("{name} was lost: {reason}"), error)
}

/// Returns the error of a recipe that its owner or its client has ended.
pub(crate) fn closed(name: &str) -> Error {
    Error::recipe(ErrorKind::Closed, format!("{name} was closed"), None)
}
