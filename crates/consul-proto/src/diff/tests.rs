use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::hash::{Hash, Hasher};

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::*;
use crate::health::ServiceEntry;

/// Applies the differences to the earlier state. The order of the result is arbitrary.
fn applied<T: PartialEq + Debug>(mut before: Vec<T>, diff: Diff<T>) -> Vec<T> {
    let mut remove = |item: &T| {
        let place = before.iter().position(|other| other == item).expect("the earlier state has the item");
        before.swap_remove(place);
    };
    diff.removed.iter().for_each(&mut remove);
    diff.changed.iter().for_each(|changed| remove(&changed.before));
    before.extend(diff.added);
    before.extend(diff.changed.into_iter().map(|changed| changed.after));
    before
}

fn sorted<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort();
    items
}

/// Returns `true` if the list contains the items in this order, possibly with others between them.
fn is_part<'a, T: PartialEq + 'a>(items: impl IntoIterator<Item = &'a T>, list: &[T]) -> bool {
    let mut list = list.iter();
    items.into_iter().all(|item| list.any(|other| other == item))
}

#[test]
fn diff_keeps_the_order_of_each_state() {
    let before = [("d", 1), ("a", 1), ("c", 1), ("b", 1)];
    let after = [("x", 1), ("b", 2), ("e", 1), ("a", 2)];
    let diff = Diff::between(before, after);
    assert_eq!(diff.added, [("x", 1), ("e", 1)]);
    let changed =
        [Changed { before: ("b", 1), after: ("b", 2) }, Changed { before: ("a", 1), after: ("a", 2) }];
    assert_eq!(diff.changed, changed);
    assert_eq!(diff.removed, [("d", 1), ("c", 1)]);
}

#[test]
fn diff_ignores_the_order_of_items() {
    assert_eq!(Diff::between(["a", "b", "c"], ["c", "a", "b"]), Diff::default());
}

#[test]
fn diff_pairs_duplicate_keys_in_order() {
    let diff = Diff::between([("a", 1), ("a", 2), ("a", 3)], [("a", 1), ("a", 3)]);
    assert_eq!((diff.added, diff.removed), (vec![], vec![("a", 3)]));
    assert_eq!(diff.changed, [Changed { before: ("a", 2), after: ("a", 3) }]);
    let diff = Diff::between([("a", 1)], [("a", 2), ("a", 1)]);
    assert_eq!(diff.changed, [Changed { before: ("a", 1), after: ("a", 2) }]);
    assert_eq!(diff.added, [("a", 1)]);
}

#[test]
fn maps_are_compared_item_by_item() {
    let tags = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
    let before = BTreeMap::from([("db".to_owned(), tags(&["v1"])), ("web".to_owned(), tags(&[]))]);
    let after = BTreeMap::from([("db".to_owned(), tags(&["v1", "v2"])), ("web".to_owned(), tags(&[]))]);
    let diff = Diff::between(&before, &after).map(|(service, tags)| (service.as_str(), tags.len()));
    assert_eq!(diff.changed, [Changed { before: ("db", 1), after: ("db", 2) }]);
    assert!(diff.added.is_empty() && diff.removed.is_empty());
}

#[test]
fn instances_on_different_nodes_are_different_items() {
    let entry = |node: &str, peer: &str| {
        let mut entry = ServiceEntry::default();
        entry.node.name = node.into();
        entry.service.id = "web".into();
        entry.service.peer_name = peer.to_owned();
        entry
    };
    let before = [entry("a", ""), entry("b", "")];
    let diff = Diff::between(before.clone(), [entry("b", ""), entry("a", ""), entry("a", "east")]);
    assert_eq!((diff.added, diff.changed, diff.removed), (vec![entry("a", "east")], vec![], vec![]));
    let diff = Diff::between(&before, []);
    assert_eq!(diff.removed, [&before[0], &before[1]]);
}

#[test]
fn comparison_takes_linear_time() {
    /// Counts how often it is compared.
    #[derive(Debug)]
    struct Counted<'a>(u32, &'a Cell<usize>);
    impl PartialEq for Counted<'_> {
        fn eq(&self, other: &Self) -> bool {
            self.1.set(self.1.get() + 1);
            self.0 == other.0
        }
    }
    impl Eq for Counted<'_> {}
    impl Hash for Counted<'_> {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }
    let count = Cell::new(0);
    let state = |numbers: std::ops::Range<u32>| numbers.map(|number| (Counted(number, &count), ()));
    let diff = Diff::between(state(0..10_000), state(5_000..15_000));
    assert_eq!((diff.added.len(), diff.changed.len(), diff.removed.len()), (5_000, 0, 5_000));
    // Items in both states are compared twice, by key and in full. Hash collisions add few comparisons.
    assert!((10_000..30_000).contains(&count.get()), "{}", count.get());
}

fn state() -> impl Strategy<Value = Vec<(u8, u8)>> {
    vec((0..12_u8, 0..3_u8), 0..16)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn diff_applied_to_the_earlier_state_gives_the_later_one(before in state(), after in state()) {
        let diff = Diff::between(before.clone(), after.clone());
        prop_assert!(is_part(&diff.added, &after));
        prop_assert!(is_part(diff.changed.iter().map(|changed| &changed.after), &after));
        prop_assert!(is_part(&diff.removed, &before));
        for Changed { before, after } in &diff.changed {
            prop_assert!(before.0 == after.0 && before != after);
        }
        // Items in both states are neither added nor removed.
        prop_assert!(diff.added.iter().all(|added| diff.removed.iter().all(|removed| added.0 != removed.0)));
        prop_assert_eq!(sorted(applied(before, diff)), sorted(after));
    }

    #[test]
    fn equal_states_have_an_empty_diff(
        state in state(),
        (map, items) in btree_map(0..12_u8, 0..3_u8, 0..12).prop_flat_map(|map| {
            (Just(map.clone()), Just(Vec::from_iter(map)).prop_shuffle())
        }),
    ) {
        prop_assert!(Diff::between(&state, &state).is_empty());
        prop_assert!(Diff::between(map, items).is_empty());
    }

    #[test]
    fn reversed_comparison_gives_the_reversed_diff(
        before in btree_map(0..12_u8, 0..3_u8, 0..12),
        after in btree_map(0..12_u8, 0..3_u8, 0..12),
    ) {
        let (there, back) = (Diff::between(&before, &after), Diff::between(&after, &before));
        prop_assert_eq!((&there.added, &there.removed), (&back.removed, &back.added));
        let reversed = back.changed.iter().map(|Changed { before, after }| Changed { before: *after, after: *before });
        prop_assert_eq!(there.changed, reversed.collect::<Vec<_>>());
    }
}
