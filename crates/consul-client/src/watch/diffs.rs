//! Changes between the values of a watch.

use std::collections::BTreeMap;
use std::fmt;
use std::future::poll_fn;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use consul_proto::diff::{Diff, Keyed};
use futures_core::Stream;

use crate::Error;
use crate::watch::{Snapshot, View, Watch};

/// A stream of the changes between the values of a list or a map: items that were added, changed or removed.
///
/// Created by [`Watch::diffs`] and [`View::diffs`]. Each snapshot contains the diff to the previous value, and the
/// health and reduced wait of the watch. In the first diff, every item is added. If only the health has changed, the
/// diff is empty. Applied in order, the diffs produce the last value. Several changes in quick succession become one
/// diff. Diffs do not contain an item that is added and removed in between.
///
/// ```no_run
/// # async fn example(client: consul_client::Client) -> Result<(), consul_client::Error> {
/// let mut flags = client.kv().list("app/flags/").watch().diffs();
/// while let Some(diff) = flags.changed().await {
///     let diff = diff?;
///     for entry in &diff.added {
///         println!("+ {}", entry.key);
///     }
///     for change in &diff.changed {
///         println!("~ {}", change.after.key);
///     }
///     for entry in &diff.removed {
///         println!("- {}", entry.key);
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing until it is polled"]
pub struct Diffs<L> {
    values: Pin<Box<dyn Stream<Item = Result<Snapshot<L>, Error>> + Send>>,
    before: Option<Arc<L>>,
}

/// A value with items that can be compared: a list or a map.
pub trait Collection {
    /// The type of the items.
    type Item;

    /// Returns the diff from `before` to this value. If `before` is `None`, every item is added.
    fn since(&self, before: Option<&Self>) -> Diff<Self::Item>;
}

impl<T: Keyed + PartialEq + Clone> Collection for Vec<T> {
    type Item = T;

    fn since(&self, before: Option<&Self>) -> Diff<T> {
        Diff::between(before.into_iter().flatten(), self).map(T::clone)
    }
}

/// The items are pairs of key and value.
impl<K, V> Collection for BTreeMap<K, V>
where
    K: Clone + Ord + Hash + fmt::Debug,
    V: Clone + PartialEq,
{
    type Item = (K, V);

    fn since(&self, before: Option<&Self>) -> Diff<(K, V)> {
        Diff::between(before.into_iter().flatten(), self).map(|(key, value)| (key.clone(), value.clone()))
    }
}

impl<T: Collection + PartialEq + Send + Sync + 'static> Watch<T> {
    /// Converts the watch into a stream of diffs.
    pub fn diffs(self) -> Diffs<T> {
        Diffs { values: Box::pin(self.replayed()), before: None }
    }
}

impl<T: Collection + PartialEq + Send + Sync + 'static> View<T> {
    /// Converts the handle into a stream of diffs.
    pub fn diffs(self) -> Diffs<T> {
        Diffs { values: Box::pin(self.replayed()), before: None }
    }
}

impl<L: Collection + Send + Sync> Diffs<L> {
    /// Waits for the next snapshot. Returns `None` after the watch has ended.
    ///
    /// This method is cancel safe.
    ///
    /// # Errors
    ///
    /// Returns an error once, when the watch ends. See [`Watch::stop_on`].
    pub async fn next(&mut self) -> Option<Result<Snapshot<Diff<L::Item>>, Error>> {
        poll_fn(|cx| self.poll_diff(cx).map(|next| next.map(|next| next.map(|(snapshot, _)| snapshot)))).await
    }

    /// Waits for the first value, and then for the next change. Returns `None` after the watch has ended.
    ///
    /// This method is cancel safe.
    ///
    /// # Errors
    ///
    /// Returns an error once, when the watch ends. See [`Watch::stop_on`].
    pub async fn changed(&mut self) -> Option<Result<Arc<Diff<L::Item>>, Error>> {
        poll_fn(|cx| {
            loop {
                match ready!(self.poll_diff(cx)) {
                    Some(Ok((snapshot, true))) => return Poll::Ready(snapshot.value().cloned().map(Ok)),
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    None => return Poll::Ready(None),
                }
            }
        })
        .await
    }

    /// Returns the value after the last diff, or `None` before the first one.
    #[must_use]
    pub fn value(&self) -> Option<&Arc<L>> {
        self.before.as_ref()
    }
}

/// A snapshot of a diff, and whether the value has changed.
type Next<I> = (Snapshot<Diff<I>>, bool);

impl<L: Collection> Diffs<L> {
    fn poll_diff(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Next<L::Item>, Error>>> {
        let snapshot = match ready!(self.values.as_mut().poll_next(cx)) {
            Some(Ok(snapshot)) => snapshot,
            Some(Err(error)) => return Poll::Ready(Some(Err(error))),
            None => return Poll::Ready(None),
        };
        let value = snapshot.value().zip(snapshot.meta()).map(|(after, meta)| {
            let is_same = self.before.as_ref().is_some_and(|before| Arc::ptr_eq(before, after));
            let diff = if is_same { Diff::default() } else { after.since(self.before.as_deref()) };
            self.before = Some(Arc::clone(after));
            (Arc::new(diff), Arc::clone(meta), !is_same)
        });
        let is_new = value.as_ref().is_some_and(|(_, _, is_new)| *is_new);
        let value = value.map(|(diff, meta, _)| (diff, meta));
        let snapshot = Snapshot::new(value, snapshot.health().clone(), snapshot.reduced_wait());
        Poll::Ready(Some(Ok((snapshot, is_new))))
    }
}

impl<L: Collection> Stream for Diffs<L> {
    type Item = Result<Snapshot<Diff<L::Item>>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_diff(cx).map(|next| next.map(|next| next.map(|(snapshot, _)| snapshot)))
    }
}

impl<L> fmt::Debug for Diffs<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Diffs").finish_non_exhaustive()
    }
}
