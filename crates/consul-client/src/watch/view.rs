//! The state of what is watched, at hand at any time.

mod shared;

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use consul_proto::{OutputOf, Watchable};
use futures_core::Stream;
use tokio::sync::watch::Receiver;

use crate::watch::{State, Trouble, Update, Watch, update};
use crate::{Call, Error};

use shared::Shared;
pub(super) use shared::{Source, alone};

/// What is watched in the background: the newest state at hand at any time, for any number of readers.
///
/// Made by [`Call::view`], [`Watch::view`] and [`Config::view`](crate::watch::Config::view). A task of the runtime keeps
/// it up to date, whether anybody looks or not, and ends with the last handle.
///
/// ```no_run
/// # async fn example(client: consul_client::Client) -> Result<(), consul_client::Error> {
/// let web = client.health().service("web").passing().view();
/// web.ready().await?;
///
/// // From now on, anywhere and at no cost:
/// for instance in web.state().iter().flat_map(|instances| instances.iter()) {
///     println!("{}:{}", instance.address(), instance.port());
/// }
/// # Ok(())
/// # }
/// ```
///
/// **A handle** is cheap to clone and to keep. All views of one query, made by one [`Client`](crate::Client) and what it
/// was [scoped](crate::Client::with_datacenter) to, are one watch with one request: the same operation with the same
/// arguments, options, token and settings.
///
/// **What it shows** is what the watch told last: [how watches behave](crate::watch#how-watches-behave) holds for it too.
/// In an outage it goes on showing the last state that was known; [`unconfirmed`](Self::unconfirmed) tells for how long
/// that has been so, and [`trouble`](Self::trouble) why. Emptiness that servers stand behind is shown as emptiness.
///
/// **It ends** as its watch does, with an error. So does a view whose task has ended with its runtime, or by a panic of what
/// it calls, such as a comparison of a type of yours. What was shown last stays.
///
/// **As a stream**, and by [`next`](Self::next) and [`changed`](Self::changed), each handle is told the present state first
/// and the newest one whenever there is another. A handle that is slow skips what was in between, and holds up nobody;
/// where the state has changed and changed back meanwhile it is told the same state again.
#[must_use = "a view ends with its last handle"]
pub struct View<T> {
    shared: Arc<Shared<T>>,
    news: Receiver<()>,
    told: Told,
    waiting: Option<Waiting>,
}

/// Hears of news, and gives the receiver back.
type Waiting = Pin<Box<dyn Future<Output = (Receiver<()>, bool)> + Send + Sync>>;

/// What a handle has been told.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    state: u64,
    trouble: u64,
    is_in_trouble: bool,
    shortened: u64,
    is_over: bool,
}

/// What a view shows at one moment.
#[derive(Debug)]
#[non_exhaustive]
pub struct Snapshot<T> {
    /// The state that was told last; `None` where none is known yet.
    pub state: Option<State<T>>,
    /// Why the state cannot be confirmed, where that was told: at once for refusals, after a while for outages.
    pub trouble: Option<Trouble>,
    /// Why it has ended, where it has: the state stays what it was.
    pub end: Option<Error>,
}

impl<E: Watchable> Call<E> {
    /// Watches in the background, for any number of readers: [`View`]. With settings of its own, such as
    /// [`stall`](Watch::stall), it is `watch().stall(..).view()`.
    ///
    /// # Panics
    ///
    /// Outside of a runtime, where the client's is tokio's.
    pub fn view(self) -> View<OutputOf<E>>
    where
        OutputOf<E>: PartialEq + Send + Sync,
    {
        self.watch().view()
    }
}

impl<E: Watchable> Watch<E>
where
    OutputOf<E>: PartialEq + Send + Sync,
{
    /// Goes on in the background, for any number of readers: [`View`].
    ///
    /// # Panics
    ///
    /// Outside of a runtime, where the client's is tokio's.
    pub fn view(self) -> View<OutputOf<E>> {
        shared::join(self.afresh())
    }
}

impl<T: Send + Sync + 'static> View<T> {
    fn new(shared: Arc<Shared<T>>, news: Receiver<()>) -> Self {
        Self { shared, news, told: Told::default(), waiting: None }
    }

    /// The state that is known; `None` where none is yet. Takes no lock and waits for nothing.
    #[must_use]
    pub fn state(&self) -> Option<Arc<T>> {
        self.shared.now().state.as_ref().map(|(state, _)| Arc::clone(&state.value))
    }

    /// How long ago the state was confirmed last; `None` where there is none yet.
    ///
    /// While nothing is wrong, up to the time that servers are asked to wait.
    #[must_use]
    pub fn unconfirmed(&self) -> Option<Duration> {
        self.shared.unconfirmed()
    }

    /// Why the state cannot be confirmed, while that is so and has been told.
    #[must_use]
    pub fn trouble(&self) -> Option<Trouble> {
        self.snapshot().trouble
    }

    /// Everything that is known, at one moment.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot<T> {
        let now = self.shared.now();
        let trouble = now.trouble.as_ref().map(|(trouble, _)| self.shared.of_age(trouble));
        Snapshot { state: now.state.as_ref().map(|(state, _)| state.clone()), trouble, end: now.end.clone() }
    }

    /// Waits for the first state; gives the present one where there is one.
    ///
    /// Outages, refusals and values that do not fit are ridden out, so put a limit on it where a program must not wait for
    /// ever; [`trouble`](Self::trouble) tells what it waits for.
    ///
    /// # Errors
    ///
    /// Where the view has ended without a state; see [`Watch::ends`].
    pub async fn ready(&self) -> Result<Arc<T>, Error> {
        let mut news = self.news.clone();
        loop {
            news.mark_unchanged();
            if let Some(state) = self.state() {
                return Ok(state);
            }
            if let Some(error) = &self.shared.now().end {
                return Err(error.clone());
            }
            // Before they cease there is an end.
            if news.changed().await.is_err() && self.shared.now().end.is_none() {
                return Err(self.shared.lost("the view has ended"));
            }
        }
    }

    /// Waits for what this handle has not been told yet; `None` when the view has ended.
    ///
    /// Can be given up and called again without losing anything.
    ///
    /// # Errors
    ///
    /// Where the view ends; see [`Watch::ends`].
    pub async fn next(&mut self) -> Option<Result<Update<T>, Error>> {
        poll_fn(|cx| self.poll_update(cx)).await
    }

    /// Waits for a state that this handle has not been told yet, and leaves aside whatever else is told; `None` when the
    /// view has ended.
    ///
    /// # Errors
    ///
    /// Where the view ends; see [`Watch::ends`].
    pub async fn changed(&mut self) -> Option<Result<State<T>, Error>> {
        poll_fn(|cx| update::poll_state(cx, |cx| self.poll_update(cx))).await
    }

    /// The same handle, told nothing yet.
    pub(super) fn afresh(self) -> Self {
        Self { told: Told::default(), waiting: None, ..self }
    }

    fn poll_update(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Update<T>, Error>>> {
        loop {
            if self.waiting.is_none() {
                self.news.mark_unchanged();
                if let Some(update) = self.untold() {
                    return Poll::Ready(update);
                }
            }
            let waiting = self.waiting.get_or_insert_with(|| {
                let mut news = self.news.clone();
                Box::pin(async move {
                    let is_alive = news.changed().await.is_ok();
                    (news, is_alive)
                })
            });
            let (news, is_alive) = ready!(waiting.as_mut().poll(cx));
            self.waiting = None;
            self.news = news;
            if !is_alive {
                // Nothing comes any more, but what came last may not have been told.
                let last = self.untold().unwrap_or(None);
                return Poll::Ready(last);
            }
        }
    }

    /// What this handle has not been told yet, the state first.
    #[expect(clippy::option_option, reason = "there is nothing to tell, or the end")]
    fn untold(&mut self) -> Option<Option<Result<Update<T>, Error>>> {
        let (now, told) = (self.shared.now(), &mut self.told);
        if told.is_over {
            return Some(None);
        }
        if let Some((state, count)) = &now.state
            && told.state < *count
        {
            told.state = *count;
            // A state ends the trouble that was before it.
            told.is_in_trouble = false;
            return Some(Some(Ok(Update::State(state.clone()))));
        }
        if let Some((wait, count)) = now.shortened
            && told.shortened < count
        {
            told.shortened = count;
            return Some(Some(Ok(Update::Shortened(wait))));
        }
        match &now.trouble {
            Some((trouble, count)) if told.trouble < *count => {
                (told.trouble, told.is_in_trouble) = (*count, true);
                return Some(Some(Ok(Update::Trouble(self.shared.of_age(trouble)))));
            }
            None if told.is_in_trouble => {
                told.is_in_trouble = false;
                return Some(Some(Ok(Update::Confirmed)));
            }
            _ => {}
        }
        let end = now.end.clone()?;
        told.is_over = true;
        Some(Some(Err(end)))
    }
}

impl<T: Send + Sync + 'static> Stream for View<T> {
    type Item = Result<Update<T>, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_update(cx)
    }
}

/// Goes on from where the first is.
impl<T> Clone for View<T> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), news: self.news.clone(), told: self.told, waiting: None }
    }
}

impl<T> fmt::Debug for View<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View").field("told", &self.told).finish_non_exhaustive()
    }
}
