//! Feeds of user events.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use consul_client::event::FeedItem;
use consul_client::{Error, proto};

use crate::world::{NEVER, Reply, Request, World, secs};

/// An agent whose list of events changes at the given times. Like real agents, it computes the index from the last ID.
fn agent(
    lists: Vec<(Duration, Vec<(u32, &'static str)>)>,
) -> impl FnMut(&Request) -> (Duration, Reply) + Send {
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
    move |request| {
        let current = lists.iter().rposition(|(at, _)| *at <= request.at).unwrap();
        match request.wait().filter(|_| request.index() == Some(index(&lists[current].1))) {
            None => (Duration::ZERO, answer(&lists[current].1)),
            Some(wait) => match lists.get(current + 1) {
                Some((at, next)) if *at <= request.at + wait => (*at - request.at, answer(next)),
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

fn text(item: Option<Result<FeedItem, Error>>) -> String {
    match item.unwrap().unwrap() {
        FeedItem::Event(event) => event.l_time.to_string(),
        FeedItem::Degraded(degraded) => format!("{:?}", degraded.cause.kind()),
        other => format!("{other:?}"),
    }
}

/// All items of a feed.
fn all(world: &World, name: Option<&str>) -> Vec<String> {
    let mut list = world.client.event().list();
    if let Some(name) = name {
        list = list.name(name);
    }
    let mut feed = list.feed();
    let mut items = Vec::new();
    while let Some(item) = world.clock.run(secs(1000), feed.next()) {
        items.push(text(item));
    }
    items
}

#[test]
fn new_events_are_yielded_once_and_old_ones_are_not() {
    let world = World::new(agent(vec![
        (secs(0), deploys(0..3)),
        (secs(10), deploys(0..4)),
        (secs(20), deploys(0..7)),
    ]));
    assert_eq!(all(&world, None), ["3", "4", "5", "6"]);
    // The index goes up and down here, which is not a reset.
    assert_eq!(world.requests().iter().filter(|request| request.index().is_none()).count(), 1);
}

#[test]
fn feed_requests_all_events_and_yields_those_of_the_name() {
    let mut full: VecDeque<_> = deploys(0..1).into();
    full.extend((1..256).map(|number| (number, "other")));
    let mut later: Vec<_> = (200..455).map(|number| (number, "other")).collect();
    later.push((455, "deploy"));
    let world = World::new(agent(vec![(secs(0), full.into()), (secs(10), later)]));
    assert_eq!(all(&world, Some("deploy")), ["455"], "the last deploy is gone, and that is no gap");
    assert!(world.requests().iter().all(|request| !request.target.contains("name=")));
}

#[test]
fn missing_last_event_is_a_gap() {
    let world = World::new(agent(vec![(secs(0), deploys(0..3)), (secs(10), deploys(100..356))]));
    let items = all(&world, None);
    assert_eq!((items.len(), &*items[0], &*items[1], &*items[256]), (257, "Gap", "100", "355"));
}

#[test]
fn full_list_after_an_empty_one_is_a_gap() {
    let world = World::new(agent(vec![
        (secs(0), Vec::new()),
        (secs(10), deploys(0..2)),
        (secs(20), Vec::new()),
        (secs(30), deploys(5..261)),
    ]));
    let items = all(&world, None);
    assert_eq!((&items[..4], items.len()), (&["0", "1", "Gap", "Gap"].map(str::to_owned)[..], 4 + 256));
}

#[test]
fn restarted_agent_is_a_gap_and_repeats_no_event() {
    let world = World::new(agent(vec![
        (secs(0), deploys(0..2)),
        (secs(10), deploys(0..3)),
        (secs(20), Vec::new()),
        (secs(30), deploys(1..5)),
    ]));
    assert_eq!(all(&world, None), ["2", "Gap", "3", "4"]);
}

#[test]
fn outage_and_recovery_are_yielded() {
    let mut agent = agent(vec![(secs(0), deploys(0..1)), (secs(200), deploys(0..2))]);
    let world = World::new(move |request| match request.at {
        at if (secs(10)..secs(100)).contains(&at) => (Duration::ZERO, None),
        _ => {
            let (after, reply) = agent(request);
            if request.at < secs(10) && after > secs(10) { (secs(10), None) } else { (after, reply) }
        }
    });
    let mut feed = world.client.event().list().feed();
    let items: Vec<_> = (0..3).map(|_| text(world.clock.run(NEVER, feed.next()).unwrap())).collect();
    assert_eq!(items, ["Connect", "Recovered", "1"]);
}
