//! What the handles of a view share, and the task that keeps it.

use std::any::TypeId;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use arc_swap::{ArcSwap, Guard};
use consul_proto::{OutputOf, Watchable};
use consul_transport::{TransportError, TransportErrorKind};
use tokio::sync::watch::{Sender, channel};

use crate::error::Route;
use crate::runtime::{Instant, Runtime};
use crate::views::Query;
use crate::watch::{State, Trouble, Update, View, Watch};
use crate::{Client, Error};

/// What is watched in the background.
pub(crate) trait Source: Send + 'static {
    /// Its state.
    type Value: Send + Sync + 'static;

    /// As [`Watch::next`].
    fn poll_update(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Update<Self::Value>, Error>>>;

    /// When the state was confirmed last, by the client's clock.
    fn confirmed_at(&self) -> Option<Instant>;

    /// Whose clock and tasks it lives by.
    fn client(&self) -> &Client;

    /// What errors say they befell.
    fn route(&self) -> &Route;
}

/// What the handles of a view share.
pub(super) struct Shared<T> {
    now: ArcSwap<Now<T>>,
    /// Nanoseconds of the client's clock; 0 before there is a state.
    confirmed_at: AtomicU64,
    runtime: Arc<dyn Runtime>,
    route: Route,
}

/// What is known, each with how many of it there have been.
pub(super) struct Now<T> {
    pub(super) state: Option<(State<T>, u64)>,
    pub(super) trouble: Option<(Trouble, u64)>,
    pub(super) shortened: Option<(Duration, u64)>,
    pub(super) end: Option<Error>,
    updates: u64,
}

impl<T> Clone for Now<T> {
    fn clone(&self) -> Self {
        let Self { state, trouble, shortened, end, updates } = self;
        Self {
            state: state.clone(),
            trouble: trouble.clone(),
            shortened: *shortened,
            end: end.clone(),
            updates: *updates,
        }
    }
}

impl<T> Shared<T> {
    fn new(client: &Client, route: Route) -> Self {
        let now = Now { state: None, trouble: None, shortened: None, end: None, updates: 0 };
        Self {
            now: ArcSwap::from_pointee(now),
            confirmed_at: AtomicU64::new(0),
            runtime: Arc::clone(&client.settings().runtime),
            route,
        }
    }

    pub(super) fn now(&self) -> Guard<Arc<Now<T>>> {
        self.now.load()
    }

    pub(super) fn unconfirmed(&self) -> Option<Duration> {
        self.now().state.as_ref()?;
        let confirmed = Instant::from_nanos(self.confirmed_at.load(Ordering::Relaxed));
        Some(self.runtime.now().since(confirmed))
    }

    /// Trouble that was told some time ago, as it is now.
    pub(super) fn of_age(&self, trouble: &Trouble) -> Trouble {
        Trouble { error: trouble.error.clone(), unconfirmed: self.unconfirmed() }
    }

    /// The error of a view that nothing keeps up to date any more.
    pub(super) fn lost(&self, why: &'static str) -> Error {
        Error::transport(self.route.clone(), TransportError::unsent(TransportErrorKind::Other, why))
    }

    fn confirm(&self, at: Option<Instant>) {
        if let Some(at) = at {
            self.confirmed_at.store(at.as_nanos(), Ordering::Relaxed);
        }
    }

    /// Shows what is new. Only the task does, so nothing is overwritten that it has not seen.
    fn publish(&self, update: Result<Update<T>, Error>) {
        let mut now = Now::clone(&self.now());
        now.updates += 1;
        let count = now.updates;
        match update {
            Ok(Update::State(state)) => (now.state, now.trouble) = (Some((state, count)), None),
            Ok(Update::Trouble(trouble)) => now.trouble = Some((trouble, count)),
            Ok(Update::Confirmed) => now.trouble = None,
            Ok(Update::Shortened(wait)) => now.shortened = Some((wait, count)),
            Err(error) => now.end = Some(error),
        }
        self.now.store(Arc::new(now));
    }
}

/// The view of what is watched: the one there is of the same query, or a new one.
pub(super) fn join<E: Watchable>(watch: Watch<E>) -> View<OutputOf<E>>
where
    OutputOf<E>: PartialEq + Send + Sync,
{
    let client = watch.driver.client().clone();
    // What cannot be written has an error of its own to tell, and nobody to share it with.
    let Some(query) = query(&watch) else { return alone(watch) };
    let mut views = client.settings().views.lock();
    if let Some(view) = views.get(&query).and_then(|entry| entry.downcast_ref::<Entry<_>>()?.join()) {
        return view;
    }
    let (keeper, entry, view) = prepare(watch, Some(query.clone()));
    views.insert(query, Box::new(entry));
    // A runtime that is about to end drops the task at once.
    drop(views);
    spawn(&client, keeper);
    view
}

/// A view that nobody else shares, but for its clones.
pub(crate) fn alone<S: Source>(source: S) -> View<S::Value> {
    let client = source.client().clone();
    let (keeper, _, view) = prepare(source, None);
    spawn(&client, keeper);
    view
}

/// A task that cannot be spawned is dropped, which ends the view with an error.
fn spawn<S: Source>(client: &Client, keeper: Keeper<S>) {
    if let Err(error) = client.settings().runtime.spawn(Box::pin(keep(keeper))) {
        tracing::debug!(%error, "view has ended");
    }
}

fn prepare<S: Source>(source: S, query: Option<Query>) -> (Keeper<S>, Entry<S::Value>, View<S::Value>) {
    let shared = Arc::new(Shared::new(source.client(), source.route().clone()));
    let (news, receiver) = channel(());
    let news = Arc::new(news);
    let entry = Entry { shared: Arc::downgrade(&shared), news: Arc::downgrade(&news) };
    let view = View::new(Arc::clone(&shared), receiver);
    (Keeper { source, shared, news, query }, entry, view)
}

/// What keeps a view up to date.
struct Keeper<S: Source> {
    source: S,
    shared: Arc<Shared<S::Value>>,
    news: Arc<Sender<()>>,
    /// Under which it can be joined, while it can.
    query: Option<Query>,
}

impl<S: Source> Keeper<S> {
    fn tell(&self, update: Result<Update<S::Value>, Error>) {
        self.shared.publish(update);
        self.news.send_replace(());
    }
}

/// Keeps a view up to date until its last handle is gone, or it has ended.
async fn keep<S: Source>(mut keeper: Keeper<S>) {
    loop {
        let has_ended = {
            let news = Arc::clone(&keeper.news);
            let mut unused = pin!(news.closed());
            poll_fn(|cx| {
                loop {
                    let polled = keeper.source.poll_update(cx);
                    keeper.shared.confirm(keeper.source.confirmed_at());
                    match polled {
                        Poll::Ready(Some(update)) => keeper.tell(update),
                        Poll::Ready(None) => return Poll::Ready(true),
                        Poll::Pending => return unused.as_mut().poll(cx).map(|()| false),
                    }
                }
            })
            .await
        };
        if has_ended && keeper.shared.now().end.is_none() {
            keeper.tell(Err(keeper.shared.lost("the watch had ended before it became a view")));
        }
        let Some(query) = &keeper.query else { return };
        // Under the lock, so that nobody joins what is about to end.
        let mut views = keeper.source.client().settings().views.lock();
        if has_ended || keeper.news.receiver_count() == 0 {
            views.remove(query);
            drop(views);
            keeper.query = None;
            return;
        }
    }
}

/// Where the task is dropped, or what is watched panics, this is the end all the same.
impl<S: Source> Drop for Keeper<S> {
    fn drop(&mut self) {
        if self.news.receiver_count() > 0 && self.shared.now().end.is_none() {
            self.tell(Err(self
                .shared
                .lost("the task that keeps the view has ended with its runtime, or by a panic")));
        }
        if let Some(query) = &self.query {
            self.source.client().settings().views.lock().remove(query);
        }
    }
}

/// A view that can be joined while it lives.
struct Entry<T> {
    shared: Weak<Shared<T>>,
    news: Weak<Sender<()>>,
}

impl<T: Send + Sync + 'static> Entry<T> {
    fn join(&self) -> Option<View<T>> {
        let (shared, news) = (self.shared.upgrade()?, self.news.upgrade()?);
        Some(View::new(shared, news.subscribe()))
    }
}

/// What is asked, and how; `None` where it cannot be written.
fn query<E: Watchable>(watch: &Watch<E>) -> Option<Query> {
    let machine = watch.driver.machine();
    let request = machine.first_request().ok()?;
    Some(Query {
        endpoint: TypeId::of::<E>(),
        target: request.uri().to_string(),
        cache_control: request.headers().get(http::header::CACHE_CONTROL).cloned(),
        tokens: watch.driver.tokens().clone(),
        settings: machine.settings().clone(),
    })
}
