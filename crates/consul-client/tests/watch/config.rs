//! What is watched, as values of a type.

use std::error::Error as _;
use std::time::Duration;

use consul_client::watch::Update;
use consul_client::{Error, ErrorKind};
use serde::Deserialize;

use crate::world::{Asked, NEVER, Reply, World, entries, secs, store};

#[derive(Debug, PartialEq, Deserialize)]
struct Limits {
    connections: u32,
    #[serde(default)]
    burst: Option<u32>,
}

fn document(versions: &[(Duration, &str)]) -> impl FnMut(&Asked) -> (Duration, Reply) + Send + use<> {
    let versions: Vec<_> = versions.iter().map(|(at, value)| (*at, entries(&[("k", value)]))).collect();
    store(&versions)
}

fn tell<T: std::fmt::Debug>(update: Option<Result<Update<Option<T>>, Error>>) -> String {
    match update.unwrap().unwrap() {
        Update::State(state) => format!("{:?}", state.value),
        Update::Trouble(trouble) => format!(
            "{:?} {:?}: {}",
            trouble.error.kind(),
            trouble.unconfirmed.map(|time| time.as_secs()),
            trouble.error.source().map(ToString::to_string).unwrap_or_default()
        ),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_key_is_a_value_of_a_type_and_what_does_not_fit_leaves_the_last_one() {
    let world = World::new(document(&[
        (secs(0), r#"{"connections": 5}"#),
        (secs(10), r#"{"connections": "many"}"#),
        (secs(20), r#"{"connections": 5, "burst": null}"#),
        (secs(30), r#"{"connections": 7}"#),
    ]));
    let mut config = world.client.kv().get("k").watch().config::<Limits>();
    let mut next = || world.clock.run(NEVER, config.next()).map(tell).unwrap();
    assert_eq!(next(), "Some(Limits { connections: 5, burst: None })");
    let misfit = next();
    assert!(misfit.starts_with("Decode Some(10): ") && misfit.contains("connections"), "{misfit}");
    assert_eq!(next(), "Confirmed");
    assert_eq!(next(), "Some(Limits { connections: 7, burst: None })");
    assert_eq!(config.state().unwrap().as_ref().as_ref().unwrap().connections, 7);
    let asked = world.asked().len();
    assert_eq!(world.clock.run(secs(80), config.next()).map(tell), None);
    assert_eq!(world.asked().len(), asked + 1, "what does not fit is no reason to ask more often");
}

#[test]
fn a_subtree_is_a_value_of_a_type_and_nothing_below_a_prefix_is_absence() {
    let versions = [
        (secs(0), entries(&[("app/connections", "5"), ("app/burst", "9")])),
        (secs(10), entries(&[("app/connections", "5"), ("app/burst", "much")])),
        (secs(20), "[]"),
        (secs(30), entries(&[("app/connections", "6")])),
    ];
    let world = World::new(store(&versions));
    let mut config = world.client.kv().list("app/").watch().config::<Limits>();
    let mut next = || world.clock.run(NEVER, config.next()).map(tell).unwrap();
    assert_eq!(next(), "Some(Limits { connections: 5, burst: Some(9) })");
    let misfit = next();
    assert!(misfit.starts_with("Decode Some(10): ") && misfit.contains("burst"), "{misfit}");
    assert!(!misfit.contains("much"), "{misfit}");
    assert_eq!(next(), "None");
    assert_eq!(next(), "Some(Limits { connections: 6, burst: None })");
}

#[test]
fn a_first_value_that_does_not_fit_is_told_and_waited_out() {
    let world = World::new(document(&[(secs(0), "nonsense"), (secs(10), r#"{"connections": 5}"#)]));
    let view = world.client.kv().get("k").watch().config::<Limits>().view();
    world.clock.pass(secs(1));
    let trouble = view.trouble().unwrap();
    assert_eq!((trouble.error.kind(), trouble.unconfirmed), (ErrorKind::Decode, None));
    assert!(!format!("{:?}", trouble.error).contains("nonsense"));
    let limits = world.clock.run(secs(11), view.ready()).unwrap().unwrap();
    assert_eq!(limits.as_ref().as_ref().unwrap().connections, 5);
}

#[test]
fn a_view_of_it_shows_the_last_value_that_fitted_with_its_age() {
    let world = World::new(document(&[(secs(0), r#"{"connections": 5}"#), (secs(10), "nonsense")]));
    let view = world.client.kv().get("k").watch().config::<Limits>().view();
    world.clock.pass(secs(9));
    assert_eq!((view.unconfirmed(), view.trouble().is_none()), (Some(secs(9)), true));
    world.clock.pass(secs(200));
    assert_eq!(view.state().unwrap().as_ref().as_ref().unwrap().connections, 5);
    let trouble = view.trouble().unwrap();
    assert_eq!((trouble.error.kind(), trouble.unconfirmed), (ErrorKind::Decode, Some(secs(200))));
    drop(view);
    world.clock.pass(secs(201));
    assert_eq!((world.under_way(), world.clock.tasks()), (0, 0));
}

#[test]
fn what_does_not_fit_is_told_again_after_an_outage() {
    let mut document = document(&[(secs(0), r#"{"connections": 5}"#), (secs(10), "nonsense")]);
    let world = World::new(move |asked| match asked.at {
        at if (secs(20)..secs(60)).contains(&at) => (Duration::ZERO, None),
        at => {
            let (after, reply) = document(asked);
            if at < secs(20) && at + after > secs(20) { (secs(20) - at, None) } else { (after, reply) }
        }
    });
    let mut config = world.client.kv().get("k").watch().config::<Limits>();
    let mut next = || world.clock.run(NEVER, config.next()).map(tell).unwrap();
    assert_eq!(next(), "Some(Limits { connections: 5, burst: None })");
    assert!(next().starts_with("Decode Some(10): "));
    assert!(next().starts_with("Connect "));
    let again = next();
    assert!(again.starts_with("Decode Some("), "{again}");
}

#[test]
fn a_view_of_a_config_that_was_used_shows_what_it_has_told() {
    let world = World::new(document(&[(secs(0), r#"{"connections": 5}"#), (secs(10), "nonsense")]));
    let mut watch = world.client.kv().get("k").watch();
    assert!(world.clock.run(secs(1), watch.changed()).is_some());
    let mut config = watch.config::<Limits>();
    let told = world.clock.run(secs(1), config.next()).map(tell).unwrap();
    assert_eq!(told, "Some(Limits { connections: 5, burst: None })");
    assert!(world.clock.run(secs(20), config.next()).map(tell).unwrap().starts_with("Decode Some(10): "));
    let mut view = config.view();
    world.clock.pass(secs(20));
    assert_eq!(view.state().unwrap().as_ref().as_ref().unwrap().connections, 5);
    assert_eq!(view.trouble().unwrap().unconfirmed, Some(secs(20)));
    let mut next = || world.clock.run(secs(20), view.next()).map(tell);
    assert_eq!(next().unwrap(), "Some(Limits { connections: 5, burst: None })");
    assert!(next().unwrap().starts_with("Decode "));
    assert_eq!(next(), None);
}

#[test]
fn the_age_that_trouble_tells_is_that_of_the_value_and_not_of_what_does_not_fit() {
    let mut document = document(&[(secs(0), r#"{"connections": 5}"#), (secs(10), "nonsense")]);
    let world = World::new(move |asked| match asked.at {
        at if at >= secs(20) => (Duration::ZERO, None),
        at => {
            let (after, reply) = document(asked);
            if at + after > secs(20) { (secs(20) - at, None) } else { (after, reply) }
        }
    });
    let mut config = world.client.kv().get("k").watch().config::<Limits>();
    let mut next = || world.clock.run(NEVER, config.next()).map(tell).unwrap();
    assert_eq!(next(), "Some(Limits { connections: 5, burst: None })");
    assert!(next().starts_with("Decode Some(10): "));
    let outage = next();
    assert!(outage.starts_with("Connect Some(30): "), "{outage}");
}

#[test]
fn the_end_of_trouble_is_told_where_the_value_is_the_same_in_other_words() {
    let versions =
        [(secs(0), r#"{"connections": 5}"#), (secs(30), r#"{"connections":5}"#)].map(|(at, value)| {
            let entries = entries(&[("k", value)]);
            (at, entries)
        });
    let mut document = store(&versions);
    let world = World::new(move |asked| match asked.at {
        at if (secs(10)..secs(40)).contains(&at) => (Duration::ZERO, None),
        at => {
            let (after, reply) = document(asked);
            if at < secs(10) && at + after > secs(10) { (secs(10) - at, None) } else { (after, reply) }
        }
    });
    let mut config = world.client.kv().get("k").watch().config::<Limits>();
    let mut next = || world.clock.run(NEVER, config.next()).map(tell).unwrap();
    assert_eq!(next(), "Some(Limits { connections: 5, burst: None })");
    assert!(next().starts_with("Connect Some(20): "));
    assert_eq!(next(), "Confirmed");
}

#[test]
fn whoever_only_wants_values_gets_only_values() {
    let world = World::new(document(&[
        (secs(0), "nonsense"),
        (secs(20), r#"{"connections": 5}"#),
        (secs(30), r#"{"connections": "many"}"#),
        (secs(40), r#"{"connections": 6}"#),
    ]));
    let mut config = world.client.kv().get("k").watch().config::<Limits>();
    for connections in [5, 6] {
        let state = world.clock.run(NEVER, config.changed()).unwrap().unwrap().unwrap();
        assert_eq!(state.value.as_ref().as_ref().unwrap().connections, connections);
    }
}
