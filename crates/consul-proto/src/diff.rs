//! The differences between two states of a list.
//!
//! A watch yields states. To find out which items were added, changed or removed, compare two of them:
//!
//! ```
//! use consul_proto::diff::Diff;
//! use consul_proto::kv::Entry;
//!
//! # fn entry(key: &str, value: &'static str) -> Entry {
//! #     let mut entry = Entry::default();
//! #     (entry.key, entry.value) = (key.to_owned(), value.into());
//! #     entry
//! # }
//! let before = vec![entry("a", "1"), entry("b", "1")];
//! let after = vec![entry("b", "2"), entry("c", "1")];
//!
//! let diff = Diff::between(&before, &after);
//! assert_eq!(diff.added, [&after[1]]);
//! assert_eq!((diff.changed[0].before, diff.changed[0].after), (&before[1], &after[0]));
//! assert_eq!(diff.removed, [&before[0]]);
//! ```
//!
//! Maps can be compared too, item by item, and so can lists of [your own types](Keyed).

mod keyed;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

pub use keyed::Keyed;

/// The differences between two states of a list. Applied to the earlier state, they produce the later one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an item is added, changed or removed")]
pub struct Diff<T> {
    /// The items that are only in the later state, in its order.
    pub added: Vec<T>,
    /// The items that are in both states and are not equal, in the order of the later state.
    pub changed: Vec<Changed<T>>,
    /// The items that are only in the earlier state, in its order.
    pub removed: Vec<T>,
}

/// An item that has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an item has two states")]
pub struct Changed<T> {
    /// The item in the earlier state.
    pub before: T,
    /// The item in the later state.
    pub after: T,
}

impl<T> Diff<T> {
    /// Compares two states.
    ///
    /// Accepts lists, maps and references to them: `Vec<Entry>` gives differences of `Entry`, `&Vec<Entry>` of
    /// `&Entry`, and `&BTreeMap<String, V>` of `(&String, &V)`. No item is cloned. The time is linear in the length
    /// of the states.
    ///
    /// Two items are the same item if their [keys](Keyed) are equal. The item has changed if anything else in it
    /// differs, such as an index that Consul increases with every write. The order of the items is ignored.
    ///
    /// Consul's lists have no two items with the same key. If a list has duplicate keys, the first item with a key is
    /// compared with the first, and the second with the second. The remaining items count as added or removed.
    pub fn between(before: impl IntoIterator<Item = T>, after: impl IntoIterator<Item = T>) -> Self
    where
        T: Keyed + PartialEq,
    {
        let before: Vec<T> = before.into_iter().collect();
        let after: Vec<T> = after.into_iter().collect();
        let partners = partners(&before, &after);

        let mut before: Vec<_> = before.into_iter().map(Some).collect();
        let mut diff = Self::default();
        for (after, partner) in after.into_iter().zip(partners) {
            match partner.and_then(|index| before[index].take()) {
                None => diff.added.push(after),
                Some(before) if before == after => {}
                Some(before) => diff.changed.push(Changed { before, after }),
            }
        }
        diff.removed = before.into_iter().flatten().collect();
        diff
    }

    /// Returns `true` if the states have the same items, in any order.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }

    /// Converts each item, for example into its clone.
    pub fn map<U>(self, mut map: impl FnMut(T) -> U) -> Diff<U> {
        let Self { added, changed, removed } = self;
        Diff {
            added: added.into_iter().map(&mut map).collect(),
            changed: changed
                .into_iter()
                .map(|Changed { before, after }| Changed { before: map(before), after: map(after) })
                .collect(),
            removed: removed.into_iter().map(&mut map).collect(),
        }
    }
}

/// Creates a value without differences.
impl<T> Default for Diff<T> {
    fn default() -> Self {
        Self { added: Vec::new(), changed: Vec::new(), removed: Vec::new() }
    }
}

/// Returns for each later item the index of the earlier item that it is compared with.
fn partners<T: Keyed>(before: &[T], after: &[T]) -> Vec<Option<usize>> {
    // `firsts` has the first index of each key, and `nexts` the next index with the same key.
    let mut firsts = HashMap::with_capacity(before.len());
    let mut nexts = vec![None; before.len()];
    for (index, item) in before.iter().enumerate().rev() {
        nexts[index] = firsts.insert(item.key(), Some(index)).flatten();
    }
    let partners = after.iter().map(|item| {
        let first = firsts.get_mut(&item.key())?;
        let index = (*first)?;
        *first = nexts[index];
        Some(index)
    });
    partners.collect()
}
