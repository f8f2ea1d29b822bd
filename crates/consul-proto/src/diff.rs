//! What has changed between two states of a list.
//!
//! A watch tells states. Who needs to know what came, what went and what is different compares two of them:
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
//! Maps are compared as well, item by item, and lists of [your own types](Keyed).

mod keyed;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

pub use keyed::Keyed;

/// What has changed between two states of a list: to what was there before, these are the differences that lead to
/// what was there after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff<T> {
    /// What was not there before, in the order of the state after.
    pub added: Vec<T>,
    /// What was there before and was not the same, in the order of the state after.
    pub changed: Vec<Changed<T>>,
    /// What is not there any more, in the order of the state before.
    pub removed: Vec<T>,
}

/// Something that was there before, and was not the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed<T> {
    /// What it was.
    pub before: T,
    /// What it is.
    pub after: T,
}

impl<T> Diff<T> {
    /// Compares two states.
    ///
    /// Lists, maps and references to them will do: of `&Vec<Entry>` these are differences of `&Entry`, of
    /// `Vec<Entry>` of `Entry`, and of `&BTreeMap<String, V>` of `(&String, &V)`. Nothing is cloned. The time that it
    /// takes grows with the length of the states, and not faster.
    ///
    /// Items are the same item where their [keys](Keyed) are equal, and have changed where they themselves are not
    /// equal: where anything in them differs, such as an index that Consul raises with every write. The order of items
    /// is no part of a state.
    ///
    /// Answers have no two items with the same key. Of lists that do, the first is compared with the first, the second
    /// with the second; what is left over was added or removed.
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
            match partner.and_then(|place| before[place].take()) {
                None => diff.added.push(after),
                Some(before) if before == after => {}
                Some(before) => diff.changed.push(Changed { before, after }),
            }
        }
        diff.removed = before.into_iter().flatten().collect();
        diff
    }

    /// Whether the states are the same, but for the order of their items.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }

    /// The same differences of something that is made of each item, such as its clone.
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

/// No differences.
impl<T> Default for Diff<T> {
    fn default() -> Self {
        Self { added: Vec::new(), changed: Vec::new(), removed: Vec::new() }
    }
}

/// For each item after, the place of the one before that it is compared with.
fn partners<T: Keyed>(before: &[T], after: &[T]) -> Vec<Option<usize>> {
    // By key the first place, and by place the next with the same key.
    let mut firsts = HashMap::with_capacity(before.len());
    let mut nexts = vec![None; before.len()];
    for (place, item) in before.iter().enumerate().rev() {
        nexts[place] = firsts.insert(item.key(), Some(place)).flatten();
    }
    let partners = after.iter().map(|item| {
        let first = firsts.get_mut(&item.key())?;
        let place = (*first)?;
        *first = nexts[place];
        Some(place)
    });
    partners.collect()
}
