//! The newest value of a watch, always available.

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

/// A watch that a background task polls: its newest value is always available, for any number of readers.
///
/// Created by [`Call::view`] and [`Watch::view`]. The task ends with the last handle.
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
/// **Handles** are cheap to clone and to keep. All views of one query share one watch with one request, if they were
/// created by one [`Client`](crate::Client) and the clients [derived](crate::Client::with_datacenter) from it. The query
/// is the complete request with its token, and the settings.
///
/// **The content** is the newest snapshot of the watch, and [how watches behave](crate::watch#how-watches-behave) holds
/// for it too. During an outage, the last known value stays. [`last_confirmed`](Self::last_confirmed) returns its age,
/// and [`snapshot`](Self::snapshot) the reason.
///
/// **A view ends** when its watch ends, with an error. It also ends if its task cannot be spawned, if the task ends with
/// its runtime, or if the comparison of a value panics. The last value stays.
///
/// **As a stream**, and with [`next`](Self::next) and [`changed`](Self::changed), each handle receives the present snapshot
/// first, and then the newest one whenever it differs from the one before. A slow handle skips what was in between, and
/// does not delay others.
#[must_use = "a view ends with its last handle"]
pub struct View<T> {
    shared: Arc<Shared>,
    receiver: Receiver<Shown<T>>,
    /// The snapshot that this handle received last.
    yielded: Snapshot<T>,
    has_ended: bool,
    waiting: Option<Waiting<T>>,
}

/// Waits for a change, and returns the receiver.
type Waiting<T> = Pin<Box<dyn Future<Output = (Receiver<Shown<T>>, bool)> + Send + Sync>>;

impl<E: Watchable> Call<E> {
    /// Watches in the background, for any number of readers: [`View`]. For settings such as
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
    /// Continues in the background, for any number of readers: [`View`].
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

    /// Returns the newest value; `None` before the first.
    #[must_use]
    pub fn value(&self) -> Option<Arc<T>> {
        self.receiver.borrow().snapshot.value().cloned()
    }

    /// Returns the newest snapshot.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot<T> {
        self.receiver.borrow().snapshot.clone()
    }

    /// Returns why the view has ended; `None` while it runs.
    #[must_use]
    pub fn error(&self) -> Option<Error> {
        self.receiver.borrow().end.clone()
    }

    /// Returns how long ago the value was last confirmed; `None` before the first value.
    ///
    /// In normal operation this is at most the configured [`wait`](Watch::wait).
    #[must_use]
    pub fn last_confirmed(&self) -> Option<Duration> {
        self.receiver.borrow().snapshot.value()?;
        self.shared.last_confirmed()
    }

    /// Returns how long the view has been degraded; `None` if it is healthy.
    #[must_use]
    pub fn degraded_for(&self) -> Option<Duration> {
        let since = self.receiver.borrow().snapshot.degraded()?.since;
        Some(self.shared.now().since(since))
    }

    /// Waits for the first value. Returns the present one if there is one.
    ///
    /// It waits through outages, missing permissions and values that cannot be decoded. Set a timeout if the program must
    /// not wait forever; the [`snapshot`](Self::snapshot) contains the reason.
    ///
    /// This method is cancel safe.
    ///
    /// # Errors
    ///
    /// Returns an error if the view has ended without a value, also if its task could not be spawned.
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
            // The error of a closed channel: its last content has an end.
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

    /// Waits for a snapshot that differs from the last one of this handle; `None` once the view has ended.
    ///
    /// This method is cancel safe.
    ///
    /// # Errors
    ///
    /// Returns an error once, when the view ends. See [`Watch::stop_on`].
    pub async fn next(&mut self) -> Option<Result<Snapshot<T>, Error>> {
        poll_fn(|cx| self.poll_snapshot(cx)).await
    }

    /// Waits for a value that differs from the last one of this handle; `None` once the view has ended.
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

    /// Returns this handle as one that has received nothing yet.
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

    /// Returns what this handle has not received yet, the snapshot before the end.
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

/// The clone continues from where the original is.
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
