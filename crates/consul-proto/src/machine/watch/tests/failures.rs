//! Outages, refusals, deadlines, waits that are cut off.

use super::*;
use crate::machine::watch::Ends;

const REFUSED: Reply = Reply::Fail(FailureKind::Connect);

#[test]
fn an_outage_is_asked_into_less_and_less() {
    let mut phases = Vec::new();
    for seed in 0..50 {
        let mut sim = Sim::with(Options::default(), Settings::default(), seed);
        sim.run(secs(600), &mut |_| (Duration::ZERO, REFUSED));
        assert!(sim.requests(0, 10) <= 10 && sim.requests(0, 600) <= 60, "{}", sim.asked.len());
        assert!(sim.requests(300, 600) <= 11, "{}", sim.requests(300, 600));
        phases.push(sim.asked.last().unwrap().at);
        assert_eq!(sim.events(), ["(Connect, unconfirmed None)"]);
        assert_eq!(sim.told[0].0, secs(10));
    }
    phases.sort_unstable();
    assert!(phases.windows(2).all(|pair| pair[0] != pair[1]));
    assert!(phases[49] - phases[0] > secs(20), "they are spread over the whole pause: {phases:?}");
}

#[test]
fn the_end_of_an_outage_is_noticed_in_time() {
    for seed in 0..200 {
        for (outage, limit) in [(2, millis(1400)), (28, millis(1400)), (40, secs(30)), (3600, secs(30))] {
            let mut sim = Sim::with(Options::default(), Settings::default(), seed);
            sim.run(secs(4000), &mut |asked| {
                if asked.index == Some(10) && asked.at < secs(55 + outage) {
                    let is_first = asked.at < secs(55);
                    return (if is_first { secs(55) - asked.at } else { Duration::ZERO }, REFUSED);
                }
                let is_news = asked.index != Some(11);
                if asked.index.is_none() {
                    (Duration::ZERO, Reply::ok(10, "a"))
                } else if is_news {
                    (millis(2), Reply::ok(11, "b"))
                } else {
                    quiet(asked, Reply::ok(11, "b"))
                }
            });
            let (at, event) = sim.told.last().unwrap();
            assert_eq!(event, "b");
            assert!(*at <= secs(55 + outage) + limit, "seed {seed}, outage of {outage} s: {at:?}");
        }
    }
}

#[test]
fn the_pause_starts_over_after_a_success() {
    let mut sim = Sim::new(Settings::default());
    let mut count = 0;
    sim.run(secs(60), &mut |asked| {
        count += 1;
        match count {
            1 | 10 => (Duration::ZERO, Reply::ok(10 + count, format!("{count}"))),
            2..=9 | 11 => (Duration::ZERO, Reply::status(500, None, "No cluster leader")),
            _ => quiet(asked, Reply::ok(20, "10")),
        }
    });
    assert!(sim.asked[11].at - sim.asked[10].at <= millis(700));
    assert_eq!(sim.events(), ["1", "10"]);
}

#[test]
fn days_without_servers_are_survived_and_told_once() {
    let mut sim = Sim::new(Settings::default());
    let back_at = secs(48 * 3600);
    sim.run(back_at + secs(3600), &mut |asked| {
        if asked.at > secs(60) && asked.at < back_at {
            (Duration::ZERO, REFUSED)
        } else {
            quiet(asked, Reply::ok(10, "a"))
        }
    });
    assert_eq!(sim.events().len(), 3, "{:?}", sim.told);
    assert!(sim.told[1].1.starts_with("(Connect, unconfirmed Some("), "{:?}", sim.told);
    assert_eq!(sim.told[2].1, "(confirmed)");
    assert!(sim.told[2].0 <= back_at + secs(32));
    assert!(sim.requests(3600, 47 * 3600) <= 46 * 122, "{}", sim.requests(3600, 47 * 3600));
}

#[test]
fn a_server_that_never_answers_is_given_up_after_its_wait_and_some() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(70), &mut |asked| {
        if asked.index.is_none() {
            (Duration::ZERO, Reply::ok(10, "a"))
        } else {
            (Duration::ZERO, Reply::Never)
        }
    });
    let gap = sim.asked[2].at - sim.asked[1].at;
    let allowed = secs(55) + secs(55) / 16 + secs(5);
    assert!(gap >= allowed && gap <= allowed + millis(700), "{gap:?}");
    assert_eq!(sim.indexes()[1..3], [Some(10), Some(10)]);
}

#[test]
fn a_refusal_is_told_once_and_tried_again_twice_a_minute() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(600), &mut |asked| match asked.at {
        at if asked.index.is_none() && at < secs(1) => (Duration::ZERO, Reply::ok(10, "a")),
        at if at < secs(500) => (millis(5), Reply::status(403, None, "Permission denied")),
        _ => quiet(asked, Reply::ok(10, "a")),
    });
    assert_eq!(sim.events(), ["a", "(PermissionDenied, unconfirmed Some(0))", "(confirmed)"]);
    let refused: Vec<_> = sim.asked[1..].iter().filter(|asked| asked.at < secs(500)).collect();
    assert!(refused.windows(2).all(|pair| pair[1].at - pair[0].at >= secs(30)), "{refused:?}");
    assert!(refused[1..].iter().all(|asked| asked.index.is_none()), "a view could hide it from an index");
}

#[test]
fn refusals_that_differ_are_each_told() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(200), &mut |asked| {
        let body = if asked.at < secs(100) { "Permission denied" } else { "ACL not found" };
        (Duration::ZERO, Reply::status(403, None, body))
    });
    assert_eq!(sim.events(), ["(PermissionDenied, unconfirmed None)", "(UnknownToken, unconfirmed None)"]);
}

#[test]
fn failures_end_the_watch_where_that_is_asked_for() {
    let ended = |ends, reply: Reply| {
        let mut sim = Sim::new(Settings { ends, ..Settings::default() });
        sim.run(secs(5), &mut |_| (Duration::ZERO, reply.clone()));
        sim.events().join(" ")
    };
    let denied = Reply::status(403, None, "Permission denied");
    assert_eq!(ended(Ends::OnRefusal, denied.clone()), "(ended: PermissionDenied)");
    assert_eq!(ended(Ends::OnFailure, denied), "(ended: PermissionDenied)");
    assert_eq!(ended(Ends::OnRefusal, REFUSED), "");
    assert_eq!(ended(Ends::OnFailure, REFUSED), "(ended: Connect)");
}

#[test]
fn a_wait_that_is_cut_off_again_and_again_is_shortened() {
    let mut sim = Sim::new(Settings::default());
    let limit = secs(20);
    let mut version = 10;
    sim.run(secs(3600), &mut |asked| {
        let Some(wait) = asked.wait else {
            return (Duration::ZERO, Reply::ok(version, format!("{version}")));
        };
        if asked.index != Some(version) {
            return (Duration::ZERO, Reply::ok(version, format!("{version}")));
        }
        if asked.at > secs(300) && version == 10 {
            version = 11;
        }
        let held = wait + wait / 20;
        // The connection closes when the wait is over, and there is no answer.
        if wait > limit {
            (held, Reply::Fail(FailureKind::Closed))
        } else {
            (held, Reply::ok(asked.index.unwrap(), asked.index.unwrap().to_string()))
        }
    });
    assert_eq!(sim.events(), ["10", "(shortened 13.75s)", "11"]);
    let full: Vec<_> =
        sim.asked.iter().filter_map(|asked| asked.wait).filter(|wait| *wait > secs(1)).collect();
    assert_eq!(full[..5], [secs(55), secs(55), millis(27_500), millis(13_750), millis(13_750)]);
    assert!(full[5..].iter().all(|wait| *wait == millis(13_750)), "kept so");
}

#[test]
fn a_proxy_that_gives_up_before_the_wait_is_over_shortens_it_too() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(600), &mut |asked| match asked.wait {
        Some(wait) if wait >= secs(30) => (secs(30), Reply::status(504, None, "<html>Gateway Timeout")),
        _ => quiet(asked, Reply::ok(10, "a")),
    });
    assert_eq!(sim.events(), ["a", "(shortened 22.5s)"]);
}

#[test]
fn connections_that_break_now_and_then_shorten_nothing() {
    let mut sim = Sim::new(Settings::default());
    let mut count = 0;
    sim.run(secs(3600), &mut |asked| {
        count += 1;
        let broken_after = [secs(50), secs(11), secs(33), secs(5)][count % 4];
        let is_broken = count % 3 == 0 && asked.wait > Some(secs(1));
        if is_broken {
            (broken_after, Reply::Fail(FailureKind::Closed))
        } else {
            quiet(asked, Reply::ok(10, "a"))
        }
    });
    assert_eq!(sim.events(), ["a"]);
}

#[test]
fn crashes_after_the_same_time_shorten_nothing() {
    let mut sim = Sim::new(Settings::default());
    let mut down_until = Duration::ZERO;
    sim.run(secs(600), &mut |asked| {
        if asked.at < down_until {
            return (Duration::ZERO, REFUSED);
        }
        if asked.wait > Some(secs(1)) {
            down_until = asked.at + secs(10);
            return (secs(5), Reply::Fail(FailureKind::Closed));
        }
        quiet(asked, Reply::ok(10, "a"))
    });
    assert_eq!(sim.events(), ["a"]);
}

#[test]
fn a_state_that_was_set_back_shows_as_soon_as_the_agent_is_back() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(100), &mut |asked| match asked.at {
        at if at < secs(1) && asked.index.is_none() => (Duration::ZERO, Reply::ok(99, "a")),
        at if at < secs(1) => (secs(10), Reply::Fail(FailureKind::Closed)),
        at if at < secs(30) => (Duration::ZERO, REFUSED),
        // Nothing is above the old index, so only the end of the wait brings an answer.
        _ => quiet(asked, Reply::absent(3)),
    });
    assert_eq!(sim.told.last().unwrap().1, "(absent)");
    assert!(sim.told.last().unwrap().0 <= secs(30) + millis(1460), "{:?}", sim.told);
}

#[test]
fn time_that_servers_hold_a_request_is_part_of_the_pause() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(30), &mut |_| (secs(4), Reply::status(500, None, "No cluster leader")));
    assert!(sim.asked[2..].windows(2).all(|pair| pair[1].at - pair[0].at == secs(4)), "{:?}", sim.asked);
}

#[test]
fn an_outage_that_follows_a_refusal_is_told_when_it_has_lasted_and_so_is_the_next_refusal() {
    let mut sim = Sim::new(Settings::default());
    let denied = || Reply::status(403, None, "Permission denied");
    sim.run(secs(400), &mut |asked| match asked.at {
        at if at < secs(1) && asked.index.is_none() => (Duration::ZERO, Reply::ok(10, "a")),
        at if at < secs(50) => (Duration::ZERO, denied()),
        at if at < secs(200) => (Duration::ZERO, REFUSED),
        at if at < secs(300) => (Duration::ZERO, denied()),
        _ => quiet(asked, Reply::ok(10, "a")),
    });
    let kinds: Vec<_> = sim.events().iter().map(|event| event.split(',').next().unwrap()).collect();
    assert_eq!(kinds, ["a", "(PermissionDenied", "(Connect", "(PermissionDenied", "(confirmed)"]);
    let first_refused = sim.asked.iter().find(|asked| asked.at >= secs(50)).unwrap().at;
    assert_eq!(sim.told[2].0, first_refused + secs(10));
}
