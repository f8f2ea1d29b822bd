//! Outages, permanent failures, deadlines, waits that are cut off.

use super::*;
use crate::machine::watch::StopOn;

const REFUSED: Reply = Reply::Fail(FailureKind::Connect);

#[test]
fn attempts_during_an_outage_get_rarer() {
    let mut phases = Vec::new();
    for seed in 0..50 {
        let mut sim = Sim::with(Options::default(), Settings::default(), seed);
        sim.run(secs(600), &mut |_| (Duration::ZERO, REFUSED));
        assert!(sim.requests(0, 10) <= 10 && sim.requests(0, 600) <= 60, "{}", sim.sent.len());
        assert!(sim.requests(300, 600) <= 11, "{}", sim.requests(300, 600));
        phases.push(sim.sent.last().unwrap().at);
        assert_eq!(sim.events(), ["(Connect, confirmed None)"]);
        assert_eq!(sim.emitted[0].0, secs(10));
    }
    phases.sort_unstable();
    assert!(phases.windows(2).all(|pair| pair[0] != pair[1]));
    assert!(phases[49] - phases[0] > secs(20), "they are spread over the whole pause: {phases:?}");
}

#[test]
fn end_of_an_outage_is_noticed_in_time() {
    for seed in 0..200 {
        for (outage, limit) in [(2, millis(1400)), (28, millis(1400)), (40, secs(30)), (3600, secs(30))] {
            let mut sim = Sim::with(Options::default(), Settings::default(), seed);
            sim.run(secs(4000), &mut |request| {
                if request.index == Some(10) && request.at < secs(55 + outage) {
                    let is_first = request.at < secs(55);
                    return (if is_first { secs(55) - request.at } else { Duration::ZERO }, REFUSED);
                }
                let is_news = request.index != Some(11);
                if request.index.is_none() {
                    (Duration::ZERO, Reply::ok(10, "a"))
                } else if is_news {
                    (millis(2), Reply::ok(11, "b"))
                } else {
                    quiet(request, Reply::ok(11, "b"))
                }
            });
            let (at, event) = sim.emitted.last().unwrap();
            assert_eq!(event, "b");
            assert!(*at <= secs(55 + outage) + limit, "seed {seed}, outage of {outage} s: {at:?}");
        }
    }
}

#[test]
fn backoff_restarts_after_a_success() {
    let mut sim = Sim::new(Settings::default());
    let mut count = 0;
    sim.run(secs(60), &mut |request| {
        count += 1;
        match count {
            1 | 10 => (Duration::ZERO, Reply::ok(10 + count, format!("{count}"))),
            2..=9 | 11 => (Duration::ZERO, Reply::status(500, None, "No cluster leader")),
            _ => quiet(request, Reply::ok(20, "10")),
        }
    });
    assert!(sim.sent[11].at - sim.sent[10].at <= millis(700));
    assert_eq!(sim.events(), ["1", "10"]);
}

#[test]
fn outage_of_two_days_is_reported_once() {
    let mut sim = Sim::new(Settings::default());
    let back_at = secs(48 * 3600);
    sim.run(back_at + secs(3600), &mut |request| {
        if request.at > secs(60) && request.at < back_at {
            (Duration::ZERO, REFUSED)
        } else {
            quiet(request, Reply::ok(10, "a"))
        }
    });
    assert_eq!(sim.events().len(), 3, "{:?}", sim.emitted);
    assert!(sim.emitted[1].1.starts_with("(Connect, confirmed Some("), "{:?}", sim.emitted);
    assert_eq!(sim.emitted[2].1, "(recovered)");
    assert!(sim.emitted[2].0 <= back_at + secs(32));
    assert!(sim.requests(3600, 47 * 3600) <= 46 * 122, "{}", sim.requests(3600, 47 * 3600));
}

#[test]
fn silent_server_times_out_after_wait_plus_request_timeout() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(70), &mut |request| {
        if request.index.is_none() {
            (Duration::ZERO, Reply::ok(10, "a"))
        } else {
            (Duration::ZERO, Reply::Never)
        }
    });
    let gap = sim.sent[2].at - sim.sent[1].at;
    let allowed = secs(55) + secs(55) / 16 + secs(5);
    assert!(gap >= allowed && gap <= allowed + millis(700), "{gap:?}");
    assert_eq!(sim.indexes()[1..3], [Some(10), Some(10)]);
}

#[test]
fn permanent_failure_is_reported_once_and_retried_twice_a_minute() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(600), &mut |request| match request.at {
        at if request.index.is_none() && at < secs(1) => (Duration::ZERO, Reply::ok(10, "a")),
        at if at < secs(500) => (millis(5), Reply::status(403, None, "Permission denied")),
        _ => quiet(request, Reply::ok(10, "a")),
    });
    assert_eq!(sim.events(), ["a", "(PermissionDenied, confirmed Some(0))", "(recovered)"]);
    let refused: Vec<_> = sim.sent[1..].iter().filter(|request| request.at < secs(500)).collect();
    assert!(refused.windows(2).all(|pair| pair[1].at - pair[0].at >= secs(30)), "{refused:?}");
    assert!(refused[1..].iter().all(|request| request.index.is_none()), "a view could hide it from an index");
}

#[test]
fn different_permanent_failures_are_each_reported() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(200), &mut |request| {
        let body = if request.at < secs(100) { "Permission denied" } else { "ACL not found" };
        (Duration::ZERO, Reply::status(403, None, body))
    });
    assert_eq!(sim.events(), ["(PermissionDenied, confirmed None)", "(UnknownToken, confirmed None)"]);
}

#[test]
fn stop_on_decides_which_failures_end_the_watch() {
    let ended = |stop_on, reply: Reply| {
        let mut sim = Sim::new(Settings { stop_on, ..Settings::default() });
        sim.run(secs(5), &mut |_| (Duration::ZERO, reply.clone()));
        sim.events().join(" ").split(" (status").next().unwrap().to_owned()
    };
    let denied = Reply::status(403, None, "Permission denied");
    assert_eq!(ended(StopOn::PermanentFailure, denied.clone()), "(ended: permission denied");
    assert_eq!(ended(StopOn::AnyFailure, denied), "(ended: permission denied");
    assert_eq!(ended(StopOn::PermanentFailure, REFUSED), "");
    assert_eq!(ended(StopOn::AnyFailure, REFUSED), "(ended: failed)");
}

#[test]
fn wait_that_is_cut_off_repeatedly_is_reduced() {
    let mut sim = Sim::new(Settings::default());
    let limit = secs(20);
    let mut version = 10;
    sim.run(secs(3600), &mut |request| {
        let Some(wait) = request.wait else {
            return (Duration::ZERO, Reply::ok(version, format!("{version}")));
        };
        if request.index != Some(version) {
            return (Duration::ZERO, Reply::ok(version, format!("{version}")));
        }
        if request.at > secs(300) && version == 10 {
            version = 11;
        }
        let held = wait + wait / 20;
        // The connection closes at the end of the wait, without a response.
        if wait > limit {
            (held, Reply::Fail(FailureKind::Closed))
        } else {
            (held, Reply::ok(request.index.unwrap(), request.index.unwrap().to_string()))
        }
    });
    assert_eq!(sim.events(), ["10", "(wait reduced to 13.75s)", "11"]);
    let full: Vec<_> =
        sim.sent.iter().filter_map(|request| request.wait).filter(|wait| *wait > secs(1)).collect();
    assert_eq!(full[..5], [secs(55), secs(55), millis(27_500), millis(13_750), millis(13_750)]);
    let retries = full[5..].iter().filter(|wait| **wait == secs(55)).count();
    assert_eq!(retries, 2, "tried again after 10 and 20 minutes");
    assert!(full[5..].iter().all(|wait| [secs(55), millis(13_750)].contains(wait)), "{full:?}");
}

#[test]
fn configured_wait_returns_once_it_works() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(3600), &mut |request| match request.wait {
        Some(wait) if wait >= secs(30) && request.at < secs(600) => {
            (secs(30), Reply::Fail(FailureKind::Closed))
        }
        _ => quiet(request, Reply::ok(10, "a")),
    });
    assert_eq!(sim.events(), ["a", "(wait reduced to 22.5s)", "(full wait)"]);
    assert_eq!(sim.sent.last().unwrap().wait, Some(secs(55)));
}

#[test]
fn wait_cut_off_by_any_error_page_is_reduced_and_reported_once() {
    for status in [404, 408, 502, 503, 504, 524] {
        let mut sim = Sim::new(Settings::default());
        sim.run(secs(1200), &mut |request| match request.wait {
            Some(wait) if wait >= secs(30) => {
                (secs(30), Reply::status(status, None, "<html>").with("content-type", "text/html"))
            }
            _ => quiet(request, Reply::ok(10, "a")),
        });
        assert_eq!(sim.events(), ["a", "(wait reduced to 22.5s)"], "status {status}");
    }
}

#[test]
fn error_page_without_a_wait_is_reported_immediately() {
    let mut sim = Sim::new(Settings::default());
    let mut count = 0;
    sim.run(secs(60), &mut |request| {
        count += 1;
        let page = Reply::status(404, None, "<html>").with("content-type", "text/html");
        if count == 2 { (millis(5), page) } else { quiet(request, Reply::ok(10, "a")) }
    });
    assert_eq!(sim.events().len(), 3, "{:?}", sim.events());
    assert!(sim.emitted[1].0 == millis(5) && sim.events()[2] == "(recovered)", "{:?}", sim.emitted);
}

#[test]
fn two_unrelated_connection_losses_do_not_reduce_the_wait() {
    let mut sim = Sim::new(Settings::default());
    let mut version = 10;
    sim.run(secs(3600), &mut |request| {
        let is_lost = request.wait > Some(secs(1)) && [100, 2000].contains(&version);
        version += 1;
        match is_lost {
            true => (millis(590), Reply::Fail(FailureKind::Closed)),
            false => (millis(390), Reply::ok(version, format!("{version}"))),
        }
    });
    assert!(sim.events().iter().all(|event| !event.starts_with('(')), "values only");
    assert_eq!(sim.sent.last().unwrap().wait, Some(secs(55)));
}

#[test]
fn preempted_request_is_sent_again_and_is_no_failure() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(1), &mut |request| quiet(request, Reply::ok(10, "a")));
    sim.in_flight.as_mut().unwrap().2 = Reply::Fail(FailureKind::Preempted);
    sim.run(secs(200), &mut |request| quiet(request, Reply::ok(10, "a")));
    assert_eq!((sim.events(), sim.indexes()[..3].to_vec()), (vec!["a"], vec![None, Some(10), Some(10)]));
    assert_eq!(sim.sent[2].wait, Some(secs(55)), "no short request in between");
}

#[test]
fn proxy_timeout_before_the_end_of_the_wait_reduces_it() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(600), &mut |request| match request.wait {
        Some(wait) if wait >= secs(30) => (secs(30), Reply::status(504, None, "<html>Gateway Timeout")),
        _ => quiet(request, Reply::ok(10, "a")),
    });
    assert_eq!(sim.events(), ["a", "(wait reduced to 22.5s)"]);
}

#[test]
fn occasional_connection_losses_do_not_reduce_the_wait() {
    let mut sim = Sim::new(Settings::default());
    let mut count = 0;
    sim.run(secs(3600), &mut |request| {
        count += 1;
        let broken_after = [secs(50), secs(11), secs(33), secs(5)][count % 4];
        let is_broken = count % 3 == 0 && request.wait > Some(secs(1));
        if is_broken {
            (broken_after, Reply::Fail(FailureKind::Closed))
        } else {
            quiet(request, Reply::ok(10, "a"))
        }
    });
    assert_eq!(sim.events(), ["a"]);
}

#[test]
fn crashes_after_the_same_time_do_not_reduce_the_wait() {
    let mut sim = Sim::new(Settings::default());
    let mut down_until = Duration::ZERO;
    sim.run(secs(600), &mut |request| {
        if request.at < down_until {
            return (Duration::ZERO, REFUSED);
        }
        if request.wait > Some(secs(1)) {
            down_until = request.at + secs(10);
            return (secs(5), Reply::Fail(FailureKind::Closed));
        }
        quiet(request, Reply::ok(10, "a"))
    });
    assert_eq!(sim.events(), ["a"]);
}

#[test]
fn reset_state_shows_soon_after_the_agent_is_back() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(100), &mut |request| match request.at {
        at if at < secs(1) && request.index.is_none() => (Duration::ZERO, Reply::ok(99, "a")),
        at if at < secs(1) => (secs(10), Reply::Fail(FailureKind::Closed)),
        at if at < secs(30) => (Duration::ZERO, REFUSED),
        // No index is above the old one, so the server responds only at the end of the wait.
        _ => quiet(request, Reply::absent(3)),
    });
    assert_eq!(sim.emitted.last().unwrap().1, "(absent)");
    assert!(sim.emitted.last().unwrap().0 <= secs(30) + millis(1460), "{:?}", sim.emitted);
}

#[test]
fn time_at_the_server_is_part_of_the_backoff() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(30), &mut |_| (secs(4), Reply::status(500, None, "No cluster leader")));
    assert!(sim.sent[2..].windows(2).all(|pair| pair[1].at - pair[0].at == secs(4)), "{:?}", sim.sent);
}

#[test]
fn outage_between_permanent_failures_is_reported_once_it_lasts() {
    let mut sim = Sim::new(Settings::default());
    let denied = || Reply::status(403, None, "Permission denied");
    sim.run(secs(400), &mut |request| match request.at {
        at if at < secs(1) && request.index.is_none() => (Duration::ZERO, Reply::ok(10, "a")),
        at if at < secs(50) => (Duration::ZERO, denied()),
        at if at < secs(200) => (Duration::ZERO, REFUSED),
        at if at < secs(300) => (Duration::ZERO, denied()),
        _ => quiet(request, Reply::ok(10, "a")),
    });
    let kinds: Vec<_> = sim.events().iter().map(|event| event.split(',').next().unwrap()).collect();
    assert_eq!(kinds, ["a", "(PermissionDenied", "(Connect", "(PermissionDenied", "(recovered)"]);
    let first_refused = sim.sent.iter().find(|request| request.at >= secs(50)).unwrap().at;
    assert_eq!(sim.emitted[2].0, first_refused + secs(10));
}
