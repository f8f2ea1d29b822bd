//! What changes from state to state.

use consul_client::Error;
use consul_client::kv::Entry;
use consul_client::watch::{Diff, Update};

use crate::world::{NEVER, World, entries, secs, store};

fn tell(update: Option<Result<Update<Diff<Entry>>, Error>>) -> String {
    let Some(Ok(Update::State(state))) = update else { panic!("{update:?}") };
    let diff = state.value;
    let keys =
        |entries: &[Entry]| entries.iter().map(|entry| entry.key.clone()).collect::<Vec<_>>().join(" ");
    let changed: Vec<_> = diff.changed.iter().map(|change| change.after.clone()).collect();
    format!("+{} ~{} -{}", keys(&diff.added), keys(&changed), keys(&diff.removed))
}

#[test]
fn keys_come_change_and_go() {
    let versions = [
        (secs(0), entries(&[("a", "1"), ("b", "1")])),
        (secs(10), entries(&[("b", "2"), ("c", "1")])),
        (secs(20), "[]"),
    ];
    let world = World::new(store(&versions));
    let mut diffs = world.client.kv().list("").watch().diffs();
    let told: Vec<_> = (0..3).map(|_| tell(world.clock.run(NEVER, diffs.next()).unwrap())).collect();
    assert_eq!(told, ["+a b ~ -", "+c ~b -a", "+ ~ -b c"]);
    assert!(diffs.state().unwrap().is_empty());
}

#[test]
fn each_handle_of_a_view_is_told_from_nothing_to_the_present() {
    let versions = [
        (secs(0), entries(&[("a", "1")])),
        (secs(10), entries(&[("a", "1"), ("b", "1")])),
        (secs(20), entries(&[("b", "1")])),
    ];
    let world = World::new(store(&versions));
    let mut view = world.client.kv().list("").view();
    let mut early = view.clone().diffs();
    assert_eq!(tell(world.clock.run(NEVER, early.next()).unwrap()), "+a ~ -");
    world.clock.pass(secs(11));
    assert!(world.clock.run(secs(11), view.changed()).is_some(), "told the state, its clone is not");
    let mut late = view.clone().diffs();
    assert_eq!(tell(world.clock.run(secs(11), late.next()).unwrap()), "+a b ~ -");
    assert_eq!(tell(world.clock.run(secs(11), early.next()).unwrap()), "+b ~ -");
    for handle in [&mut early, &mut late] {
        assert_eq!(tell(world.clock.run(secs(20), handle.next()).unwrap()), "+ ~ -a");
    }
}

#[test]
fn differences_of_a_watch_that_was_used_start_from_nothing_at_once() {
    let world = World::new(store(&[(secs(0), entries(&[("a", "1")]))]));
    let mut watch = world.client.kv().list("").watch();
    assert!(world.clock.run(secs(1), watch.changed()).is_some());
    let mut diffs = watch.diffs();
    assert_eq!(tell(world.clock.run(secs(2), diffs.next()).unwrap()), "+a ~ -");
}

#[test]
fn a_handle_that_has_waited_is_told_from_nothing_at_once_all_the_same() {
    let world = World::new(store(&[(secs(0), entries(&[("a", "1")]))]));
    let mut view = world.client.kv().list("").view();
    assert!(world.clock.run(secs(1), view.changed()).is_some());
    assert!(world.clock.run(secs(2), view.changed()).is_none(), "gives up");
    let mut diffs = view.diffs();
    assert_eq!(tell(world.clock.run(secs(2), diffs.next()).unwrap()), "+a ~ -");
}

#[test]
fn whoever_only_wants_differences_gets_only_differences() {
    let mut store = store(&[(secs(0), entries(&[("a", "1")])), (secs(90), entries(&[("b", "1")]))]);
    let world = World::new(move |asked| match asked.at {
        at if (secs(10)..secs(80)).contains(&at) => (secs(0), None),
        _ => store(asked),
    });
    let mut diffs = world.client.kv().list("").watch().stall(secs(1)).diffs();
    for (added, removed) in [(1, 0), (1, 1)] {
        let diff = world.clock.run(NEVER, diffs.changed()).unwrap().unwrap().unwrap().value;
        assert_eq!((diff.added.len(), diff.removed.len()), (added, removed));
    }
}
