//! Many watches and few permits.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use bytes::Bytes;
use consul_client::RetryPolicy;
use consul_client::Watch;
use consul_client::watch::Rate;
use futures_core::Stream;

use crate::world::{NEVER, Reply, Request, World, secs, store, text};

/// A store whose keys all change at the same times.
fn keys(versions: &[(Duration, &'static str)]) -> impl FnMut(&Request) -> (Duration, Reply) + Send + use<> {
    store(versions)
}

#[test]
fn watches_up_to_half_the_limit_keep_their_wait_and_wake_only_to_repeat_requests() {
    let world = World::with(64, keys(&[(secs(0), "a")]));
    let views: Vec<_> = (0..32).map(|key| world.client.kv().raw(format!("k{key}")).view()).collect();
    world.clock.pass(secs(300));
    let waits = world.requests().iter().filter_map(Request::wait).collect::<Vec<_>>();
    assert!(waits.iter().all(|wait| *wait == secs(55)), "{waits:?}");
    assert_eq!((views.len(), world.in_flight()), (32, 32));
    let (polls, requests) = (world.clock.polls(), world.requests().len());
    world.clock.pass(secs(300) + secs(550));
    assert_eq!((world.clock.polls() - polls, world.requests().len() - requests), (320, 320));
}

#[test]
fn more_watches_than_permits_all_see_changes() {
    let world = World::with(64, keys(&[(secs(0), "a"), (secs(100), "b"), (secs(103), "c")]));
    let views: Vec<_> = (0..215).map(|key| world.client.kv().raw(format!("k{key}")).view()).collect();
    world.clock.pass(secs(1));
    assert!(views.iter().all(|view| view.value().is_some()), "the first state is a short question");
    world.clock.pass(secs(120));
    assert!(views.iter().all(|view| text(&view.value().unwrap()) == "c"));
    let (long, brief) = world.most_in_flight();
    assert!(long == 64 && brief <= 8, "{long} and {brief}");

    let quiet_from = world.requests().len();
    world.clock.pass(secs(420));
    let requests = world.requests().split_off(quiet_from);
    let rate = requests.len() as f64 / 300.0;
    assert!(rate < 25.0, "{rate} a second");
    for key in 0..215 {
        let target = format!("/v1/kv/k{key}?");
        let times: Vec<_> = requests.iter().filter(|request| request.target.starts_with(&target)).collect();
        assert!(times.windows(2).all(|pair| pair[1].at - pair[0].at <= secs(15)), "{key}: {times:?}");
        assert!(times.len() >= 20, "{key}: {}", times.len());
    }
}

#[test]
fn shortest_wait_limits_the_rate_of_very_many_watches() {
    let world = World::with(32, keys(&[(secs(0), "a")]));
    let views: Vec<_> = (0..500).map(|key| world.client.kv().raw(format!("k{key}")).view()).collect();
    world.clock.pass(secs(200));
    let before = world.requests().len();
    world.clock.pass(secs(260));
    let rate = (world.requests().len() - before) as f64 / 60.0;
    assert!(rate <= 17.0, "{rate} a second");
    drop(views);
}

#[test]
fn permit_of_a_dropped_watch_is_taken_until_the_end_of_its_wait() {
    let world = World::with(1, keys(&[(secs(0), "a")]));
    let mut first = world.watch().wait(secs(32));
    assert_eq!(world.next(&mut first, secs(1)).unwrap(), "a");
    assert_eq!(world.next(&mut first, secs(1)), None);
    let held = world.requests()[1].wait().unwrap();
    drop(first);
    assert_eq!(world.in_flight(), 0);

    let mut second = world.client.kv().raw("other").watch();
    assert_eq!(world.next(&mut second, secs(2)).unwrap(), "a", "short requests are still possible");
    assert_eq!(world.next(&mut second, NEVER.min(secs(100))), None);
    let request = &world.requests()[3];
    assert!(
        request.is_long() && request.at >= secs(0) + held && request.at <= secs(1) + held + held / 16,
        "{request:?}"
    );
}

#[test]
fn dropped_waiter_does_not_delay_others() {
    let world = World::with(1, keys(&[(secs(0), "a")]));
    let mut watches: Vec<_> = (0..3).map(|key| world.client.kv().raw(format!("k{key}")).watch()).collect();
    for watch in &mut watches {
        assert_eq!(world.next(watch, secs(1)).unwrap(), "a");
        assert_eq!(world.next(watch, secs(1)), None);
    }
    assert_eq!(world.in_flight(), 1, "two of them queue");
    let mut last = watches.pop().unwrap();
    drop(watches.remove(1));
    // The first one is not polled, and keeps its permit until its attempt times out.
    assert_eq!(world.next(&mut last, secs(100)), None);
    let polls = world
        .requests()
        .iter()
        .filter(|request| request.target.starts_with("/v1/kv/k2") && request.is_long())
        .count();
    assert!(polls > 1, "{polls}");
}

#[test]
fn unused_reservation_expires() {
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
    let polls = world
        .requests()
        .iter()
        .filter(|request| request.target.starts_with("/v1/kv/k2") && request.is_long())
        .count();
    assert!(polls > 3, "{polls}");
    drop(busy);
}

#[test]
fn few_requests_are_in_flight_during_an_outage_and_all_notice_its_end() {
    let world = World::with(64, |request| match request.at {
        at if at < secs(10) => (request.wait().unwrap_or_default().min(secs(10) - at), Some((200, 10, "a"))),
        // No request gets a response.
        at if at < secs(40) => (NEVER, None),
        _ => {
            (request.wait().filter(|_| request.index() == Some(11)).unwrap_or_default(), Some((200, 11, "b")))
        }
    });
    let rate = Rate { burst: 4, interval: Duration::from_millis(100) };
    let views: Vec<_> = (0..100)
        .map(|key| world.client.kv().raw(format!("k{key}")).watch().change_rate(rate).view())
        .collect();
    world.clock.pass(secs(40));
    let requests = world.requests().iter().filter(|request| request.at >= secs(11)).count();
    assert!(requests <= 20 * 30, "{requests}");
    assert!(world.most_in_flight().1 <= 8, "{:?}", world.most_in_flight());
    world.clock.pass(secs(75));
    let late = views.iter().filter(|view| text(&view.value().unwrap()) != "b").count();
    assert_eq!(late, 0);
}

#[test]
fn ended_watch_holds_no_permit() {
    let world = World::new(keys(&[(secs(0), "a")]));
    let mut ended: Vec<_> = (0..20).map(|_| world.client.kv().raw("").watch()).collect();
    for watch in &mut ended {
        assert!(world.next(watch, secs(1)).unwrap().starts_with("ended: "));
    }
    assert_eq!(world.next(&mut world.watch(), secs(1)).unwrap(), "a");
}

#[test]
fn dropped_watches_leave_room_for_others() {
    let world = World::with(64, keys(&[(secs(0), "a"), (secs(20), "b")]));
    for key in 0..200 {
        let mut watch = world.client.kv().raw(format!("k{key}")).watch();
        let until = world.clock.now() + Duration::from_millis(10);
        assert_eq!(world.next(&mut watch, until).unwrap(), "a");
        assert_eq!(world.next(&mut watch, until), None);
    }
    let view = world.client.kv().raw("k").view();
    world.clock.pass(secs(32));
    assert_eq!(text(&view.value().unwrap()), "b");
}

/// A task that only its wakers keep alive.
struct Lonely {
    _watch: Mutex<Watch<Option<Bytes>>>,
}

impl Wake for Lonely {
    fn wake(self: Arc<Self>) {}
}

#[test]
fn waker_that_owns_a_watch_can_be_dropped() {
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
    // After their timers have fired, the queue has the only wakers of both tasks.
    world.clock.pass(secs(30));
    assert_eq!(world.next(&mut moved, secs(30)), None);
    drop((dropped, first, second));
    assert_eq!(world.next(&mut moved, secs(60)), None);
    assert!(
        world.requests().iter().any(|request| request.target.starts_with("/v1/kv/k2") && request.is_long())
    );
}

#[test]
fn request_rate_of_all_watches_is_limited_during_an_outage() {
    let world = World::with(64, |request| match request.at {
        at if at < secs(10) => match request.wait().unwrap_or_default() {
            wait if at + wait < secs(10) => (wait, Some((200, 10, "a"))),
            _ => (secs(10) - at, None),
        },
        at if at < secs(35) => (Duration::ZERO, None),
        _ => {
            (request.wait().filter(|_| request.index() == Some(11)).unwrap_or_default(), Some((200, 11, "b")))
        }
    });
    let views: Vec<_> = (0..100).map(|key| world.client.kv().raw(format!("k{key}")).view()).collect();
    world.clock.pass(secs(35));
    // At 10 s each watch detects the failure.
    for second in 11..30 {
        let span = secs(second)..secs(second + 5);
        let requests = world.requests().iter().filter(|request| span.contains(&request.at)).count();
        assert!(requests <= 100, "{requests} from {second} s on");
    }
    world.clock.pass(secs(35) + Duration::from_millis(1500));
    let late = views.iter().filter(|view| text(&view.value().unwrap()) != "b").count();
    assert_eq!(late, 0);
}

#[test]
fn requests_of_unpolled_watches_are_dropped_for_others() {
    let world = World::with(2, keys(&[(secs(0), "a")]));
    let mut watches: Vec<_> = (0..12).map(|key| world.client.kv().raw(format!("k{key}")).watch()).collect();
    for watch in &mut watches {
        let until = world.clock.now() + secs(100);
        assert_eq!(world.next(watch, until).unwrap(), "a");
        assert_eq!(world.next(watch, until), None, "waits for a permit, and then for a change");
    }
    assert_eq!(world.most_in_flight().0, 2);
    assert!(world.in_flight() <= 2, "{}", world.in_flight());
    // The request of the first one was dropped, and is sent again.
    let before = world.requests().len();
    assert_eq!(world.next(&mut watches[0], world.clock.now() + secs(100)), None);
    let requests = world.requests().split_off(before);
    assert!(requests.iter().any(|request| request.target.starts_with("/v1/kv/k0?") && request.is_long()));
}

#[test]
fn connection_limit_of_the_agent_halves_the_long_polls_and_they_grow_again() {
    const REJECTED: &str =
        "Your IP is issuing too many concurrent connections, please rate limit your calls\n";
    let mut store = keys(&[(secs(0), "a")]);
    let world = World::new(move |request| match request.target.starts_with("/v1/kv/rejected") {
        true => (Duration::ZERO, Some((429, 1, REJECTED))),
        false => store(request),
    });
    let views: Vec<_> = (0..32).map(|key| world.client.kv().raw(format!("k{key}")).view()).collect();
    world.clock.pass(secs(100));
    assert_eq!(world.in_flight(), 32);
    for _ in 0..3 {
        // Further signs during the adaptation change nothing.
        let call = world.client.kv().raw("rejected").retry(RetryPolicy::never()).send();
        assert!(world.clock.run(secs(100), call).unwrap().is_err());
    }
    // When the current waits have ended, half of the long polls are left, and one more for each 10 s.
    world.clock.pass(secs(159));
    let after = world.in_flight();
    assert!((16..=16 + 6).contains(&after), "{after}");
    world.clock.pass(secs(100 + 161));
    assert_eq!(world.in_flight(), 32, "after 160 s");
    assert!(views.iter().all(|view| view.snapshot().degraded().is_none()));
}
