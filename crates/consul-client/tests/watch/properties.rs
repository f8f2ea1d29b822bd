//! What holds in whatever order things happen.

use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::Duration;

use bytes::Bytes;

use consul_client::watch::Update;
use consul_client::{View, Watch, proto};
use futures_core::Stream;
use proptest::prelude::*;

use crate::world::{Asked, Reply, World, secs, store, text};

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A store that takes a moment for every answer.
fn distant(versions: &[(Duration, &'static str)]) -> impl FnMut(&Asked) -> (Duration, Reply) + Send + use<> {
    let mut store = store(versions);
    move |asked| {
        let (after, reply) = store(asked);
        (after.max(millis(3)), reply)
    }
}

/// Something that follows a key, and is polled or not.
enum Follower {
    Watch(Box<Watch<proto::kv::Raw>>),
    View(View<Option<Bytes>>),
}

impl Follower {
    /// Polls once, and tells nobody when to poll again.
    fn poll(&mut self) {
        let cx = &mut Context::from_waker(Waker::noop());
        let _ = match self {
            Self::Watch(watch) => Pin::new(&mut **watch).poll_next(cx).is_ready(),
            Self::View(view) => Pin::new(view).poll_next(cx).is_ready(),
        };
    }
}

/// What happens, and how much time passes before the next.
#[derive(Clone, Copy, Debug)]
enum Step {
    Watch(usize),
    View(usize),
    /// As often as this.
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
    fn who_is_polled_is_told_whatever_others_do_and_nothing_is_left_of_those_who_go(
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
        // The others stay, and are not polled any more: their requests end, and each is called once.
        let mut watch = raw(9).watch();
        let first = world.clock.run(change_at - secs(100), watch.changed()).unwrap().unwrap().unwrap();
        prop_assert_eq!(text(&first.value), "a");
        let mut view = raw(10).view();
        prop_assert!(world.clock.run(change_at - secs(1), watch.changed()).is_none());
        let second = world.clock.run(change_at + secs(25), watch.changed()).unwrap().unwrap().unwrap();
        prop_assert_eq!(text(&second.value), "b");
        world.clock.pass(change_at + secs(30));
        let shown = view.state().unwrap();
        prop_assert_eq!(text(&shown), "b");
        prop_assert!(world.clock.run(change_at + secs(30), view.next()).is_some());

        drop((followers, watch, view));
        world.clock.pass(change_at + secs(100));
        prop_assert_eq!((world.under_way(), world.clock.tasks(), world.clock.alarms()), (0, 0, 0));
        let has_no_view = format!("{:?}", world.client).contains("Views(0)");
        prop_assert!(has_no_view);
        let views: Vec<_> = (0..places).map(|key| raw(key).view()).collect();
        world.clock.pass(change_at + secs(101));
        prop_assert_eq!(world.under_way(), views.len(), "every place is free");
    }

    #[test]
    fn each_handle_is_told_what_the_view_shows_in_the_end(
        answers in prop::collection::vec((0..5u8, 1..20u64), 1..40),
        looks in prop::collection::vec((0..3usize, prop::bool::ANY, 0..15_000u64), 1..40),
    ) {
        let mut answers = answers.into_iter();
        let mut index = 10;
        let world = World::new(move |asked| {
            let Some((kind, after)) = answers.next() else { return (secs(100_000), None) };
            let after = if asked.is_long() { secs(after).min(asked.wait().unwrap()) } else { Duration::ZERO };
            index += 1;
            (after, match kind {
                0 => None,
                1 => Some((403, 1, "Permission denied")),
                2 => Some((404, index, "")),
                _ => Some((200, index, if kind == 3 { "a" } else { "b" })),
            })
        });
        let view = world.client.kv().raw("k").view();
        let mut handles: [_; 3] = std::array::from_fn(|_| (view.clone(), None, false));
        let look = |(view, state, is_in_trouble): &mut (View<_>, Option<Option<Bytes>>, bool), until| {
            let update = world.clock.run(until, view.next());
            let is_any = update.is_some();
            match update.map(|update| update.unwrap().unwrap()) {
                Some(Update::State(told)) => (*state, *is_in_trouble) = (Some(Option::clone(&told.value)), false),
                Some(Update::Trouble(trouble)) => {
                    assert_eq!(trouble.unconfirmed, view.unconfirmed());
                    *is_in_trouble = true;
                }
                Some(Update::Confirmed) => {
                    assert!(*is_in_trouble, "nothing was wrong");
                    *is_in_trouble = false;
                }
                _ => {}
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
            let (view, state, is_in_trouble) = handle;
            let shown = view.state();
            prop_assert_eq!(state.as_ref(), shown.as_deref());
            prop_assert_eq!(*is_in_trouble, view.trouble().is_some());
        }
    }
}

#[test]
fn ten_thousand_watches_that_come_and_go_leave_nothing_behind() {
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
    assert_eq!((world.under_way(), world.clock.tasks(), world.clock.alarms()), (0, 0, 0));
    assert!(format!("{:?}", world.client).contains("Views(0)"));
    let before = world.asked().len();
    let views: Vec<_> = (0..32).map(|key| world.client.kv().raw(format!("k{key}")).view()).collect();
    world.clock.pass(world.clock.now() + secs(1));
    assert_eq!(world.under_way(), views.len());
    let mut asked = world.asked().split_off(before).into_iter().filter(Asked::is_long);
    assert!(asked.all(|asked| asked.wait() == Some(secs(55))), "and nobody is counted who is gone");
}
