//! Many watches and few places.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use consul_client::watch::Rate;
use consul_client::{Watch, proto};
use futures_core::Stream;

use crate::world::{Asked, NEVER, Reply, World, secs, store, text};

/// A store of keys that all change at the same times.
fn keys(versions: &[(Duration, &'static str)]) -> impl FnMut(&Asked) -> (Duration, Reply) + Send + use<> {
    store(versions)
}

#[test]
fn few_watches_never_hear_of_turns_and_do_nothing_while_nothing_happens() {
    let world = World::with(64, keys(&[(secs(0), "a")]));
    let views: Vec<_> = (0..32).map(|key| world.client.kv().raw(format!("k{key}")).view()).collect();
    world.clock.pass(secs(300));
    let waits = world.asked().iter().filter_map(Asked::wait).collect::<Vec<_>>();
    assert!(waits.iter().all(|wait| *wait == secs(55)), "{waits:?}");
    assert_eq!((views.len(), world.under_way()), (32, 32));
    let (polls, asked) = (world.clock.polls(), world.asked().len());
    world.clock.pass(secs(300) + secs(550));
    assert_eq!((world.clock.polls() - polls, world.asked().len() - asked), (320, 320));
}

#[test]
fn many_watches_take_turns_and_all_are_told_of_changes() {
    let world = World::with(64, keys(&[(secs(0), "a"), (secs(100), "b"), (secs(103), "c")]));
    let views: Vec<_> = (0..215).map(|key| world.client.kv().raw(format!("k{key}")).view()).collect();
    world.clock.pass(secs(1));
    assert!(views.iter().all(|view| view.state().is_some()), "the first state is a short question");
    world.clock.pass(secs(120));
    assert!(views.iter().all(|view| text(&view.state().unwrap()) == "c"));
    let (long, brief) = world.most_under_way();
    assert!(long == 64 && brief <= 8, "{long} and {brief}");

    let quiet_from = world.asked().len();
    world.clock.pass(secs(420));
    let asked = world.asked().split_off(quiet_from);
    let rate = asked.len() as f64 / 300.0;
    assert!(rate < 25.0, "{rate} a second");
    for key in 0..215 {
        let target = format!("/v1/kv/k{key}?");
        let times: Vec<_> = asked.iter().filter(|asked| asked.target.starts_with(&target)).collect();
        assert!(times.windows(2).all(|pair| pair[1].at - pair[0].at <= secs(15)), "{key}: {times:?}");
        assert!(times.len() >= 20, "{key}: {}", times.len());
    }
}

#[test]
fn the_shortest_turn_keeps_a_great_many_watches_from_being_a_flood() {
    let world = World::with(32, keys(&[(secs(0), "a")]));
    let views: Vec<_> = (0..500).map(|key| world.client.kv().raw(format!("k{key}")).view()).collect();
    world.clock.pass(secs(200));
    let before = world.asked().len();
    world.clock.pass(secs(260));
    let rate = (world.asked().len() - before) as f64 / 60.0;
    assert!(rate <= 17.0, "{rate} a second");
    drop(views);
}

#[test]
fn a_place_is_taken_until_the_servers_wait_would_have_ended() {
    let world = World::with(1, keys(&[(secs(0), "a")]));
    let mut first = world.watch().wait(secs(32));
    assert_eq!(world.next(&mut first, secs(1)).unwrap(), "a");
    assert_eq!(world.next(&mut first, secs(1)), None);
    let held = world.asked()[1].wait().unwrap();
    drop(first);
    assert_eq!(world.under_way(), 0);

    let mut second = world.client.kv().raw("other").watch();
    assert_eq!(world.next(&mut second, secs(2)).unwrap(), "a", "to ask at once is possible all the time");
    assert_eq!(world.next(&mut second, NEVER.min(secs(100))), None);
    let asked = &world.asked()[3];
    assert!(
        asked.is_long() && asked.at >= secs(0) + held && asked.at <= secs(1) + held + held / 16,
        "{asked:?}"
    );
}

#[test]
fn who_queues_and_goes_away_holds_nobody_up() {
    let world = World::with(1, keys(&[(secs(0), "a")]));
    let mut watches: Vec<_> = (0..3).map(|key| world.client.kv().raw(format!("k{key}")).watch()).collect();
    for watch in &mut watches {
        assert_eq!(world.next(watch, secs(1)).unwrap(), "a");
        assert_eq!(world.next(watch, secs(1)), None);
    }
    assert_eq!(world.under_way(), 1, "two of them queue");
    let mut last = watches.pop().unwrap();
    drop(watches.remove(1));
    // The first goes on and is not polled, which keeps its place for the time of its attempt and no longer.
    assert_eq!(world.next(&mut last, secs(100)), None);
    let polls =
        world.asked().iter().filter(|asked| asked.target.starts_with("/v1/kv/k2") && asked.is_long()).count();
    assert!(polls > 1, "{polls}");
}

#[test]
fn a_watch_that_is_called_and_does_not_come_loses_its_place() {
    let world = World::with(1, keys(&[(secs(0), "a")]));
    let mut watches: Vec<_> = (0..3).map(|key| world.client.kv().raw(format!("k{key}")).watch()).collect();
    for watch in &mut watches {
        assert_eq!(world.next(watch, secs(1)).unwrap(), "a");
        assert_eq!(world.next(watch, secs(1)), None);
    }
    let [mut first, busy, mut last] = <[_; 3]>::try_from(watches).unwrap();
    let both = poll_fn(|cx| {
        let (first, last) = (std::pin::Pin::new(&mut first), std::pin::Pin::new(&mut last));
        let _ = futures_core::Stream::poll_next(first, cx).is_ready();
        let _ = futures_core::Stream::poll_next(last, cx).is_ready();
        Poll::<()>::Pending
    });
    assert!(world.clock.run(secs(120), both).is_none());
    let polls =
        world.asked().iter().filter(|asked| asked.target.starts_with("/v1/kv/k2") && asked.is_long()).count();
    assert!(polls > 3, "{polls}");
    drop(busy);
}

#[test]
fn in_an_outage_only_few_ask_at_once_and_its_end_is_noticed_by_all() {
    let world = World::with(64, |asked| match asked.at {
        at if at < secs(10) => (asked.wait().unwrap_or_default().min(secs(10) - at), Some((200, 10, "a"))),
        // Nobody answers.
        at if at < secs(40) => (NEVER, None),
        _ => (asked.wait().filter(|_| asked.index() == Some(11)).unwrap_or_default(), Some((200, 11, "b"))),
    });
    let rate = Rate { burst: 4, interval: Duration::from_millis(100) };
    let views: Vec<_> =
        (0..100).map(|key| world.client.kv().raw(format!("k{key}")).watch().changes(rate).view()).collect();
    world.clock.pass(secs(40));
    let asked = world.asked().iter().filter(|asked| asked.at >= secs(11)).count();
    assert!(asked <= 20 * 30, "{asked}");
    assert!(world.most_under_way().1 <= 8, "{:?}", world.most_under_way());
    world.clock.pass(secs(75));
    let late = views.iter().filter(|view| text(&view.state().unwrap()) != "b").count();
    assert_eq!(late, 0);
}

#[test]
fn a_watch_that_has_ended_holds_no_place() {
    let world = World::new(keys(&[(secs(0), "a")]));
    let mut ended: Vec<_> = (0..20).map(|_| world.client.kv().raw("").watch()).collect();
    for watch in &mut ended {
        assert!(world.next(watch, secs(1)).unwrap().starts_with("ended: "));
    }
    assert_eq!(world.next(&mut world.watch(), secs(1)).unwrap(), "a");
}

#[test]
fn watches_that_came_and_went_leave_room_for_the_others() {
    let world = World::with(64, keys(&[(secs(0), "a"), (secs(20), "b")]));
    for key in 0..200 {
        let mut watch = world.client.kv().raw(format!("k{key}")).watch();
        let until = world.clock.now() + Duration::from_millis(10);
        assert_eq!(world.next(&mut watch, until).unwrap(), "a");
        assert_eq!(world.next(&mut watch, until), None);
    }
    let view = world.client.kv().raw("k").view();
    world.clock.pass(secs(32));
    assert_eq!(text(&view.state().unwrap()), "b");
}

/// A task that lives by its wakers alone, as tasks do that wait for something which nobody else keeps.
struct Lonely {
    _watch: Mutex<Watch<proto::kv::Raw>>,
}

impl Wake for Lonely {
    fn wake(self: Arc<Self>) {}
}

#[test]
fn a_task_that_ends_with_its_waker_can_be_one_that_watches() {
    let world = World::with(1, keys(&[(secs(0), "a")]));
    let mut watches: Vec<_> = (0..6).map(|key| world.client.kv().raw(format!("k{key}")).watch()).collect();
    for watch in &mut watches {
        assert_eq!(world.next(watch, secs(1)).unwrap(), "a");
        assert_eq!(world.next(watch, secs(1)), None);
    }
    let [first, second, mut moved, mut dropped, one, other] = <[_; 6]>::try_from(watches).unwrap();
    for (watch, owned) in [(&mut moved, one), (&mut dropped, other)] {
        let task = Waker::from(Arc::new(Lonely { _watch: Mutex::new(owned) }));
        let queued = Pin::new(watch).poll_next(&mut Context::from_waker(&task));
        assert!(queued.is_pending());
    }
    // When their alarms have rung the queue has the only wakers of both tasks.
    world.clock.pass(secs(30));
    assert_eq!(world.next(&mut moved, secs(30)), None);
    drop((dropped, first, second));
    assert_eq!(world.next(&mut moved, secs(60)), None);
    assert!(world.asked().iter().any(|asked| asked.target.starts_with("/v1/kv/k2") && asked.is_long()));
}

#[test]
fn in_an_outage_all_watches_together_ask_few_times_and_its_end_is_noticed_soon() {
    let world = World::with(64, |asked| match asked.at {
        at if at < secs(10) => match asked.wait().unwrap_or_default() {
            wait if at + wait < secs(10) => (wait, Some((200, 10, "a"))),
            _ => (secs(10) - at, None),
        },
        at if at < secs(35) => (Duration::ZERO, None),
        _ => (asked.wait().filter(|_| asked.index() == Some(11)).unwrap_or_default(), Some((200, 11, "b"))),
    });
    let views: Vec<_> = (0..100).map(|key| world.client.kv().raw(format!("k{key}")).view()).collect();
    world.clock.pass(secs(35));
    // At 10 s each finds out for itself.
    for second in 11..30 {
        let span = secs(second)..secs(second + 5);
        let asked = world.asked().iter().filter(|asked| span.contains(&asked.at)).count();
        assert!(asked <= 100, "{asked} from {second} s on");
    }
    world.clock.pass(secs(35) + Duration::from_millis(1500));
    let late = views.iter().filter(|view| text(&view.state().unwrap()) != "b").count();
    assert_eq!(late, 0);
}
