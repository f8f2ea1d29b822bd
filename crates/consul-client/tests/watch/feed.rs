//! Events as they come.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use consul_client::event::Heard;
use consul_client::{Error, proto};

use crate::world::{Asked, NEVER, Reply, World, secs};

/// An agent whose list of events is this one from a time on; as agents do, with an index made of the last id.
fn agent(lists: Vec<(Duration, Vec<(u32, &'static str)>)>) -> impl FnMut(&Asked) -> (Duration, Reply) + Send {
    let id = |number: u32| format!("{number:08x}-0000-0000-0000-{number:012x}");
    let index = move |list: &[(u32, &str)]| match list.last() {
        None => 1,
        Some((number, _)) => {
            let id = id(number.wrapping_mul(2_654_435_761));
            proto::event::Event::list_index(&event(&id)).unwrap()
        }
    };
    let answer = move |list: &[(u32, &str)]| {
        let events = list.iter().map(|(number, name)| {
            format!(
                r#"{{"ID": "{}", "Name": "{name}", "LTime": {number}}}"#,
                id(number.wrapping_mul(2_654_435_761))
            )
        });
        let body = format!("[{}]", events.collect::<Vec<_>>().join(","));
        Some((200, index(list), &*body.leak()))
    };
    move |asked| {
        let current = lists.iter().rposition(|(at, _)| *at <= asked.at).unwrap();
        match asked.wait().filter(|_| asked.index() == Some(index(&lists[current].1))) {
            None => (Duration::ZERO, answer(&lists[current].1)),
            Some(wait) => match lists.get(current + 1) {
                Some((at, next)) if *at <= asked.at + wait => (*at - asked.at, answer(next)),
                _ => (wait, answer(&lists[current].1)),
            },
        }
    }
}

fn event(id: &str) -> proto::event::Event {
    let mut event = proto::event::Event::default();
    event.id = id.to_owned();
    event
}

fn deploys(numbers: Range<u32>) -> Vec<(u32, &'static str)> {
    numbers.map(|number| (number, "deploy")).collect()
}

fn tell(heard: Option<Result<Heard, Error>>) -> String {
    match heard.unwrap().unwrap() {
        Heard::Event(event) => event.l_time.to_string(),
        Heard::Trouble(trouble) => format!("{:?}", trouble.error.kind()),
        other => format!("{other:?}"),
    }
}

/// What a feed tells in all.
fn told(world: &World, name: Option<&str>) -> Vec<String> {
    let mut list = world.client.event().list();
    if let Some(name) = name {
        list = list.name(name);
    }
    let mut feed = list.feed();
    let mut told = Vec::new();
    while let Some(heard) = world.clock.run(secs(1000), feed.next()) {
        told.push(tell(heard));
    }
    told
}

#[test]
fn new_events_are_told_once_and_old_ones_are_not() {
    let world = World::new(agent(vec![
        (secs(0), deploys(0..3)),
        (secs(10), deploys(0..4)),
        (secs(20), deploys(0..7)),
    ]));
    assert_eq!(told(&world, None), ["3", "4", "5", "6"]);
    // The index goes up and down here, and is never taken for one that was set back.
    assert_eq!(world.asked().iter().filter(|asked| asked.index().is_none()).count(), 1);
}

#[test]
fn the_agent_is_asked_for_all_events_and_told_are_those_of_the_name() {
    let mut full: VecDeque<_> = deploys(0..1).into();
    full.extend((1..256).map(|number| (number, "other")));
    let mut later: Vec<_> = (200..455).map(|number| (number, "other")).collect();
    later.push((455, "deploy"));
    let world = World::new(agent(vec![(secs(0), full.into()), (secs(10), later)]));
    assert_eq!(told(&world, Some("deploy")), ["455"], "the last deploy is gone, and that is no gap");
    assert!(world.asked().iter().all(|asked| !asked.target.contains("name=")));
}

#[test]
fn a_gap_is_told_where_the_last_event_known_is_gone() {
    let world = World::new(agent(vec![(secs(0), deploys(0..3)), (secs(10), deploys(100..356))]));
    let told = told(&world, None);
    assert_eq!((told.len(), &*told[0], &*told[1], &*told[256]), (257, "Gap", "100", "355"));
}

#[test]
fn as_many_events_as_an_agent_keeps_can_be_the_last_of_more() {
    let world = World::new(agent(vec![
        (secs(0), Vec::new()),
        (secs(10), deploys(0..2)),
        (secs(20), Vec::new()),
        (secs(30), deploys(5..261)),
    ]));
    let told = told(&world, None);
    assert_eq!((&told[..4], told.len()), (&["0", "1", "Gap", "Gap"].map(str::to_owned)[..], 4 + 256));
}

#[test]
fn an_agent_that_was_started_anew_is_a_gap_and_its_old_events_are_not_told_twice() {
    let world = World::new(agent(vec![
        (secs(0), deploys(0..2)),
        (secs(10), deploys(0..3)),
        (secs(20), Vec::new()),
        (secs(30), deploys(1..5)),
    ]));
    assert_eq!(told(&world, None), ["2", "Gap", "3", "4"]);
}

#[test]
fn trouble_is_told_and_so_is_its_end() {
    let mut agent = agent(vec![(secs(0), deploys(0..1)), (secs(200), deploys(0..2))]);
    let world = World::new(move |asked| match asked.at {
        at if (secs(10)..secs(100)).contains(&at) => (Duration::ZERO, None),
        _ => {
            let (after, reply) = agent(asked);
            if asked.at < secs(10) && after > secs(10) { (secs(10), None) } else { (after, reply) }
        }
    });
    let mut feed = world.client.event().list().feed();
    let told: Vec<_> = (0..3).map(|_| tell(world.clock.run(NEVER, feed.next()).unwrap())).collect();
    assert_eq!(told, ["Connect", "Recovered", "1"]);
}
