//! A single watch.

use std::pin::Pin;
use std::time::Duration;

use consul_client::{Error, Token};

use consul_client::watch::{Snapshot, StopOn};
use futures_core::Stream;

use crate::world::{NEVER, World, secs, store};

#[test]
fn values_are_yielded_when_they_change() {
    let world = World::new(store(&[(secs(0), "a"), (secs(100), "b"), (secs(4000), "c")]));
    let mut watch = world.watch();
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "a");
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "b");
    assert_eq!(world.clock.now(), secs(100));
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "c");
    assert_eq!(world.clock.now(), secs(4000), "immediately");
    assert_eq!(watch.value().unwrap().as_deref(), Some(&b"c"[..]));
    assert_eq!(watch.last_confirmed(), Some(Duration::ZERO));
}

#[test]
fn watch_sends_the_options_of_its_call() {
    let world = World::new(store(&[(secs(0), "a")]));
    let token = Token::new("5ecbe7").unwrap();
    let call = world.client.kv().raw("k").token(&token).stale().datacenter("dc2");
    let mut watch = call.index(99).wait(secs(7)).watch();
    assert!(world.requests().is_empty(), "nothing is sent before the first poll");
    world.next(&mut watch, secs(1));
    world.next(&mut watch, secs(1));
    let requests = world.requests();
    assert_eq!(requests[0].target, "/v1/kv/k?raw&dc=dc2&stale");
    assert_eq!(requests[1].target, "/v1/kv/k?raw&dc=dc2&stale&index=10&wait=7000ms");
    assert!(requests.iter().all(|request| request.token.as_deref() == Some("5ecbe7")));
    assert!(!format!("{watch:?}").contains("5ecbe7"));
}

#[test]
fn drop_cancels_the_request() {
    let world = World::new(store(&[(secs(0), "a")]));
    let mut watch = world.watch();
    world.next(&mut watch, secs(10));
    world.next(&mut watch, secs(10));
    assert_eq!((world.in_flight(), world.requests().len()), (1, 2));
    drop(watch);
    assert_eq!(world.in_flight(), 0);
}

#[test]
fn watch_next_is_cancel_safe() {
    let world = World::new(store(&[(secs(0), "a"), (secs(20), "b")]));
    let mut watch = world.watch();
    assert_eq!(world.next(&mut watch, secs(1)).unwrap(), "a");
    for second in 2..20 {
        assert_eq!(world.next(&mut watch, secs(second)), None);
    }
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "b");
    assert_eq!(world.requests().len(), 2, "one request all the time");
}

#[test]
fn slow_consumer_receives_the_newest_value_immediately() {
    let mut versions = vec![(secs(0), "old")];
    versions.extend((1..1000).map(|second| (secs(second), if second == 999 { "newest" } else { "between" })));
    let world = World::new(store(&versions));
    let mut watch = world.watch();
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "old");
    assert_eq!(world.in_flight(), 0, "no request while the consumer is busy");
    world.clock.hands().now = secs(2000);
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "newest");
    assert_eq!((world.clock.now(), world.requests().len()), (secs(2000), 2));
}

#[test]
fn outage_and_recovery_are_yielded() {
    let world = World::new(|request| match request.at {
        at if at < secs(10) && !request.is_blocking() => (Duration::ZERO, Some((200, 10, "a"))),
        at if at < secs(100) => (Duration::ZERO, None),
        _ => (Duration::ZERO, Some((200, 10, "a"))),
    });
    let mut watch = world.watch();
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "a");
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "a, degraded: Connect");
    assert_eq!(
        (world.clock.now(), watch.last_confirmed(), watch.degraded_for()),
        (secs(10), Some(secs(10)), Some(secs(10)))
    );
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "a");
    assert!((100..130).contains(&world.clock.now().as_secs()));
}

#[test]
fn attempt_times_out() {
    let world = World::new(|request| match request.is_blocking() {
        true => (NEVER, None),
        false => (Duration::ZERO, Some((200, 10, "a"))),
    });
    let mut watch = world
        .client
        .kv()
        .raw("k")
        .attempt_timeout(secs(3))
        .watch()
        .wait(secs(16))
        .stop_on(StopOn::AnyFailure);
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "a");
    let end = world.next(&mut watch, NEVER).unwrap();
    assert_eq!(end, "ended: GET /v1/kv/{*key}: timed out after 20s");
    assert_eq!((world.clock.now(), world.in_flight()), (secs(20), 0));
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "end");
}

#[test]
fn permanent_failure_is_reported_and_retried_or_ends_the_watch() {
    let world = World::new(|_| (Duration::ZERO, Some((403, 1, "Permission denied"))));
    let mut watch = world.watch();
    let told = world.next(&mut watch, NEVER).unwrap();
    assert_eq!(told, "nothing, degraded: Api(PermissionDenied)");
    assert_eq!(world.next(&mut watch, secs(300)), None, "once");
    assert!(world.requests().len() <= 11, "{}", world.requests().len());

    let mut watch = world.watch().stop_on(StopOn::PermanentFailure);
    assert_eq!(
        world.next(&mut watch, NEVER).unwrap(),
        "ended: GET /v1/kv/{*key}: permission denied (status 403): Permission denied"
    );
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "end");
}

#[test]
fn invalid_request_ends_the_watch() {
    let world = World::new(store(&[(secs(0), "a")]));
    let mut watch = world.client.kv().raw("").watch();
    let ended = world.next(&mut watch, NEVER).unwrap();
    assert_eq!(ended, "ended: GET /v1/kv/{*key}: request was not sent: key is empty");
    assert_eq!(world.next(&mut watch, NEVER).unwrap(), "end");
}

#[test]
fn changed_returns_only_values() {
    let world = World::new(|request| match request.at {
        at if at < secs(60) => (Duration::ZERO, None),
        _ => (Duration::ZERO, Some((200, 10, "a"))),
    });
    let mut watch = world.watch();
    let value = world.clock.run(NEVER, watch.changed()).unwrap().unwrap().unwrap();
    let snapshot = watch.snapshot();
    assert_eq!((value.as_deref(), snapshot.meta().unwrap().index), (Some(&b"a"[..]), Some(10)));
}

#[test]
fn watch_is_a_stream_and_send() {
    fn is_stream<S>(_: &S)
    where
        S: Stream<Item = Result<Snapshot<Option<bytes::Bytes>>, Error>> + Send + Unpin + 'static,
    {
    }
    let world = World::new(store(&[(secs(0), "a")]));
    let mut watch = world.watch();
    is_stream(&watch);
    let next = std::future::poll_fn(|cx| Pin::new(&mut watch).poll_next(cx));
    assert!(matches!(world.clock.run(secs(1), next), Some(Some(Ok(_)))));
}
