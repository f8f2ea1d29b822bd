//! Properties that hold for all responses of servers.

use proptest::prelude::*;

use super::*;
use crate::machine::watch::StopOn;
use crate::machine::{Backoff, Rate};

/// The reply to a request, and after how many percent of the wait or of a second it comes.
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
    let odd = prop_oneof![Just("abc"), Just("-1"), Just("18446744073709551616")].prop_map(|index| {
        Reply::Response {
            status: 200,
            index: Some(index.to_owned()),
            headers: Vec::new(),
            body: "z".to_owned(),
        }
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

/// Settings that no program should use.
fn extreme_settings() -> impl Strategy<Value = Settings> {
    let odd = || {
        prop_oneof![Just(Duration::ZERO), Just(Duration::from_nanos(1)), Just(secs(1)), Just(Duration::MAX)]
    };
    let rate = || {
        (prop_oneof![0..3u32, Just(u32::MAX)], odd()).prop_map(|(burst, interval)| Rate { burst, interval })
    };
    let backoff = (odd(), odd(), odd(), odd()).prop_map(|(initial, early_max, early_period, max)| Backoff {
        initial,
        early_max,
        early_period,
        max,
    });
    let others = (odd(), odd(), odd(), odd(), odd(), prop::option::of(odd()));
    (rate(), rate(), backoff, others).prop_map(|(change_rate, idle_rate, backoff, others)| {
        let (wait, request_timeout, rejected_retry_delay, degraded_after, reverify_interval, max_staleness) =
            others;
        Settings {
            wait,
            // Attempts take some time in this simulation.
            request_timeout: request_timeout.max(millis(20)),
            change_rate,
            idle_rate,
            backoff,
            rejected_retry_delay,
            degraded_after,
            reverify_interval,
            max_staleness,
            stop_on: StopOn::Never,
        }
    })
}

/// The rules, applied to the responses alone.
#[derive(Default)]
struct Model {
    /// The index of the last trusted response, and the values to be emitted.
    index: Option<u64>,
    states: Vec<String>,
}

impl Model {
    fn learn(&mut self, request: &Request, reply: &Reply) {
        let Reply::Response { status: status @ (200 | 404), index: Some(index), headers, body } = reply
        else {
            return;
        };
        let Ok(index) = index.parse::<u64>().map(|index| index.max(1)) else { return };
        let content = if *status == 404 { "(absent)" } else { body };
        // Without an index in the request, the servers themselves respond.
        let is_streaming = !headers.is_empty() && request.index.is_some();
        let is_older = Some(index) < self.index;
        let is_emptied = content == "(absent)" && self.states.last().is_none_or(|last| last != content);
        let is_doubted = match is_streaming {
            true => index == 1 || is_older || is_emptied,
            false => is_older && !request.query.contains("consistent"),
        };
        if is_doubted {
            return;
        }
        self.index = Some(index);
        if self.states.last().is_none_or(|last| last != content) {
            self.states.push(content.to_owned());
        }
    }
}

/// Asserts that in no span of time there are more requests than the rate allows, plus `more`.
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
    fn last_emitted_value_is_the_last_trusted_one(steps in steps(), seed: u64, turn in 1..60u64) {
        let mut sim = Sim::with(Options::default(), Settings::default(), seed);
        sim.longest = secs(turn);
        let mut remaining = steps.iter();
        sim.run(secs(8000), &mut |request| {
            let (reply, part) = remaining.next().cloned().unwrap_or((Reply::Never, 0));
            (request.wait.unwrap_or(secs(1)) * part as u32 / 100, reply)
        });
        prop_assert!(sim.sent.len() > steps.len());
        let mut model = Model::default();
        for ((request, next), (reply, _)) in sim.sent.iter().zip(&sim.sent[1..]).zip(&steps) {
            model.learn(request, reply);
            prop_assert!(next.index.is_none() || next.index == model.index, "{next:?}, not {:?}", model.index);
        }
        let emitted: Vec<_> = sim.events().into_iter().filter(|event| is_state(event)).collect();
        prop_assert_eq!(emitted, model.states);
    }

    #[test]
    fn requests_stay_within_the_rate_limits(steps in steps(), seed: u64) {
        let mut sim = Sim::with(Options::default(), Settings::default(), seed);
        let mut steps = steps.into_iter().cycle();
        sim.run(secs(300), &mut |_| {
            let (reply, part) = steps.next().unwrap();
            (millis(part / 4), reply)
        });
        let times: Vec<_> = sim.sent.iter().map(|request| request.at).collect();
        assert_within(Settings::default().change_rate, 0, &times);
        // No response takes a tenth of a second, so each counts as idle. This is known only after the response, so there is
        // one more.
        assert_within(Settings::default().idle_rate, 1, &times);
    }

    #[test]
    fn extreme_settings_cause_no_panic_and_no_hot_loop(settings in extreme_settings(), steps in steps(), seed: u64, is_stale: bool) {
        let options = if is_stale { stale() } else { Options::default() };
        let mut sim = Sim::with(options, settings, seed);
        let mut steps = steps.into_iter().cycle();
        sim.run(secs(100), &mut |request| {
            let (reply, part) = steps.next().unwrap();
            (request.wait.unwrap_or_default() * part as u32 / 100 + millis(10), reply)
        });
        prop_assert!(sim.sent.len() <= 10_001);
        prop_assert!(sim.sent.iter().all(|request| request.wait.is_none_or(|wait| wait <= secs(600))));
    }

    #[test]
    fn clock_jumps_cause_no_panic(steps in steps(), leaps in prop::collection::vec(0..200_000u64, 1..40), seed: u64) {
        let mut sim = Sim::with(Options::default(), Settings::default(), seed);
        let mut steps = steps.into_iter().cycle();
        for leap in leaps {
            sim.now += secs(leap);
            let until = sim.now + secs(100);
            sim.run(until, &mut |request| {
                let (reply, part) = steps.next().unwrap();
                (request.wait.unwrap_or_default() * part as u32 / 100, reply)
            });
        }
    }
}

fn is_state(event: &str) -> bool {
    !event.starts_with('(') || event == "(absent)"
}
