//! Views.

use std::time::Duration;

use consul_client::watch::{Diffs, StopOn};
use consul_client::{ErrorKind, Token, View, Watch, event, kv};

use crate::world::{NEVER, World, entries, secs, shown, store, text};

type Raw = View<Option<bytes::Bytes>>;

fn view(world: &World) -> Raw {
    world.client.kv().raw("k").view()
}

fn next(world: &World, view: &mut Raw, until: Duration) -> Option<String> {
    world.clock.run(until, view.next()).map(shown)
}

#[test]
fn newest_value_is_available_without_polling() {
    let world = World::new(store(&[(secs(0), "a"), (secs(100), "b")]));
    let view = view(&world);
    assert!(view.value().is_none() && view.last_confirmed().is_none());
    let state = world.clock.run(secs(1), view.ready()).unwrap().unwrap();
    assert_eq!((text(&state), view.last_confirmed()), ("a", Some(secs(0))));
    world.clock.pass(secs(99));
    assert_eq!((text(&view.value().unwrap()), view.last_confirmed()), ("a", Some(secs(44))));
    world.clock.pass(secs(101));
    assert_eq!((text(&view.value().unwrap()), view.last_confirmed()), ("b", Some(secs(1))));
    assert_eq!(view.snapshot().meta().unwrap().index, Some(11));
}

#[test]
fn five_hundred_handles_share_one_request_and_each_receives_every_value() {
    let world = World::new(store(&[(secs(0), "a"), (secs(30), "b"), (secs(60), "c")]));
    let mut views: Vec<_> = (0..250).map(|_| view(&world)).collect();
    views.extend(views.clone());
    for (state, until) in [("a", 1), ("b", 31), ("c", 61)] {
        for view in &mut views {
            assert_eq!(next(&world, view, secs(until)).unwrap(), state);
        }
        assert_eq!(next(&world, &mut views[0], secs(until)), None);
        assert_eq!((world.in_flight(), world.clock.tasks()), (1, 1));
    }
    let requests = world.requests().len();
    assert_eq!(requests, 4, "one for each state, and the one under way");

    views.truncate(1);
    world.clock.pass(secs(62));
    assert_eq!((world.in_flight(), world.requests().len()), (1, requests), "the same request");
    drop(views);
    world.clock.pass(secs(62));
    assert_eq!((world.in_flight(), world.clock.tasks()), (0, 0));
}

#[test]
fn late_handle_receives_the_present_value_first() {
    let world = World::new(store(&[(secs(0), "a"), (secs(30), "b")]));
    let early = view(&world);
    world.clock.pass(secs(40));
    let mut late = view(&world);
    assert_eq!(text(&late.value().unwrap()), "b");
    assert_eq!(next(&world, &mut late, secs(41)).unwrap(), "b");
    assert_eq!(next(&world, &mut late.clone(), secs(41)), None, "a clone goes on from there");
    drop(early);
    assert_eq!((next(&world, &mut late, secs(300)), world.in_flight()), (None, 1));
}

#[test]
fn slow_handle_receives_the_newest_value_and_does_not_delay_others() {
    let world = World::new(store(&[(secs(0), "a"), (secs(10), "b"), (secs(20), "c")]));
    let (mut slow, mut quick) = (view(&world), view(&world));
    for state in ["a", "b", "c"] {
        assert_eq!(next(&world, &mut quick, secs(30)).unwrap(), state);
    }
    assert_eq!(next(&world, &mut slow, secs(30)).unwrap(), "c");
    assert_eq!(next(&world, &mut slow, secs(40)), None);
}

#[test]
fn handles_are_send_and_sync() {
    fn goes_anywhere<T: Send + Sync + Unpin + 'static>() {}
    fn moves_anywhere<T: Send + Unpin + 'static>() {}
    goes_anywhere::<Raw>();
    moves_anywhere::<Diffs<Vec<kv::Entry>>>();
    moves_anywhere::<Watch<Vec<kv::Entry>>>();
    moves_anywhere::<Watch<Option<String>>>();
    moves_anywhere::<event::Feed>();
}

#[test]
fn different_queries_are_different_watches() {
    let world = World::new(store(&[(secs(0), "a")]));
    let (kv, token) = (world.client.kv(), Token::new("5ecbe7").unwrap());
    let views = [
        kv.raw("k").view(),
        kv.raw("other").view(),
        kv.raw("k").stale().view(),
        kv.raw("k").token(&token).view(),
        kv.raw("k").watch().degraded_after(secs(1)).view(),
        kv.datacenter("dc2").raw("k").view(),
    ];
    let count = views.len();
    let again = [
        kv.raw("k").view(),
        world.client.with_token(token).kv().raw("k").view(),
        world.client.with_datacenter("dc2").kv().raw("k").view(),
    ];
    world.clock.pass(secs(1));
    assert_eq!((world.in_flight(), world.clock.tasks()), (count, count));
    assert!(again.iter().all(|view| view.value().is_some()));
}

#[test]
fn last_value_stays_during_an_outage_with_its_age_and_the_reason() {
    let world = World::new(|request| match request.at {
        at if at < secs(10) && !request.is_blocking() => (Duration::ZERO, Some((200, 10, "a"))),
        at if at < secs(100) => (Duration::ZERO, None),
        _ => (request.wait().unwrap_or_default(), Some((200, 10, "a"))),
    });
    let mut view = view(&world);
    assert_eq!(next(&world, &mut view, NEVER).unwrap(), "a");
    assert_eq!(next(&world, &mut view, NEVER).unwrap(), "a, degraded: Connect");
    world.clock.pass(secs(90));
    assert_eq!(view.snapshot().degraded().unwrap().cause.kind(), ErrorKind::Connect);
    assert_eq!(view.degraded_for(), Some(secs(90)));
    assert_eq!((text(&view.value().unwrap()), view.last_confirmed()), ("a", Some(secs(90))));
    assert_eq!(next(&world, &mut view, NEVER).unwrap(), "a");
    assert!(view.snapshot().degraded().is_none() && view.last_confirmed() == Some(Duration::ZERO));
}

#[test]
fn emptiness_is_shown() {
    let world = World::new(|request| match request.index() {
        None => (Duration::ZERO, Some((200, 10, "a"))),
        Some(10) => (secs(5), Some((404, 11, ""))),
        Some(_) => (request.wait().unwrap(), Some((404, 11, ""))),
    });
    let view = view(&world);
    world.clock.pass(secs(1));
    assert_eq!(text(&view.value().unwrap()), "a");
    world.clock.pass(secs(6));
    assert!(view.value().unwrap().is_none() && view.snapshot().degraded().is_none());
}

#[test]
fn every_handle_receives_the_end_and_the_next_view_starts_again() {
    let world = World::new(|request| match request.at {
        at if at < secs(10) => (Duration::ZERO, Some((403, 1, "Permission denied"))),
        _ => (request.wait().unwrap_or_default(), Some((200, 10, "a"))),
    });
    let start = || world.client.kv().raw("k").watch().stop_on(StopOn::PermanentFailure).view();
    let mut views = [start(), start()];
    let error = world.clock.run(secs(1), views[0].ready()).unwrap().unwrap_err();
    assert!(error.is_permission_denied());
    assert_eq!(views[1].error().unwrap().kind(), error.kind());
    for view in &mut views {
        assert!(next(&world, view, secs(1)).unwrap().starts_with("ended: "));
        assert_eq!(next(&world, view, secs(1)).unwrap(), "end");
    }
    world.clock.pass(secs(11));
    assert_eq!(world.clock.tasks(), 0);
    assert_eq!(next(&world, &mut start(), secs(12)).unwrap(), "a");
}

#[test]
fn invalid_request_ends_the_view() {
    let world = World::new(store(&[(secs(0), "a")]));
    let view = world.client.kv().raw("").view();
    let error = world.clock.run(secs(1), view.ready()).unwrap().unwrap_err();
    assert_eq!((error.kind(), world.requests().len()), (ErrorKind::Request, 0));
}

#[test]
fn end_of_the_runtime_ends_the_view() {
    let world = World::new(store(&[(secs(0), "a")]));
    let mut view = view(&world);
    world.clock.end();
    let error = world.clock.run(secs(1), view.ready()).unwrap().unwrap_err();
    assert!(error.to_string().contains("ended with its runtime"));
    assert!(next(&world, &mut view, secs(1)).unwrap().starts_with("ended: "));
    assert_eq!(next(&world, &mut view, secs(1)).unwrap(), "end");
}

#[test]
fn view_of_an_ended_watch_has_ended() {
    let world = World::new(|_| (Duration::ZERO, Some((403, 1, "Permission denied"))));
    let mut watch = world.watch().stop_on(StopOn::PermanentFailure);
    assert!(world.next(&mut watch, secs(1)).unwrap().starts_with("ended: "));
    let mut view = watch.view();
    assert!(world.clock.run(secs(1), view.ready()).unwrap().is_err());
    assert!(next(&world, &mut view, secs(1)).unwrap().starts_with("ended: "));
    assert_eq!(next(&world, &mut view, secs(1)).unwrap(), "end");
    assert_eq!(world.clock.tasks(), 0);
}

#[test]
fn panicking_comparison_ends_the_view() {
    /// A value that panics when it is compared.
    #[derive(Debug, serde::Deserialize)]
    struct Odd(());

    impl PartialEq for Odd {
        fn eq(&self, _: &Self) -> bool {
            panic!("cannot be compared")
        }
    }

    let versions = [
        (secs(0), entries(&[("k", "null")])),
        (secs(10), entries(&[("k", " null")])),
        (secs(20), entries(&[("k", "null ")])),
    ];
    let world = World::new(store(&versions));
    let view = world.client.kv().get("k").watch().config::<Odd>().view();
    world.clock.pass(secs(1));
    let pass = std::panic::AssertUnwindSafe(|| world.clock.pass(secs(11)));
    assert!(std::panic::catch_unwind(pass).is_err());
    assert!(view.value().is_some() && view.error().is_some());
    let mut view = view;
    let mut next = || world.clock.run(secs(12), view.next()).unwrap();
    assert!(matches!((next(), next(), next()), (Some(Ok(_)), Some(Err(_)), None)));
}

#[test]
fn ended_views_leave_the_registry() {
    let world = World::new(store(&[(secs(0), "a")]));
    let views: Vec<_> = (0..10).map(|key| world.client.kv().raw(format!("k{key}")).view()).collect();
    world.clock.pass(secs(1));
    assert!(format!("{:?}", world.client).contains("Registry(10)"));
    world.clock.end();
    assert!(format!("{:?}", world.client).contains("Registry(0)"), "{:?}", world.client);
    assert!(views.iter().all(|view| view.value().is_some() && view.error().is_some()));
    let again = world.client.kv().raw("k0").view();
    assert!(world.clock.run(secs(2), again.ready()).unwrap().is_ok());
}

#[test]
fn view_of_a_used_watch_shows_its_value() {
    let world = World::new(store(&[(secs(0), "a"), (secs(100), "b")]));
    let mut watch = world.watch();
    assert_eq!(world.next(&mut watch, secs(1)).unwrap(), "a");
    assert_eq!(world.next(&mut watch, secs(1)), None);
    let mut view = watch.view();
    let state = world.clock.run(secs(2), view.ready()).unwrap().unwrap();
    assert_eq!((text(&state), view.snapshot().meta().unwrap().index), ("a", Some(10)));
    assert_eq!(next(&world, &mut view, secs(2)).unwrap(), "a");
    assert_eq!(next(&world, &mut view, NEVER).unwrap(), "b");
    assert_eq!(world.requests().len(), 4, "it goes on with the request that was under way");
}

#[test]
fn late_handle_receives_value_and_degradation_at_once() {
    let world = World::new(|request| match request.at {
        at if at < secs(10) && !request.is_blocking() => (Duration::ZERO, Some((200, 10, "a"))),
        _ => (Duration::ZERO, None),
    });
    let mut view = view(&world);
    world.clock.pass(secs(100));
    assert_eq!(next(&world, &mut view, secs(100)).unwrap(), "a, degraded: Connect");
    assert_eq!((view.last_confirmed(), view.degraded_for()), (Some(secs(100)), Some(secs(100))));
    assert_eq!(next(&world, &mut view, secs(200)), None);
}

#[test]
fn handle_that_missed_a_change_and_its_reversal_receives_nothing() {
    let world = World::new(store(&[(secs(0), "a"), (secs(10), "b"), (secs(20), "a")]));
    let (mut slow, mut quick) = (view(&world), view(&world));
    assert_eq!(next(&world, &mut slow, secs(5)).unwrap(), "a");
    for value in ["a", "b", "a"] {
        assert_eq!(next(&world, &mut quick, secs(30)).unwrap(), value);
    }
    assert_eq!(next(&world, &mut slow, secs(40)), None);
}

#[test]
fn wait_for_returns_the_first_matching_value() {
    let world = World::new(store(&[(secs(0), "a"), (secs(10), "b"), (secs(20), "c")]));
    let view = view(&world);
    let matching = world.clock.run(secs(30), view.wait_for(|value| value.as_deref() != Some(b"a")));
    assert_eq!((text(&matching.unwrap().unwrap()), world.clock.now()), ("b", secs(10)));
    let now = world.clock.run(secs(30), view.wait_for(|value| value.as_deref() == Some(b"b")));
    assert_eq!((text(&now.unwrap().unwrap()), world.clock.now()), ("b", secs(10)));
    let never = view.wait_for(|value| value.as_deref() == Some(b"z"));
    assert!(world.clock.run(secs(100), never).is_none());
    world.clock.end();
    assert!(world.clock.run(secs(100), view.wait_for(|_| false)).unwrap().is_err());
}

#[test]
fn view_that_cannot_be_spawned_reports_it() {
    let world = World::new(store(&[(secs(0), "a")]));
    world.clock.refuse_tasks();
    let view = view(&world);
    let error = world.clock.run(secs(1), view.ready()).unwrap().unwrap_err();
    assert!(format!("{error:?}").contains("no runtime"), "{error:?}");
    assert!(format!("{:?}", world.client).contains("Registry(0)"));
}

/// A custom endpoint that sends a body.
#[derive(Clone, Debug)]
struct Search(&'static str);

impl consul_client::proto::Endpoint for Search {
    type Response = <consul_client::proto::kv::Raw as consul_client::proto::Endpoint>::Response;
    const METHOD: consul_client::Method = consul_client::Method::POST;
    const PATH: &'static str = "/v1/search";

    fn write(&self, request: &mut consul_client::proto::RequestWriter) {
        request.bytes(bytes::Bytes::from_static(self.0.as_bytes()));
    }
}

impl consul_client::proto::Watchable for Search {}

#[test]
fn views_of_different_bodies_are_different_views() {
    let world = World::new(store(&[(secs(0), "a")]));
    let views = ["one", "other", "one"].map(|body| world.client.call(Search(body)).view());
    world.clock.pass(secs(1));
    assert_eq!((views.len(), world.clock.tasks()), (3, 2));
}
