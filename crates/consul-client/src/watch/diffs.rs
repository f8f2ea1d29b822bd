//! What changes from state to state.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::future::poll_fn;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use consul_proto::diff::{Diff, Keyed};
use consul_proto::{OutputOf, Watchable};
use futures_core::Stream;

use crate::Error;
use crate::watch::{State, Update, View, Watch, update};

/// What changes from state to state of a list or a map: what came, what is different, what is gone.
///
/// Made by [`Watch::diffs`] and [`View::diffs`]; everything else is told as they tell it. The first difference is to
/// nothing: all that is there has come. Applied one after the other, differences lead to the state that was told last. Of
/// changes in quick succession there is one difference, and what came and went in between is in none.
///
/// ```no_run
/// # async fn example(client: consul_client::Client) -> Result<(), consul_client::Error> {
/// use consul_client::watch::Update;
///
/// let mut flags = client.kv().list("app/flags/").watch().diffs();
/// while let Some(update) = flags.next().await {
///     if let Update::State(state) = update? {
///         for entry in &state.value.added {
///             println!("+ {}", entry.key);
///         }
///         for change in &state.value.changed {
///             println!("~ {}", change.after.key);
///         }
///         for entry in &state.value.removed {
///             println!("- {}", entry.key);
///         }
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "differences come as they are polled for"]
pub struct Diffs<S, L> {
    states: S,
    before: Option<Arc<L>>,
}

/// A state that differences can be told of: a list, or a map.
pub trait Collection {
    /// What it consists of.
    type Item;

    /// What leads from the state before to this one; from nothing where there is none.
    fn since(&self, before: Option<&Self>) -> Diff<Self::Item>;
}

impl<T: Keyed + PartialEq + Clone> Collection for Vec<T> {
    type Item = T;

    fn since(&self, before: Option<&Self>) -> Diff<T> {
        Diff::between(before.into_iter().flatten(), self).map(T::clone)
    }
}

/// Items are pairs of key and value.
impl<K, V> Collection for BTreeMap<K, V>
where
    K: Clone + Ord + Hash + Debug,
    V: Clone + PartialEq,
{
    type Item = (K, V);

    fn since(&self, before: Option<&Self>) -> Diff<(K, V)> {
        Diff::between(before.into_iter().flatten(), self).map(|(key, value)| (key.clone(), value.clone()))
    }
}

impl<E: Watchable> Watch<E>
where
    OutputOf<E>: Collection + PartialEq + Send + Sync,
{
    /// Tells what changes from state to state: [`Diffs`].
    pub fn diffs(self) -> Diffs<Self, OutputOf<E>> {
        Diffs { states: self.afresh(), before: None }
    }
}

impl<T: Collection + Send + Sync + 'static> View<T> {
    /// Tells this handle what changes from state to state: [`Diffs`].
    pub fn diffs(self) -> Diffs<Self, T> {
        // Also of a clone, which would go on from where the first is.
        Diffs { states: self.afresh(), before: None }
    }
}

impl<S, L> Diffs<S, L>
where
    S: Stream<Item = Result<Update<L>, Error>> + Unpin + Send,
    L: Collection + Send + Sync,
{
    /// Waits for the next update; `None` when the watch has ended.
    ///
    /// Can be given up and called again without losing anything.
    ///
    /// # Errors
    ///
    /// Where the watch ends; see [`Watch::ends`].
    pub async fn next(&mut self) -> Option<Result<Update<Diff<L::Item>>, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Waits for the next difference, and leaves aside whatever else is told; `None` when the watch has ended.
    ///
    /// Can be given up and called again without losing anything.
    ///
    /// # Errors
    ///
    /// Where the watch ends; see [`Watch::ends`].
    pub async fn changed(&mut self) -> Option<Result<State<Diff<L::Item>>, Error>> {
        poll_fn(|cx| update::poll_state(cx, |cx| Pin::new(&mut *self).poll_next(cx))).await
    }

    /// What the last difference has led to; `None` where there has been none yet.
    #[must_use]
    pub fn state(&self) -> Option<&Arc<L>> {
        self.before.as_ref()
    }
}

impl<S, L> Stream for Diffs<S, L>
where
    S: Stream<Item = Result<Update<L>, Error>> + Unpin,
    L: Collection,
{
    type Item = Result<Update<Diff<L::Item>>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let update = ready!(Pin::new(&mut self.states).poll_next(cx));
        Poll::Ready(update.map(|update| {
            update.map(|update| {
                update.map(|after| {
                    let diff = after.since(self.before.as_deref());
                    self.before = Some(after);
                    Arc::new(diff)
                })
            })
        }))
    }
}

impl<S: Unpin, L> Unpin for Diffs<S, L> {}

impl<S: Debug, L> Debug for Diffs<S, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Diffs").field(&self.states).finish()
    }
}
