//! What holds whatever servers answer.

use proptest::prelude::*;

use super::*;
use crate::machine::{Backoff, Rate};

/// A request's fate: what comes, and after which part of the wait or of a second.
type Step = (Reply, u64);

fn reply() -> impl Strategy<Value = Reply> {
    let content = || prop_oneof![Just(None), "[ab]".prop_map(Some)];
    let index = || prop_oneof![0..4u64, 0..1000u64, Just(u64::MAX)];
    let good = (index(), content()).prop_map(|(index, content)| match content {
        Some(body) => Reply::ok(index, body),
        None => Reply::absent(index),
    });
    let error = (
        prop_oneof![Just(400u16), Just(403), Just(404), Just(429), Just(500), Just(503)],
        "(|No cluster leader|ACL not found)",
    )
        .prop_map(|(status, body)| Reply::status(status, None, &body));
    let error_with_index = Just(Reply::status(500, Some(1), "No cluster leader"));
    let odd =
        prop_oneof![Just("abc"), Just("-1"), Just("18446744073709551616")].prop_map(|index| Reply::Answer {
            status: 200,
            index: Some(index.to_owned()),
            headers: Vec::new(),
            body: "z".to_owned(),
        });
    let failure = prop_oneof![
        Just(FailureKind::Connect),
        Just(FailureKind::Closed),
        Just(FailureKind::Timeout),
        Just(FailureKind::Other)
    ];
    prop_oneof![
        6 => good.clone(),
        2 => good.prop_map(Reply::streaming),
        2 => error,
        1 => error_with_index,
        1 => odd,
        2 => failure.prop_map(Reply::Fail),
        1 => Just(Reply::Never),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((reply(), prop_oneof![Just(0), Just(100), 0..110u64]), 1..80)
}

/// Settings that nobody should want.
fn odd_settings() -> impl Strategy<Value = Settings> {
    let odd = || {
        prop_oneof![Just(Duration::ZERO), Just(Duration::from_nanos(1)), Just(secs(1)), Just(Duration::MAX)]
    };
    let rate = || {
        (prop_oneof![0..3u32, Just(u32::MAX)], odd()).prop_map(|(burst, interval)| Rate { burst, interval })
    };
    let backoff = (odd(), odd(), odd(), odd());
    let backoff = backoff.prop_map(|(base, brief, young, cap)| Backoff { base, brief, young, cap });
    let others = (odd(), odd(), odd(), odd(), odd(), prop::option::of(odd()));
    (rate(), rate(), backoff, others).prop_map(|(changes, repeats, backoff, others)| {
        let (wait, grace, refusal_pause, stall, confirm, staleness) = others;
        // Attempts take some time in this world.
        let (grace, ends) = (grace.max(millis(20)), Settings::default().ends);
        Settings { wait, grace, changes, repeats, backoff, refusal_pause, stall, confirm, staleness, ends }
    })
}

/// What a reader of the rules expects, from answers alone.
#[derive(Default)]
struct Model {
    /// The index of the last answer that was to be believed, and the states that were to be told.
    index: Option<u64>,
    states: Vec<String>,
}

impl Model {
    fn learn(&mut self, asked: &Asked, reply: &Reply) {
        let Reply::Answer { status: status @ (200 | 404), index: Some(index), headers, body } = reply else {
            return;
        };
        let Ok(index) = index.parse::<u64>().map(|index| index.max(1)) else { return };
        let (is_streaming, is_older) = (!headers.is_empty(), Some(index) < self.index);
        let is_doubted = match is_streaming {
            true => asked.index.is_some() && (index == 1 || is_older),
            false => is_older && !asked.query.contains("consistent"),
        };
        if is_doubted {
            return;
        }
        self.index = Some(index);
        let content = if *status == 404 { "(absent)" } else { body };
        if self.states.last().is_none_or(|last| last != content) {
            self.states.push(content.to_owned());
        }
    }
}

/// In no span of time are there more requests than the rate allows, and `more`.
fn assert_within(rate: Rate, more: u32, times: &[Duration]) {
    for (first, from) in times.iter().enumerate() {
        for (requests, at) in (1_u128..).zip(&times[first..]) {
            let earned = (*at - *from).as_nanos() / rate.interval.as_nanos();
            assert!(
                requests <= u128::from(rate.burst + more) + earned,
                "{requests} requests from {from:?} to {at:?}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_last_state_told_is_the_last_good_one(steps in steps(), seed: u64, turn in 1..60u64) {
        let mut sim = Sim::with(Options::default(), Settings::default(), seed);
        sim.longest = secs(turn);
        let mut remaining = steps.iter();
        sim.run(secs(8000), &mut |asked| {
            let (reply, part) = remaining.next().cloned().unwrap_or((Reply::Never, 0));
            (asked.wait.unwrap_or(secs(1)) * part as u32 / 100, reply)
        });
        prop_assert!(sim.asked.len() > steps.len());
        let mut model = Model::default();
        for ((asked, next), (reply, _)) in sim.asked.iter().zip(&sim.asked[1..]).zip(&steps) {
            model.learn(asked, reply);
            prop_assert!(next.index.is_none() || next.index == model.index, "{next:?}, not {:?}", model.index);
        }
        let told: Vec<_> = sim.events().into_iter().filter(|event| is_state(event)).collect();
        prop_assert_eq!(told, model.states);
    }

    #[test]
    fn requests_stay_within_the_rates(steps in steps(), seed: u64) {
        let mut sim = Sim::with(Options::default(), Settings::default(), seed);
        let mut steps = steps.into_iter().cycle();
        sim.run(secs(300), &mut |_| {
            let (reply, part) = steps.next().unwrap();
            (millis(part / 4), reply)
        });
        let times: Vec<_> = sim.asked.iter().map(|asked| asked.at).collect();
        assert_within(Settings::default().changes, 0, &times);
        // Nothing here takes a tenth of a second, so nothing is worth its while. That is known of a request only when it is
        // answered, so there is one more.
        assert_within(Settings::default().repeats, 1, &times);
    }

    #[test]
    fn odd_settings_do_no_harm(settings in odd_settings(), steps in steps(), seed: u64, is_stale: bool) {
        let options = if is_stale { stale() } else { Options::default() };
        let mut sim = Sim::with(options, settings, seed);
        let mut steps = steps.into_iter().cycle();
        sim.run(secs(100), &mut |asked| {
            let (reply, part) = steps.next().unwrap();
            (asked.wait.unwrap_or_default() * part as u32 / 100 + millis(10), reply)
        });
        prop_assert!(sim.asked.len() <= 10_001);
        prop_assert!(sim.asked.iter().all(|asked| asked.wait.is_none_or(|wait| wait <= secs(600))));
    }

    #[test]
    fn time_can_leap(steps in steps(), leaps in prop::collection::vec(0..200_000u64, 1..40), seed: u64) {
        let mut sim = Sim::with(Options::default(), Settings::default(), seed);
        let mut steps = steps.into_iter().cycle();
        for leap in leaps {
            sim.now += secs(leap);
            let until = sim.now + secs(100);
            sim.run(until, &mut |asked| {
                let (reply, part) = steps.next().unwrap();
                (asked.wait.unwrap_or_default() * part as u32 / 100, reply)
            });
        }
    }
}

fn is_state(event: &str) -> bool {
    !event.starts_with('(') || event == "(absent)"
}
