//! Changes between values.

use std::sync::Arc;

use consul_client::Error;
use consul_client::kv::Entry;
use consul_client::watch::Diff;

use crate::world::{NEVER, World, entries, secs, store};

fn text(diff: Option<Result<Arc<Diff<Entry>>, Error>>) -> String {
    let diff = diff.unwrap().unwrap();
    let keys =
        |entries: &[Entry]| entries.iter().map(|entry| entry.key.clone()).collect::<Vec<_>>().join(" ");
    let changed: Vec<_> = diff.changed.iter().map(|change| change.after.clone()).collect();
    format!("+{} ~{} -{}", keys(&diff.added), keys(&changed), keys(&diff.removed))
}

#[test]
fn diffs_show_added_changed_and_removed_keys() {
    let versions = [
        (secs(0), entries(&[("a", "1"), ("b", "1")])),
        (secs(10), entries(&[("b", "2"), ("c", "1")])),
        (secs(20), "[]"),
    ];
    let world = World::new(store(&versions));
    let mut diffs = world.client.kv().list("").watch().diffs();
    let all: Vec<_> = (0..3).map(|_| text(world.clock.run(NEVER, diffs.changed()).unwrap())).collect();
    assert_eq!(all, ["+a b ~ -", "+c ~b -a", "+ ~ -b c"]);
    assert!(diffs.value().unwrap().is_empty());
}

#[test]
fn each_handle_of_a_view_starts_from_nothing() {
    let versions = [
        (secs(0), entries(&[("a", "1")])),
        (secs(10), entries(&[("a", "1"), ("b", "1")])),
        (secs(20), entries(&[("b", "1")])),
    ];
    let world = World::new(store(&versions));
    let mut view = world.client.kv().list("").view();
    let mut early = view.clone().diffs();
    assert_eq!(text(world.clock.run(NEVER, early.changed()).unwrap()), "+a ~ -");
    world.clock.pass(secs(11));
    assert!(world.clock.run(secs(11), view.changed()).is_some());
    let mut late = view.clone().diffs();
    assert_eq!(text(world.clock.run(secs(11), late.changed()).unwrap()), "+a b ~ -");
    assert_eq!(text(world.clock.run(secs(11), early.changed()).unwrap()), "+b ~ -");
    for handle in [&mut early, &mut late] {
        assert_eq!(text(world.clock.run(secs(20), handle.changed()).unwrap()), "+ ~ -a");
    }
}

#[test]
fn diffs_of_a_used_watch_start_from_nothing_immediately() {
    let world = World::new(store(&[(secs(0), entries(&[("a", "1")]))]));
    let mut watch = world.client.kv().list("").watch();
    assert!(world.clock.run(secs(1), watch.changed()).is_some());
    let mut diffs = watch.diffs();
    assert_eq!(text(world.clock.run(secs(2), diffs.changed()).unwrap()), "+a ~ -");
}

#[test]
fn diffs_of_a_waiting_handle_start_from_nothing_immediately() {
    let world = World::new(store(&[(secs(0), entries(&[("a", "1")]))]));
    let mut view = world.client.kv().list("").view();
    assert!(world.clock.run(secs(1), view.changed()).is_some());
    assert!(world.clock.run(secs(2), view.changed()).is_none(), "is cancelled");
    let mut diffs = view.diffs();
    assert_eq!(text(world.clock.run(secs(2), diffs.changed()).unwrap()), "+a ~ -");
}

#[test]
fn health_is_reported_with_an_empty_diff_and_changed_skips_it() {
    let mut store = store(&[(secs(0), entries(&[("a", "1")])), (secs(90), entries(&[("b", "1")]))]);
    let server = move |request: &crate::world::Request| match request.at {
        at if (secs(10)..secs(80)).contains(&at) => (secs(0), None),
        _ => store(request),
    };
    let world = World::new(server.clone());
    let mut diffs = world.client.kv().list("").watch().degraded_after(secs(1)).diffs();
    let mut shown = Vec::new();
    for _ in 0..4 {
        let snapshot = world.clock.run(NEVER, diffs.next()).unwrap().unwrap().unwrap();
        let diff = snapshot.value().unwrap();
        shown.push((diff.added.len(), diff.removed.len(), snapshot.degraded().is_some()));
    }
    assert_eq!(shown, [(1, 0, false), (0, 0, true), (0, 0, false), (1, 1, false)]);

    let world = World::new(server);
    let mut diffs = world.client.kv().list("").watch().degraded_after(secs(1)).diffs();
    for counts in [(1, 0), (1, 1)] {
        let diff = world.clock.run(NEVER, diffs.changed()).unwrap().unwrap().unwrap();
        assert_eq!((diff.added.len(), diff.removed.len()), counts);
    }
}
