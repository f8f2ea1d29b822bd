//! Views: the newest value of a watch, without waiting.

mod keeper;

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use consul_proto::{OutputOf, Watchable};
use futures_core::Stream;
use tokio::sync::watch::Receiver;

use crate::watch::{Snapshot, Watch};
use crate::{Call, Error};
use keeper::{Shared, Shown};

/// A watch that a background task polls. Any number of readers can access its newest value without waiting.
///
/// Created by [`Call::view`] and [`Watch::view`]. The task ends when the last handle is dropped.
///
/// ```no_run
/// # async fn example(client: consul_client::Client) -> Result<(), consul_client::Error> {
/// let web = client.health().service("web").passing().view();
/// web.ready().await?;
///
/// // From now on, anywhere and without waiting:
/// for instance in web.value().iter().flat_map(|instances| instances.iter()) {
///     println!("{}:{}", instance.address(), instance.port());
/// }
/// # Ok(())
/// # }
/// ```
///
/// **Handles** are cheap to clone. All views of the same query share one watch with one request, if they were created
/// by one [`Client`](crate::Client) or by clients [derived](crate::Client::with_datacenter) from it. Two queries are
/// the same if the complete requests, the tokens and the settings are equal.
///
/// **The content** is the newest snapshot of the watch, which behaves like [every
/// watch](crate::watch#how-watches-behave). During an outage, the last known value is kept.
/// [`last_confirmed`](Self::last_confirmed) returns its age, and [`snapshot`](Self::snapshot) the reason of the
/// outage.
///
/// **A view ends** when its watch ends, with an error. It also ends if its task cannot be spawned, if the task ends
/// with its runtime, or if the comparison of two values panics. The last value is kept.
///
/// **As a stream**, and with [`next`](Self::next) and [`changed`](Self::changed), each handle first receives the
/// current snapshot, and then the newest one whenever it has changed. A slow handle skips snapshots and does not
/// delay others.
#[must_use = "a view ends with its last handle"]
pub struct View<T> {
    shared: Arc<Shared>,
    receiver: Receiver<Shown<T>>,
    /// The last snapshot that this handle received.
    yielded: Snapshot<T>,
    has_ended: bool,
    waiting: Option<Waiting<T>>,
}

/// A future that waits for a change and returns the receiver.
type Waiting<T> = Pin<Box<dyn Future<Output = (Receiver<Shown<T>>, bool)> + Send + Sync>>;

impl<E: Watchable> Call<E> {
    /// Starts a watch in a background task, and returns a handle to its newest value. For settings such as
    /// [`degraded_after`](crate::Watch::degraded_after), use `watch().degraded_after(..).view()`.
    ///
    /// This method does not fail. If the task cannot be spawned, [`View::ready`](crate::View::ready) returns the error.
    pub fn view(self) -> View<OutputOf<E>>
    where
        OutputOf<E>: PartialEq + Send + Sync + 'static,
    {
        self.watch().view()
    }
}

impl<T: PartialEq + Send + Sync + 'static> Watch<T> {
    /// Moves the watch to a background task, and returns a handle to its newest value.
    ///
    /// This method does not fail. If the task cannot be spawned, [`View::ready`] returns the error.
    pub fn view(self) -> View<T> {
        keeper::join(self.replayed())
    }
}

impl<T: PartialEq + Send + Sync + 'static> View<T> {
    fn new(shared: Arc<Shared>, receiver: Receiver<Shown<T>>) -> Self {
        Self { shared, receiver, yielded: Snapshot::default(), has_ended: false, waiting: None }
    }

    /// Returns the newest value, or `None` before the first one.
    #[must_use]
    pub fn value(&self) -> Option<Arc<T>> {
        self.receiver.borrow().snapshot.value().cloned()
    }

    /// Returns the newest snapshot.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot<T> {
        self.receiver.borrow().snapshot.clone()
    }

    /// Returns the error with which the view has ended, or `None` while it runs.
    #[must_use]
    pub fn error(&self) -> Option<Error> {
        self.receiver.borrow().end.clone()
    }

    /// Returns the time since the value was last confirmed, or `None` before the first value.
    ///
    /// In normal operation this is at most the configured [`wait`](Watch::wait).
    #[must_use]
    pub fn last_confirmed(&self) -> Option<Duration> {
        self.receiver.borrow().snapshot.value()?;
        self.shared.last_confirmed()
    }

    /// Returns how long the view has been degraded, or `None` if it is healthy.
    #[must_use]
    pub fn degraded_for(&self) -> Option<Duration> {
        let since = self.receiver.borrow().snapshot.degraded()?.since;
        Some(self.shared.now().since(since))
    }

    /// Waits for the first value. If the view already has a value, returns the newest one.
    ///
    /// It continues to wait during outages, without permission, and if a value cannot be decoded. To limit the wait,
    /// use a timeout of your runtime. The [`snapshot`](Self::snapshot) then contains the reason.
    ///
    /// This method is cancel safe.
    ///
    /// # Errors
    ///
    /// Returns an error if the view has ended without a value, or if its task could not be spawned.
    pub async fn ready(&self) -> Result<Arc<T>, Error> {
        self.wait_for(|_| true).await
    }

    /// Waits until `predicate` returns `true` for the newest value, and returns that value.
    ///
    /// This method is cancel safe.
    ///
    /// # Errors
    ///
    /// Returns an error if the view has ended without such a value.
    pub async fn wait_for(&self, mut predicate: impl FnMut(&T) -> bool + Send) -> Result<Arc<T>, Error> {
        let mut receiver = self.receiver.clone();
        let matching = |shown: &Shown<T>| shown.snapshot.value().cloned();
        let found = async {
            // The channel is closed, so its last content contains the error.
            let shown = receiver
                .wait_for(|shown| {
                    shown.end.is_some() || matching(shown).is_some_and(|value| predicate(&value))
                })
                .await;
            shown.map(|shown| (shown.snapshot.value().cloned(), shown.end.clone())).ok()
        }
        .await;
        match found {
            Some((Some(value), None)) => Ok(value),
            Some((Some(value), Some(_))) if predicate(&value) => Ok(value),
            Some((_, Some(error))) => Err(error),
            _ => Err(self.shared.lost("the view has ended")),
        }
    }

    /// Waits for a snapshot that differs from the last one of this handle. Returns `None` after the view has ended.
    ///
    /// This method is cancel safe.
    ///
    /// # Errors
    ///
    /// Returns an error once, when the view ends. See [`Watch::stop_on`].
    pub async fn next(&mut self) -> Option<Result<Snapshot<T>, Error>> {
        poll_fn(|cx| self.poll_snapshot(cx)).await
    }

    /// Waits for a value that differs from the last one of this handle. Returns `None` after the view has ended.
    ///
    /// This method is cancel safe.
    ///
    /// # Errors
    ///
    /// Returns an error once, when the view ends. See [`Watch::stop_on`].
    pub async fn changed(&mut self) -> Option<Result<Arc<T>, Error>> {
        let before = self.yielded.clone();
        poll_fn(|cx| {
            loop {
                match ready!(self.poll_snapshot(cx)) {
                    Some(Ok(snapshot)) if snapshot.has_value_of(&before) => {}
                    Some(Ok(snapshot)) => return Poll::Ready(snapshot.value().cloned().map(Ok)),
                    Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    None => return Poll::Ready(None),
                }
            }
        })
        .await
    }

    /// Resets the handle to the state before its first snapshot.
    pub(super) fn replayed(self) -> Self {
        Self { yielded: Snapshot::default(), has_ended: false, waiting: None, ..self }
    }

    fn poll_snapshot(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Snapshot<T>, Error>>> {
        loop {
            if self.waiting.is_none()
                && let Some(next) = self.unseen()
            {
                return Poll::Ready(next);
            }
            let waiting = self.waiting.get_or_insert_with(|| {
                let mut receiver = self.receiver.clone();
                Box::pin(async move {
                    let is_alive = receiver.changed().await.is_ok();
                    (receiver, is_alive)
                })
            });
            let (receiver, is_alive) = ready!(waiting.as_mut().poll(cx));
            (self.receiver, self.waiting) = (receiver, None);
            if !is_alive {
                return Poll::Ready(self.unseen().unwrap_or(None));
            }
        }
    }

    /// Returns the next item for this handle: a new snapshot, then the end.
    #[expect(clippy::option_option, reason = "nothing new, or the end")]
    fn unseen(&mut self) -> Option<Option<Result<Snapshot<T>, Error>>> {
        let shown = self.receiver.borrow_and_update();
        if shown.snapshot != self.yielded {
            self.yielded = shown.snapshot.clone();
            return Some(Some(Ok(self.yielded.clone())));
        }
        let end = shown.end.clone()?;
        if self.has_ended {
            return Some(None);
        }
        self.has_ended = true;
        Some(Some(Err(end)))
    }
}

impl<T: PartialEq + Send + Sync + 'static> Stream for View<T> {
    type Item = Result<Snapshot<T>, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_snapshot(cx)
    }
}

/// The clone continues at the position of the original.
impl<T> Clone for View<T> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            receiver: self.receiver.clone(),
            yielded: self.yielded.clone(),
            has_ended: self.has_ended,
            waiting: None,
        }
    }
}

impl<T> fmt::Debug for View<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View").field("has_ended", &self.has_ended).finish_non_exhaustive()
    }
}
