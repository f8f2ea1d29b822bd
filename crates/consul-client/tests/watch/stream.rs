//! One watch.

use std::pin::Pin;
use std::time::Duration;

use consul_client::{Error, Token};

use consul_client::watch::{Ends, Update};
use futures_core::Stream;

use crate::world::{NEVER, World, secs, store};

#[test]
fn states_come_as_they_change() {
    let world = World::new(store(&[(secs(0), "a"), (secs(100), "b"), (secs(4000), "c")]));
    let mut watch = world.watch();
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "a");
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "b");
    assert_eq!(world.clock.now(), secs(100));
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "c");
    assert_eq!(world.clock.now(), secs(4000), "told when it happens");
    assert_eq!(watch.state().unwrap().as_deref(), Some(&b"c"[..]));
    assert_eq!(watch.unconfirmed(), Some(Duration::ZERO));
}

#[test]
fn a_watch_asks_as_its_call_would() {
    let world = World::new(store(&[(secs(0), "a")]));
    let token = Token::new("5ecbe7").unwrap();
    let call = world.client.kv().raw("k").token(&token).stale().datacenter("dc2");
    let mut watch = call.index(99).wait(secs(7)).watch();
    assert!(world.asked().is_empty(), "nothing is sent before the first poll");
    world.next(&mut watch, secs(1));
    world.next(&mut watch, secs(1));
    let asked = world.asked();
    assert_eq!(asked[0].target, "/v1/kv/k?raw&dc=dc2&stale");
    assert_eq!(asked[1].target, "/v1/kv/k?raw&dc=dc2&stale&index=10&wait=7000ms");
    assert!(asked.iter().all(|asked| asked.token.as_deref() == Some("5ecbe7")));
    assert!(!format!("{watch:?}").contains("5ecbe7"));
}

#[test]
fn dropping_it_drops_the_request() {
    let world = World::new(store(&[(secs(0), "a")]));
    let mut watch = world.watch();
    world.next(&mut watch, secs(10));
    world.next(&mut watch, secs(10));
    assert_eq!((world.under_way(), world.asked().len()), (1, 2));
    drop(watch);
    assert_eq!(world.under_way(), 0);
}

#[test]
fn giving_up_on_an_update_gives_up_nothing() {
    let world = World::new(store(&[(secs(0), "a"), (secs(20), "b")]));
    let mut watch = world.watch();
    assert_eq!(world.next(&mut watch, secs(1)).unwrap(), "a");
    for second in 2..20 {
        assert_eq!(world.next(&mut watch, secs(second)), None);
    }
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "b");
    assert_eq!(world.asked().len(), 2, "one request all the time");
}

#[test]
fn a_slow_consumer_gets_the_newest_state_at_once() {
    let mut versions = vec![(secs(0), "old")];
    versions.extend((1..1000).map(|second| (secs(second), if second == 999 { "newest" } else { "between" })));
    let world = World::new(store(&versions));
    let mut watch = world.watch();
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "old");
    assert_eq!(world.under_way(), 0, "nothing piles up while the consumer is busy");
    world.clock.hands().now = secs(2000);
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "newest");
    assert_eq!((world.clock.now(), world.asked().len()), (secs(2000), 2));
}

#[test]
fn an_outage_is_ridden_out_and_its_end_told() {
    let world = World::new(|asked| match asked.at {
        at if at < secs(10) && !asked.is_blocking() => (Duration::ZERO, Some((200, 10, "a"))),
        at if at < secs(100) => (Duration::ZERO, None),
        _ => (Duration::ZERO, Some((200, 10, "a"))),
    });
    let mut watch = world.watch();
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "a");
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "trouble: Connect Some(10)");
    assert_eq!((world.clock.now(), watch.unconfirmed()), (secs(10), Some(secs(10))));
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "Confirmed");
    assert!((100..130).contains(&world.clock.now().as_secs()));
}

#[test]
fn an_attempt_ends_with_its_time() {
    let world = World::new(|asked| match asked.is_blocking() {
        true => (NEVER, None),
        false => (Duration::ZERO, Some((200, 10, "a"))),
    });
    let mut watch =
        world.client.kv().raw("k").attempt_timeout(secs(3)).watch().wait(secs(16)).ends(Ends::OnFailure);
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "a");
    let end = world.next(&mut watch, NEVER).unwrap();
    assert_eq!(end, "ended: GET /v1/kv/{*key} timed out after 20s");
    assert_eq!((world.clock.now(), world.under_way()), (secs(20), 0));
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "end");
}

#[test]
fn refusals_are_told_and_tried_again_or_end_it() {
    let world = World::new(|_| (Duration::ZERO, Some((403, 1, "Permission denied"))));
    let mut watch = world.watch();
    let told = world.next(&mut watch, NEVER).unwrap();
    assert_eq!(told, "trouble: Api(PermissionDenied) None");
    assert_eq!(world.next(&mut watch, secs(300)), None, "once");
    assert!(world.asked().len() <= 11, "{}", world.asked().len());

    let mut watch = world.watch().ends(Ends::OnRefusal);
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "ended: GET /v1/kv/{*key} was answered with an error");
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "end");
}

#[test]
fn a_request_that_cannot_be_written_ends_it() {
    let world = World::new(store(&[(secs(0), "a")]));
    let mut watch = world.client.kv().raw("").watch();
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "ended: GET /v1/kv/{*key} was not sent");
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "end");
}

#[test]
fn whoever_only_wants_states_gets_only_states() {
    let world = World::new(|asked| match asked.at {
        at if at < secs(60) => (Duration::ZERO, None),
        _ => (Duration::ZERO, Some((200, 10, "a"))),
    });
    let mut watch = world.watch();
    let state = world.clock.run(NEVER, watch.changed()).unwrap().unwrap().unwrap();
    assert_eq!((state.value.as_deref(), state.meta.index), (Some(&b"a"[..]), Some(10)));
}

#[test]
fn it_is_a_stream_that_goes_anywhere() {
    fn is_stream<S>(_: &S)
    where
        S: Stream<Item = Result<Update<Option<bytes::Bytes>>, Error>> + Send + Unpin + 'static,
    {
    }
    let world = World::new(store(&[(secs(0), "a")]));
    let mut watch = world.watch();
    is_stream(&watch);
    let next = std::future::poll_fn(|cx| Pin::new(&mut watch).poll_next(cx));
    assert!(matches!(world.clock.run(secs(1), next), Some(Some(Ok(Update::State(_))))));
}
