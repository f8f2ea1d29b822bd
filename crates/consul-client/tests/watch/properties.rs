//! Properties that hold for all orders of events.

use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::Duration;

use bytes::Bytes;

use consul_client::watch::Snapshot;
use consul_client::{View, Watch};
use futures_core::Stream;
use proptest::prelude::*;

use crate::world::{Reply, Request, World, secs, store, text};

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A store that takes some time for each response.
fn distant(
    versions: &[(Duration, &'static str)],
) -> impl FnMut(&Request) -> (Duration, Reply) + Send + use<> {
    let mut store = store(versions);
    move |request| {
        let (after, reply) = store(request);
        (after.max(millis(3)), reply)
    }
}

/// A watch or view of a key, which is polled or not.
enum Follower {
    Watch(Box<Watch<Option<Bytes>>>),
    View(View<Option<Bytes>>),
}

impl Follower {
    /// Polls once, without a waker.
    fn poll(&mut self) {
        let cx = &mut Context::from_waker(Waker::noop());
        let _ = match self {
            Self::Watch(watch) => Pin::new(&mut **watch).poll_next(cx).is_ready(),
            Self::View(view) => Pin::new(view).poll_next(cx).is_ready(),
        };
    }
}

/// An event, and the time until the next one.
#[derive(Clone, Copy, Debug)]
enum Step {
    Watch(usize),
    View(usize),
    /// The number of repetitions.
    Poll(usize, u8),
    Run(usize),
    Drop(usize),
}

fn steps() -> impl Strategy<Value = Vec<(Step, u64)>> {
    let one = || 0..8_usize;
    let step = prop_oneof![
        3 => one().prop_map(Step::Watch),
        1 => one().prop_map(Step::View),
        4 => (one(), 1..4u8).prop_map(|(one, times)| Step::Poll(one, times)),
        2 => one().prop_map(Step::Run),
        2 => one().prop_map(Step::Drop),
    ];
    let pause = prop_oneof![Just(0), 0..5u64, 0..4000u64, 0..20_000u64];
    prop::collection::vec((step, pause), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn polled_watch_sees_changes_whatever_others_do_and_dropped_ones_release_everything(
        steps in steps(),
        places in 1..4usize,
    ) {
        let change_at = secs(60 * 40 + 200);
        let world = World::with(places, distant(&[(secs(0), "a"), (change_at, "b")]));
        let raw = |key: usize| world.client.kv().raw(format!("k{key}"));
        let mut followers: [Option<Follower>; 8] = Default::default();
        for (step, pause) in steps {
            match step {
                Step::Watch(one) => followers[one] = Some(Follower::Watch(Box::new(raw(one).watch()))),
                Step::View(one) => followers[one] = Some(Follower::View(raw(one % 2).view())),
                Step::Poll(one, times) => {
                    let follower = followers[one].as_mut();
                    follower.into_iter().for_each(|follower| (0..times).for_each(|_| follower.poll()));
                }
                Step::Run(one) => {
                    let until = world.clock.now() + millis(pause);
                    if let Some(Follower::Watch(watch)) = &mut followers[one] {
                        let _ = world.clock.run(until, watch.changed());
                    }
                }
                Step::Drop(one) => followers[one] = None,
            }
            world.clock.pass(world.clock.now() + millis(pause));
        }
        // The others are no longer polled: their requests end, and each is woken once.
        let mut watch = raw(9).watch();
        let first = world.clock.run(change_at - secs(100), watch.changed()).unwrap().unwrap().unwrap();
        prop_assert_eq!(text(&first), "a");
        let mut view = raw(10).view();
        prop_assert!(world.clock.run(change_at - secs(1), watch.changed()).is_none());
        let second = world.clock.run(change_at + secs(25), watch.changed()).unwrap().unwrap().unwrap();
        prop_assert_eq!(text(&second), "b");
        world.clock.pass(change_at + secs(30));
        let shown = view.value().unwrap();
        prop_assert_eq!(text(&shown), "b");
        prop_assert!(world.clock.run(change_at + secs(30), view.next()).is_some());

        drop((followers, watch, view));
        world.clock.pass(change_at + secs(100));
        prop_assert_eq!((world.in_flight(), world.clock.tasks(), world.clock.alarms()), (0, 0, 0));
        let has_no_view = format!("{:?}", world.client).contains("Registry(0)");
        prop_assert!(has_no_view);
        let views: Vec<_> = (0..places).map(|key| raw(key).view()).collect();
        world.clock.pass(change_at + secs(101));
        prop_assert_eq!(world.in_flight(), views.len(), "every place is free");
    }

    #[test]
    fn each_handle_receives_the_final_snapshot(
        answers in prop::collection::vec((0..5u8, 1..20u64), 1..40),
        looks in prop::collection::vec((0..3usize, prop::bool::ANY, 0..15_000u64), 1..40),
    ) {
        let mut answers = answers.into_iter();
        let mut index = 10;
        let world = World::new(move |request| {
            let Some((kind, after)) = answers.next() else { return (secs(100_000), None) };
            let after = if request.is_long() { secs(after).min(request.wait().unwrap()) } else { Duration::ZERO };
            index += 1;
            (after, match kind {
                0 => None,
                1 => Some((403, 1, "Permission denied")),
                2 => Some((404, index, "")),
                _ => Some((200, index, if kind == 3 { "a" } else { "b" })),
            })
        });
        let view = world.client.kv().raw("k").view();
        let mut handles: [_; 3] = std::array::from_fn(|_| (view.clone(), Snapshot::default()));
        let look = |(view, last): &mut (View<_>, Snapshot<Option<Bytes>>), until| {
            let next = world.clock.run(until, view.next()).map(|next| next.unwrap().unwrap());
            let is_any = next.is_some();
            if let Some(snapshot) = next {
                assert_ne!(snapshot, *last, "yielded twice");
                *last = snapshot;
            }
            is_any
        };
        for (one, is_clone, pause) in looks {
            let until = world.clock.now() + millis(pause);
            look(&mut handles[one], until);
            if is_clone {
                handles[(one + 1) % 3] = handles[one].clone();
            }
        }
        world.clock.pass(world.clock.now() + secs(2000));
        for handle in &mut handles {
            while look(handle, world.clock.now()) {}
            prop_assert_eq!(&handle.1, &handle.0.snapshot());
        }
    }
}

#[test]
fn ten_thousand_dropped_watches_release_everything() {
    let world = World::new(distant(&[(secs(0), "a")]));
    for number in 0..10_000_u64 {
        let call = world.client.kv().raw(format!("k{}", number % 100));
        let mut follower = match number % 3 {
            0 => Follower::View(call.view()),
            _ => Follower::Watch(Box::new(call.watch())),
        };
        for _ in 0..number % 7 {
            follower.poll();
            world.clock.pass(world.clock.now() + millis(number % 5));
        }
    }
    world.clock.pass(world.clock.now() + secs(100));
    assert_eq!((world.in_flight(), world.clock.tasks(), world.clock.alarms()), (0, 0, 0));
    assert!(format!("{:?}", world.client).contains("Registry(0)"));
    let before = world.requests().len();
    let views: Vec<_> = (0..32).map(|key| world.client.kv().raw(format!("k{key}")).view()).collect();
    world.clock.pass(world.clock.now() + secs(1));
    assert_eq!(world.in_flight(), views.len());
    let mut requests = world.requests().split_off(before).into_iter().filter(Request::is_long);
    assert!(requests.all(|request| request.wait() == Some(secs(55))), "and nobody is counted who is gone");
}
