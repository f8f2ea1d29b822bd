//! Watches of typed values.

use std::time::Duration;

use consul_client::watch::Snapshot;
use consul_client::{Error, ErrorKind, Watch};
use serde::Deserialize;

use crate::world::{NEVER, Reply, Request, World, entries, secs, store};

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Limits {
    connections: u32,
    #[serde(default)]
    burst: Option<u32>,
}

fn document(versions: &[(Duration, &str)]) -> impl FnMut(&Request) -> (Duration, Reply) + Send + use<> {
    let versions: Vec<_> = versions.iter().map(|(at, value)| (*at, entries(&[("k", value)]))).collect();
    store(&versions)
}

/// Makes a server unreachable in this range of seconds.
fn with_outage(
    mut server: impl FnMut(&Request) -> (Duration, Reply) + Send,
    from: u64,
    until: u64,
) -> impl FnMut(&Request) -> (Duration, Reply) + Send {
    move |request| match request.at {
        at if (secs(from)..secs(until)).contains(&at) => (Duration::ZERO, None),
        at => {
            let (after, reply) = server(request);
            if at < secs(from) && at + after > secs(from) { (secs(from) - at, None) } else { (after, reply) }
        }
    }
}

/// Returns the next snapshot as text: the value, and the error if it is degraded.
fn next<T>(world: &World, watch: &mut Watch<T>) -> String
where
    T: std::fmt::Debug + PartialEq + Send + Sync + 'static,
{
    let snapshot: Snapshot<T> = world.clock.run(NEVER, watch.next()).unwrap().unwrap().unwrap();
    let age = watch.last_confirmed().map(|age| age.as_secs());
    match snapshot.degraded() {
        None => snapshot.value().map_or("nothing".to_owned(), |value| format!("{value:?}")),
        Some(degraded) => format!("{:?} {age:?}: {}", degraded.cause.kind(), reason(&degraded.cause)),
    }
}

fn reason(error: &Error) -> String {
    error.decode_error().map(ToString::to_string).unwrap_or_default()
}

const FIVE: &str = "Some(Limits { connections: 5, burst: None })";

#[test]
fn key_is_decoded_and_an_invalid_value_keeps_the_last_one() {
    let world = World::new(document(&[
        (secs(0), r#"{"connections": 5}"#),
        (secs(10), r#"{"connections": "many"}"#),
        (secs(20), r#"{"connections": 5, "burst": null}"#),
        (secs(30), r#"{"connections": 7}"#),
    ]));
    let mut config = world.client.kv().get("k").watch().config::<Limits>();
    assert_eq!(next(&world, &mut config), FIVE);
    let invalid = next(&world, &mut config);
    assert!(invalid.starts_with("Decode Some(10): ") && invalid.contains("connections"), "{invalid}");
    assert_eq!(config.value().unwrap().as_ref().as_ref().unwrap().connections, 5);
    assert_eq!(next(&world, &mut config), FIVE, "healthy again");
    assert_eq!(next(&world, &mut config), "Some(Limits { connections: 7, burst: None })");
    let requests = world.requests().len();
    assert!(world.clock.run(secs(80), config.next()).is_none());
    assert_eq!(world.requests().len(), requests + 1, "invalid values cause no additional requests");
}

#[test]
fn subtree_is_decoded_and_a_prefix_without_keys_is_absence() {
    let versions = [
        (secs(0), entries(&[("app/connections", "5"), ("app/burst", "9")])),
        (secs(10), entries(&[("app/connections", "5"), ("app/burst", "much")])),
        (secs(20), "[]"),
        (secs(30), entries(&[("app/connections", "6")])),
    ];
    let world = World::new(store(&versions));
    let mut config = world.client.kv().list("app/").watch().config::<Limits>();
    assert_eq!(next(&world, &mut config), "Some(Limits { connections: 5, burst: Some(9) })");
    let invalid = next(&world, &mut config);
    assert!(invalid.starts_with("Decode Some(10): ") && invalid.contains("burst"), "{invalid}");
    assert!(!invalid.contains("much"), "{invalid}");
    assert_eq!(next(&world, &mut config), "None");
    assert_eq!(next(&world, &mut config), "Some(Limits { connections: 6, burst: None })");
}

#[test]
fn required_config_keeps_its_value_while_the_keys_do_not_exist() {
    let versions = [
        (secs(0), entries(&[("app/connections", "5")])),
        (secs(10), "[]"),
        (secs(20), entries(&[("app/connections", "5")])),
        (secs(30), entries(&[("app/connections", "6")])),
    ];
    let world = World::new(store(&versions));
    let mut config = world.client.kv().list("app/").watch().config::<Limits>().required();
    assert_eq!(next(&world, &mut config), "Limits { connections: 5, burst: None }");
    let missing = next(&world, &mut config);
    assert!(missing.starts_with("Decode Some(10): ") && missing.contains("does not exist"), "{missing}");
    assert_eq!(config.value().unwrap().connections, 5);
    assert_eq!(next(&world, &mut config), "Limits { connections: 5, burst: None }");
    assert_eq!(next(&world, &mut config), "Limits { connections: 6, burst: None }");
}

#[test]
fn first_required_value_is_awaited() {
    let world = World::new(store(&[(secs(0), "[]"), (secs(10), entries(&[("app/connections", "5")]))]));
    let view = world.client.kv().list("app/").watch().config::<Limits>().required().view();
    world.clock.pass(secs(9));
    assert!(view.value().is_none() && view.snapshot().degraded().is_some());
    let limits = world.clock.run(secs(11), view.ready()).unwrap().unwrap();
    assert_eq!(limits.connections, 5);
}

#[test]
fn first_value_that_is_invalid_is_reported_and_waited_out() {
    let world = World::new(document(&[(secs(0), "nonsense"), (secs(10), r#"{"connections": 5}"#)]));
    let view = world.client.kv().get("k").watch().config::<Limits>().view();
    world.clock.pass(secs(1));
    let snapshot = view.snapshot();
    let degraded = snapshot.degraded().unwrap();
    assert_eq!((degraded.cause.kind(), view.last_confirmed()), (ErrorKind::Decode, None));
    assert!(!format!("{:?}", degraded.cause).contains("nonsense"));
    let limits = world.clock.run(secs(11), view.ready()).unwrap().unwrap();
    assert_eq!(limits.as_ref().as_ref().unwrap().connections, 5);
}

#[test]
fn view_shows_the_last_valid_value_with_its_age() {
    let world = World::new(document(&[(secs(0), r#"{"connections": 5}"#), (secs(10), "nonsense")]));
    let view = world.client.kv().get("k").watch().config::<Limits>().view();
    world.clock.pass(secs(9));
    assert_eq!((view.last_confirmed(), view.snapshot().degraded().is_none()), (Some(secs(9)), true));
    world.clock.pass(secs(200));
    assert_eq!(view.value().unwrap().as_ref().as_ref().unwrap().connections, 5);
    assert_eq!(view.snapshot().degraded().unwrap().cause.kind(), ErrorKind::Decode);
    assert_eq!((view.last_confirmed(), view.degraded_for()), (Some(secs(200)), Some(secs(190))));
    drop(view);
    world.clock.pass(secs(201));
    assert_eq!((world.in_flight(), world.clock.tasks()), (0, 0));
}

#[test]
fn invalid_value_is_reported_again_after_an_outage() {
    let document = document(&[(secs(0), r#"{"connections": 5}"#), (secs(10), "nonsense")]);
    let world = World::new(with_outage(document, 20, 60));
    let mut config = world.client.kv().get("k").watch().config::<Limits>();
    assert_eq!(next(&world, &mut config), FIVE);
    assert!(next(&world, &mut config).starts_with("Decode Some(10): "));
    assert!(next(&world, &mut config).starts_with("Connect "));
    let again = next(&world, &mut config);
    assert!(again.starts_with("Decode Some("), "{again}");
}

#[test]
fn view_of_a_used_config_shows_its_snapshot() {
    let world = World::new(document(&[(secs(0), r#"{"connections": 5}"#), (secs(10), "nonsense")]));
    let mut watch = world.client.kv().get("k").watch();
    assert!(world.clock.run(secs(1), watch.changed()).is_some());
    let mut config = watch.config::<Limits>();
    assert_eq!(next(&world, &mut config), FIVE);
    assert!(next(&world, &mut config).starts_with("Decode Some(10): "));
    let mut view = config.view();
    world.clock.pass(secs(20));
    assert_eq!(view.value().unwrap().as_ref().as_ref().unwrap().connections, 5);
    assert_eq!(view.last_confirmed(), Some(secs(20)));
    let snapshot = world.clock.run(secs(20), view.next()).unwrap().unwrap().unwrap();
    assert!(snapshot.value().is_some() && snapshot.degraded().is_some());
    assert!(world.clock.run(secs(20), view.next()).is_none());
}

#[test]
fn last_confirmed_is_the_age_of_the_valid_value() {
    let document = document(&[(secs(0), r#"{"connections": 5}"#), (secs(10), "nonsense")]);
    let world = World::new(with_outage(document, 20, 1_000_000));
    let mut config = world.client.kv().get("k").watch().config::<Limits>();
    assert_eq!(next(&world, &mut config), FIVE);
    assert!(next(&world, &mut config).starts_with("Decode Some(10): "));
    let outage = next(&world, &mut config);
    assert!(outage.starts_with("Connect Some(30): "), "{outage}");
}

#[test]
fn recovery_is_reported_if_the_value_is_the_same_in_another_notation() {
    let document = document(&[(secs(0), r#"{"connections": 5}"#), (secs(30), r#"{"connections":5}"#)]);
    let world = World::new(with_outage(document, 10, 40));
    let mut config = world.client.kv().get("k").watch().config::<Limits>();
    assert_eq!(next(&world, &mut config), FIVE);
    assert!(next(&world, &mut config).starts_with("Connect Some(20): "));
    assert_eq!(next(&world, &mut config), FIVE);
}

#[test]
fn changed_returns_only_values() {
    let world = World::new(document(&[
        (secs(0), "nonsense"),
        (secs(20), r#"{"connections": 5}"#),
        (secs(30), r#"{"connections": "many"}"#),
        (secs(40), r#"{"connections": 6}"#),
    ]));
    let mut config = world.client.kv().get("k").watch().config::<Limits>();
    for connections in [5, 6] {
        let value = world.clock.run(NEVER, config.changed()).unwrap().unwrap().unwrap();
        assert_eq!(value.as_ref().as_ref().unwrap().connections, connections);
    }
}
