//! What is watched in the background.

use std::time::Duration;

use consul_client::watch::{Config, Diffs, Ends};
use consul_client::{ErrorKind, Token, View, Watch, event, kv, proto};

use crate::world::{NEVER, World, entries, secs, store, tell, text};

type Raw = View<Option<bytes::Bytes>>;

fn view(world: &World) -> Raw {
    world.client.kv().raw("k").view()
}

fn next(world: &World, view: &mut Raw, until: Duration) -> Option<String> {
    world.clock.run(until, view.next()).map(tell)
}

#[test]
fn the_state_is_at_hand_whether_anybody_looks_or_not() {
    let world = World::new(store(&[(secs(0), "a"), (secs(100), "b")]));
    let view = view(&world);
    assert!(view.state().is_none() && view.unconfirmed().is_none());
    let state = world.clock.run(secs(1), view.ready()).unwrap().unwrap();
    assert_eq!((text(&state), view.unconfirmed()), ("a", Some(secs(0))));
    world.clock.pass(secs(99));
    assert_eq!((text(&view.state().unwrap()), view.unconfirmed()), ("a", Some(secs(44))));
    world.clock.pass(secs(101));
    assert_eq!((text(&view.state().unwrap()), view.unconfirmed()), ("b", Some(secs(1))));
    assert_eq!(view.snapshot().state.unwrap().meta.index, Some(11));
}

#[test]
fn five_hundred_handles_are_one_request_and_each_is_told_every_state() {
    let world = World::new(store(&[(secs(0), "a"), (secs(30), "b"), (secs(60), "c")]));
    let mut views: Vec<_> = (0..250).map(|_| view(&world)).collect();
    views.extend(views.clone());
    for (state, until) in [("a", 1), ("b", 31), ("c", 61)] {
        for view in &mut views {
            assert_eq!(next(&world, view, secs(until)).unwrap(), state);
        }
        assert_eq!(next(&world, &mut views[0], secs(until)), None);
        assert_eq!((world.under_way(), world.clock.tasks()), (1, 1));
    }
    let asked = world.asked().len();
    assert_eq!(asked, 4, "one for each state, and the one under way");

    views.truncate(1);
    world.clock.pass(secs(62));
    assert_eq!((world.under_way(), world.asked().len()), (1, asked), "the same request");
    drop(views);
    world.clock.pass(secs(62));
    assert_eq!((world.under_way(), world.clock.tasks()), (0, 0));
}

#[test]
fn a_handle_that_comes_late_is_told_the_present_state_first() {
    let world = World::new(store(&[(secs(0), "a"), (secs(30), "b")]));
    let early = view(&world);
    world.clock.pass(secs(40));
    let mut late = view(&world);
    assert_eq!(text(&late.state().unwrap()), "b");
    assert_eq!(next(&world, &mut late, secs(41)).unwrap(), "b");
    assert_eq!(next(&world, &mut late.clone(), secs(41)), None, "a clone goes on from there");
    drop(early);
    assert_eq!((next(&world, &mut late, secs(300)), world.under_way()), (None, 1));
}

#[test]
fn a_slow_handle_gets_the_newest_state_and_holds_nobody_up() {
    let world = World::new(store(&[(secs(0), "a"), (secs(10), "b"), (secs(20), "c")]));
    let (mut slow, mut quick) = (view(&world), view(&world));
    for state in ["a", "b", "c"] {
        assert_eq!(next(&world, &mut quick, secs(30)).unwrap(), state);
    }
    assert_eq!(next(&world, &mut slow, secs(30)).unwrap(), "c");
    assert_eq!(next(&world, &mut slow, secs(40)), None);
}

#[test]
fn handles_go_anywhere() {
    fn goes_anywhere<T: Send + Sync + Unpin + 'static>() {}
    fn moves_anywhere<T: Send + Unpin + 'static>() {}
    goes_anywhere::<Raw>();
    moves_anywhere::<Diffs<View<Vec<kv::Entry>>, Vec<kv::Entry>>>();
    moves_anywhere::<Diffs<Watch<proto::kv::List>, Vec<kv::Entry>>>();
    moves_anywhere::<Config<proto::kv::Get, String>>();
    moves_anywhere::<event::Feed>();
}

#[test]
fn what_asks_for_something_else_is_another_watch() {
    let world = World::new(store(&[(secs(0), "a")]));
    let (kv, token) = (world.client.kv(), Token::new("5ecbe7").unwrap());
    let views = [
        kv.raw("k").view(),
        kv.raw("other").view(),
        kv.raw("k").stale().view(),
        kv.raw("k").token(&token).view(),
        kv.raw("k").watch().stall(secs(1)).view(),
        kv.datacenter("dc2").raw("k").view(),
    ];
    let count = views.len();
    let again = [
        kv.raw("k").view(),
        world.client.with_token(token).kv().raw("k").view(),
        world.client.with_datacenter("dc2").kv().raw("k").view(),
    ];
    world.clock.pass(secs(1));
    assert_eq!((world.under_way(), world.clock.tasks()), (count, count));
    assert!(again.iter().all(|view| view.state().is_some()));
}

#[test]
fn the_last_state_known_is_shown_through_an_outage_with_its_age_and_the_reason() {
    let world = World::new(|asked| match asked.at {
        at if at < secs(10) && !asked.is_blocking() => (Duration::ZERO, Some((200, 10, "a"))),
        at if at < secs(100) => (Duration::ZERO, None),
        _ => (asked.wait().unwrap_or_default(), Some((200, 10, "a"))),
    });
    let mut view = view(&world);
    assert_eq!(next(&world, &mut view, NEVER).unwrap(), "a");
    assert_eq!(next(&world, &mut view, NEVER).unwrap(), "trouble: Connect Some(10)");
    world.clock.pass(secs(90));
    let trouble = view.trouble().unwrap();
    assert_eq!((trouble.error.kind(), trouble.unconfirmed), (ErrorKind::Connect, Some(secs(90))));
    assert_eq!((text(&view.state().unwrap()), view.unconfirmed()), ("a", Some(secs(90))));
    assert_eq!(next(&world, &mut view, NEVER).unwrap(), "Confirmed");
    assert!(view.trouble().is_none() && view.unconfirmed() == Some(Duration::ZERO));
}

#[test]
fn emptiness_is_believed() {
    let world = World::new(|asked| match asked.index() {
        None => (Duration::ZERO, Some((200, 10, "a"))),
        Some(10) => (secs(5), Some((404, 11, ""))),
        Some(_) => (asked.wait().unwrap(), Some((404, 11, ""))),
    });
    let view = view(&world);
    world.clock.pass(secs(1));
    assert_eq!(text(&view.state().unwrap()), "a");
    world.clock.pass(secs(6));
    assert!(view.state().unwrap().is_none() && view.trouble().is_none());
}

#[test]
fn an_end_is_told_to_every_handle_and_the_next_view_starts_afresh() {
    let world = World::new(|asked| match asked.at {
        at if at < secs(10) => (Duration::ZERO, Some((403, 1, "Permission denied"))),
        _ => (asked.wait().unwrap_or_default(), Some((200, 10, "a"))),
    });
    let start = || world.client.kv().raw("k").watch().ends(Ends::OnRefusal).view();
    let mut views = [start(), start()];
    let error = world.clock.run(secs(1), views[0].ready()).unwrap().unwrap_err();
    assert!(error.is_permission_denied());
    assert_eq!(views[1].snapshot().end.unwrap().kind(), error.kind());
    for view in &mut views {
        assert!(next(&world, view, secs(1)).unwrap().starts_with("ended: "));
        assert_eq!(next(&world, view, secs(1)).unwrap(), "end");
    }
    world.clock.pass(secs(11));
    assert_eq!(world.clock.tasks(), 0);
    assert_eq!(next(&world, &mut start(), secs(12)).unwrap(), "a");
}

#[test]
fn what_cannot_be_written_is_told_to_the_view() {
    let world = World::new(store(&[(secs(0), "a")]));
    let view = world.client.kv().raw("").view();
    let error = world.clock.run(secs(1), view.ready()).unwrap().unwrap_err();
    assert_eq!((error.kind(), world.asked().len()), (ErrorKind::Request, 0));
}

#[test]
fn a_runtime_that_ends_is_the_end_of_the_view() {
    let world = World::new(store(&[(secs(0), "a")]));
    let mut view = view(&world);
    world.clock.end();
    let error = world.clock.run(secs(1), view.ready()).unwrap().unwrap_err();
    assert!(format!("{:?}", std::error::Error::source(&error)).contains("ended with its runtime"));
    assert!(next(&world, &mut view, secs(1)).unwrap().starts_with("ended: "));
    assert_eq!(next(&world, &mut view, secs(1)).unwrap(), "end");
}

#[test]
fn a_view_of_a_watch_that_has_ended_has_ended() {
    let world = World::new(|_| (Duration::ZERO, Some((403, 1, "Permission denied"))));
    let mut watch = world.watch().ends(Ends::OnRefusal);
    assert!(world.next(&mut watch, secs(1)).unwrap().starts_with("ended: "));
    let mut view = watch.view();
    assert!(world.clock.run(secs(1), view.ready()).unwrap().is_err());
    assert!(next(&world, &mut view, secs(1)).unwrap().starts_with("ended: "));
    assert_eq!(next(&world, &mut view, secs(1)).unwrap(), "end");
    assert_eq!(world.clock.tasks(), 0);
}

#[test]
fn a_value_that_cannot_be_compared_ends_its_view_and_the_next_one_starts_afresh() {
    /// Panics once it is compared.
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
    assert!(view.state().is_some() && view.snapshot().end.is_some());
    let mut view = view;
    let mut next = || world.clock.run(secs(12), view.next()).unwrap();
    assert!(matches!((next(), next(), next()), (Some(Ok(_)), Some(Err(_)), None)));
}

#[test]
fn a_view_that_nobody_keeps_any_more_is_not_kept_in_mind() {
    let world = World::new(store(&[(secs(0), "a")]));
    let views: Vec<_> = (0..10).map(|key| world.client.kv().raw(format!("k{key}")).view()).collect();
    world.clock.pass(secs(1));
    assert!(format!("{:?}", world.client).contains("Views(10)"));
    world.clock.end();
    assert!(format!("{:?}", world.client).contains("Views(0)"), "{:?}", world.client);
    assert!(views.iter().all(|view| view.state().is_some() && view.snapshot().end.is_some()));
    let again = world.client.kv().raw("k0").view();
    assert!(world.clock.run(secs(2), again.ready()).unwrap().is_ok());
}

#[test]
fn a_view_of_a_watch_that_was_used_shows_what_it_has_told() {
    let world = World::new(store(&[(secs(0), "a"), (secs(100), "b")]));
    let mut watch = world.watch();
    assert_eq!(world.next(&mut watch, secs(1)).unwrap(), "a");
    assert_eq!(world.next(&mut watch, secs(1)), None);
    let mut view = watch.view();
    let state = world.clock.run(secs(2), view.ready()).unwrap().unwrap();
    assert_eq!((text(&state), view.snapshot().state.unwrap().meta.index), ("a", Some(10)));
    assert_eq!(next(&world, &mut view, secs(2)).unwrap(), "a");
    assert_eq!(next(&world, &mut view, NEVER).unwrap(), "b");
    assert_eq!(world.asked().len(), 4, "it goes on with the request that was under way");
}

#[test]
fn trouble_that_is_told_late_tells_the_age_that_the_state_has_by_then() {
    let world = World::new(|asked| match asked.at {
        at if at < secs(10) && !asked.is_blocking() => (Duration::ZERO, Some((200, 10, "a"))),
        _ => (Duration::ZERO, None),
    });
    let mut view = view(&world);
    world.clock.pass(secs(100));
    assert_eq!(next(&world, &mut view, secs(100)).unwrap(), "a");
    assert_eq!(next(&world, &mut view, secs(100)).unwrap(), "trouble: Connect Some(100)");
}
