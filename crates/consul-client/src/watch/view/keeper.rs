//! The task that polls the watch of a view, and the state that it shares with the handles.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::task::Poll;
use std::time::Duration;

use consul_proto::Route;
use consul_transport::{TransportError, TransportErrorKind};
use tokio::sync::watch::{Sender, channel};

use crate::runtime::{Instant, Runtime};
use crate::watch::registry::{Query, Registry};
use crate::watch::{Snapshot, View, Watch};
use crate::{Client, Error};

/// The content of a view.
pub(super) struct Shown<T> {
    pub(super) snapshot: Snapshot<T>,
    /// The error with which the view has ended.
    pub(super) end: Option<Error>,
}

/// The shared state of a view's handles, besides the content.
pub(super) struct Shared {
    /// Nanoseconds of the client's clock, or `NEVER` before the first value.
    confirmed_at: AtomicU64,
    runtime: Arc<dyn Runtime>,
    route: Route,
}

const NEVER: u64 = u64::MAX;

impl Shared {
    pub(super) fn now(&self) -> Instant {
        self.runtime.now()
    }

    pub(super) fn last_confirmed(&self) -> Option<Duration> {
        let confirmed_at = self.confirmed_at.load(Ordering::Relaxed);
        (confirmed_at != NEVER).then(|| self.now().since(Instant::from_nanos(confirmed_at)))
    }

    /// Returns the error of a view whose task has ended.
    pub(super) fn lost(&self, why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        Error::transport(self.route.clone(), TransportError::unsent(TransportErrorKind::Other, why))
    }

    fn confirm(&self, at: Option<Instant>) {
        let nanos = at.map_or(NEVER, Instant::as_nanos);
        self.confirmed_at.store(nanos, Ordering::Relaxed);
    }
}

/// Returns the view of a watch: the existing one for the same query, or a new one.
pub(super) fn join<T: PartialEq + Send + Sync + 'static>(watch: Watch<T>) -> View<T> {
    let client = watch.driver.client().clone();
    let query = watch.driver.machine().query(watch.driver.tokens());
    let mut views = client.settings().registry.lock();
    if let Some(view) = query.as_ref().and_then(|query| joined(views.get(query)?.as_ref())) {
        return view;
    }
    let shared = Arc::new(Shared {
        confirmed_at: AtomicU64::new(NEVER),
        runtime: Arc::clone(&client.settings().runtime),
        route: watch.route.clone(),
    });
    let (sender, receiver) = channel(Shown { snapshot: Snapshot::default(), end: None });
    let sender = Arc::new(sender);
    let view = View::new(Arc::clone(&shared), receiver);
    if let Some(query) = query.clone() {
        views.insert(
            query,
            Box::new(Entry { shared: Arc::downgrade(&shared), sender: Arc::downgrade(&sender) }),
        );
    }
    // Dropping a task that cannot run locks the registry.
    drop(views);
    let (kept, shared_too) = (Arc::clone(&sender), Arc::clone(&shared));
    let keeper = Keeper { client: client.clone(), watch, shared: shared_too, sender: kept, query };
    if let Err(error) = client.settings().runtime.spawn(Box::pin(keep(keeper))) {
        // Replaces the end that the dropped task has set with the reason.
        sender.send_modify(|shown| shown.end = Some(shared.lost(error)));
    }
    view
}

/// A registered view, which equal views can join.
struct Entry<T> {
    shared: Weak<Shared>,
    sender: Weak<Sender<Shown<T>>>,
}

fn joined<T: PartialEq + Send + Sync + 'static>(
    entry: &(dyn std::any::Any + Send + Sync),
) -> Option<View<T>> {
    let Entry { shared, sender } = entry.downcast_ref::<Entry<T>>()?;
    Some(View::new(shared.upgrade()?, sender.upgrade()?.subscribe()))
}

struct Keeper<T: PartialEq + Send + Sync + 'static> {
    client: Client,
    watch: Watch<T>,
    shared: Arc<Shared>,
    sender: Arc<Sender<Shown<T>>>,
    /// The query of the view, while it can be joined.
    query: Option<Query>,
}

/// Polls the watch until the last handle of its view is dropped, or the watch has ended.
async fn keep<T: PartialEq + Send + Sync + 'static>(mut keeper: Keeper<T>) {
    loop {
        let has_ended = {
            let sender = Arc::clone(&keeper.sender);
            let mut unused = pin!(sender.closed());
            poll_fn(|cx| {
                loop {
                    let polled = keeper.watch.poll_snapshot(cx);
                    keeper.shared.confirm(keeper.watch.driver.machine().confirmed_at());
                    match polled {
                        Poll::Ready(Some(Ok(snapshot))) => {
                            sender.send_modify(|shown| shown.snapshot = snapshot)
                        }
                        Poll::Ready(Some(Err(end))) => sender.send_modify(|shown| shown.end = Some(end)),
                        Poll::Ready(None) => return Poll::Ready(true),
                        Poll::Pending => return unused.as_mut().poll(cx).map(|()| false),
                    }
                }
            })
            .await
        };
        if has_ended {
            keeper.end("the watch had ended before it became a view");
        }
        let Some(query) = &keeper.query else { return };
        // Locked, so that no view joins while this one ends.
        let mut views = keeper.registry().lock();
        if has_ended || keeper.sender.receiver_count() == 0 {
            views.remove(query);
            drop(views);
            keeper.query = None;
            return;
        }
    }
}

impl<T: PartialEq + Send + Sync + 'static> Keeper<T> {
    fn registry(&self) -> &Registry {
        &self.client.settings().registry
    }

    /// Sets the end of the view, unless it has one.
    fn end(&self, why: &'static str) {
        self.sender.send_if_modified(|shown| {
            let is_running = shown.end.is_none();
            if is_running {
                shown.end = Some(self.shared.lost(why));
            }
            is_running
        });
    }
}

/// Ends the view even if the task is dropped or the watch panics.
impl<T: PartialEq + Send + Sync + 'static> Drop for Keeper<T> {
    fn drop(&mut self) {
        self.end("the task of the view has ended with its runtime, or by a panic");
        if let Some(query) = &self.query {
            self.registry().lock().remove(query);
        }
    }
}
