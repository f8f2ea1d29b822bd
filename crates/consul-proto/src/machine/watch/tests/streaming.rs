//! Responses that may not show the present state: the streaming backend, stale reads.

use super::*;
use crate::Cached;

#[test]
fn streaming_backend_without_data_is_rechecked_and_the_cause_reported() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(200), &mut |request| match request.index {
        None if request.at < secs(1) => (Duration::ZERO, Reply::ok(32, "web")),
        None => (millis(3), Reply::status(403, None, "rpc error making call: ACL not found")),
        Some(_) => quiet(request, Reply::ok(1, "").streaming()),
    });
    assert_eq!(sim.events(), ["web", "(UnknownToken, confirmed Some(55))"]);
    assert_eq!(sim.emitted[1].0, secs(55) + millis(3), "told as soon as the servers have said it");
    assert!(sim.indexes()[2..].iter().all(Option::is_none));
    assert!(sim.sent[2..].windows(2).all(|pair| pair[1].at - pair[0].at >= secs(30)));
}

#[test]
fn silent_servers_behind_the_streaming_backend_are_reported() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(120), &mut |request| match request.index {
        None if request.at < secs(1) => (Duration::ZERO, Reply::ok(32, "web")),
        None => (Duration::ZERO, Reply::Never),
        Some(_) => quiet(request, Reply::ok(1, "").streaming()),
    });
    assert_eq!(sim.events(), ["web", "(Timeout, confirmed Some(60))"]);
}

#[test]
fn emptiness_is_trusted_once_the_servers_confirm_it() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(200), &mut |request| match request.index {
        None if request.at < secs(1) => (Duration::ZERO, Reply::ok(32, "web")),
        None => (Duration::ZERO, Reply::ok(40, "")),
        Some(32) => quiet(request, Reply::ok(1, "").streaming()),
        Some(_) => quiet(request, Reply::ok(40, "").streaming()),
    });
    assert_eq!(sim.events(), ["web", ""]);
    assert_eq!(sim.indexes()[..4], [None, Some(32), None, Some(40)]);
}

#[test]
fn lagging_streaming_backend_is_not_trusted() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(100), &mut |request| match request.index {
        None => (Duration::ZERO, Reply::ok(32, "new")),
        Some(_) => quiet(request, Reply::ok(31, "old").streaming()),
    });
    assert_eq!((sim.events(), &sim.indexes()[..4]), (vec!["new"], &[None, Some(32), None, Some(32)][..]));
}

#[test]
fn restored_snapshot_shows_at_the_end_of_the_wait() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(100), &mut |request| match request.index {
        None if request.at < secs(1) => (Duration::ZERO, Reply::ok(82, "new")),
        None => (millis(1), Reply::ok(76, "restored")),
        Some(_) => quiet(request, Reply::ok(76, "restored").streaming()),
    });
    assert_eq!(sim.emitted[1], (secs(55) + millis(1), "restored".to_owned()));
    assert_eq!(sim.indexes()[..4], [None, Some(82), None, Some(76)]);
}

#[test]
fn silent_streaming_backend_is_reverified() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(1000), &mut |request| match request.index {
        None if request.at < secs(400) => (Duration::ZERO, Reply::ok(32, "web")),
        None => (Duration::ZERO, Reply::status(403, None, "ACL not found")),
        Some(_) => quiet(request, Reply::ok(32, "web").streaming()),
    });
    let fresh: Vec<_> =
        sim.sent.iter().filter(|request| request.index.is_none()).map(|request| request.at).collect();
    assert_eq!(fresh[..3], [Duration::ZERO, secs(300), secs(600)]);
    assert_eq!(sim.emitted[1], (secs(600), "(UnknownToken, confirmed Some(0))".to_owned()));
}

#[test]
fn changing_streaming_backend_is_not_reverified() {
    let mut sim = Sim::new(Settings::default());
    let mut index = 32;
    sim.run(secs(3600), &mut |request| {
        index += u64::from(request.index.is_some());
        let reply = Reply::ok(index, format!("{index}"));
        if request.index.is_some() { (secs(50), reply.streaming()) } else { (Duration::ZERO, reply) }
    });
    assert_eq!(sim.sent.iter().filter(|request| request.index.is_none()).count(), 1);
}

#[test]
fn responses_of_servers_are_not_reverified() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(3600), &mut |request| {
        quiet(request, Reply::ok(10, "a").with("x-consul-query-backend", "blocking-query"))
    });
    assert_eq!(sim.sent.iter().filter(|request| request.index.is_none()).count(), 1);
}

#[test]
fn reverify_interval_has_a_minimum() {
    let settings = Settings { reverify_interval: Duration::ZERO, ..Settings::default() };
    let mut sim = Sim::new(settings);
    sim.run(secs(60), &mut |request| quiet(request, Reply::ok(10, "a").streaming()));
    assert!(sim.sent.len() <= 80, "{}", sim.sent.len());
}

#[test]
fn first_response_of_the_agent_cache_is_not_trusted_without_data() {
    let options = Options { cached: Some(Cached::new()), ..Options::default() };
    let mut sim = Sim::with(options, Settings::default(), 1);
    sim.run(secs(60), &mut |request| match (request.query.contains("cached"), request.index) {
        (true, None) => (Duration::ZERO, Reply::ok(1, "").streaming()),
        (false, None) => (Duration::ZERO, Reply::ok(32, "web")),
        _ => quiet(request, Reply::ok(32, "web").streaming()),
    });
    assert_eq!(sim.events(), ["web"]);
    let queries: Vec<_> = sim.sent.iter().map(|request| request.query.as_str()).collect();
    assert_eq!(queries[..3], ["raw&cached", "raw", "raw&cached&index=32&wait=55000ms"]);
}

#[test]
fn change_of_backend_is_no_change_of_value() {
    let mut sim = Sim::new(Settings::default());
    let mut count = 0;
    sim.run(secs(600), &mut |request| {
        count += 1;
        let backend = if count % 2 == 0 { "streaming" } else { "blocking-query" };
        quiet(request, Reply::ok(10, "a").with("x-consul-query-backend", backend))
    });
    assert_eq!(sim.events(), ["a"]);
}

#[test]
fn new_leader_that_has_not_applied_its_log_is_not_trusted() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(100), &mut |request| {
        let is_consistent = request.query.contains("consistent");
        match request.at {
            at if at < secs(1) && request.index.is_none() => (Duration::ZERO, Reply::ok(90, "new")),
            // The leader is lost, and the next one has not applied the last writes yet.
            at if at < secs(1) => (secs(5), Reply::status(500, None, "rpc error making call: EOF")),
            at if at < secs(8) && is_consistent => {
                (millis(1), Reply::status(500, None, "Not ready to serve consistent reads"))
            }
            at if at < secs(8) => (millis(1), Reply::absent(40)),
            _ => quiet(request, Reply::ok(90, "new")),
        }
    });
    assert_eq!(sim.events(), ["new"]);
    assert!(sim.sent.iter().any(|request| request.query.contains("consistent") && request.index.is_none()));
    assert!(!sim.sent.last().unwrap().query.contains("consistent"), "{:?}", sim.sent.last());
}

#[test]
fn stale_reads_may_go_back() {
    let mut sim = Sim::with(stale(), Settings::default(), 1);
    let mut replies = [Reply::ok(90, "new"), Reply::ok(40, "old"), Reply::ok(90, "new")].into_iter();
    sim.run(secs(10), &mut |request| match replies.next() {
        Some(reply) => (millis(1), reply),
        None => quiet(request, Reply::ok(90, "new")),
    });
    assert_eq!(sim.events(), ["new", "old", "new"]);
    assert!(sim.sent.iter().all(|request| !request.query.contains("consistent")));
}

#[test]
fn too_stale_response_is_replaced_by_one_of_the_leader() {
    let settings = Settings { max_staleness: Some(secs(5)), ..Settings::default() };
    let mut sim = Sim::with(stale(), settings, 1);
    sim.run(secs(100), &mut |request| match (request.query.contains("stale"), request.at) {
        (true, at) if at < secs(1) => (Duration::ZERO, Reply::ok(10, "a").with("x-consul-lastcontact", 5000)),
        (true, at) if at < secs(50) => (secs(20), Reply::ok(10, "old").with("x-consul-lastcontact", 5001)),
        (true, _) => quiet(request, Reply::ok(12, "b").with("x-consul-lastcontact", 20)),
        (false, _) => (Duration::ZERO, Reply::ok(12, "b").with("x-consul-lastcontact", 0)),
    });
    assert_eq!(sim.events(), ["a", "b"]);
    let queries: Vec<_> = sim.sent.iter().map(|request| request.query.as_str()).collect();
    assert_eq!(queries[..2], ["raw&stale", "raw&stale&index=10&wait=55000ms"]);
    assert!(
        queries.contains(&"raw&leader") && queries.last().unwrap().starts_with("raw&stale&index=12"),
        "{queries:?}"
    );
}

#[test]
fn emptied_streaming_backend_is_rechecked_and_a_lost_permission_keeps_the_value() {
    for is_denied in [true, false] {
        let mut sim = Sim::new(Settings::default());
        sim.run(secs(200), &mut |request| match request.index {
            None if request.at < secs(1) => (Duration::ZERO, Reply::ok(32, "[1]")),
            None if is_denied => {
                (Duration::ZERO, Reply::ok(40, "[]").with("x-consul-results-filtered-by-acls", true))
            }
            None => (Duration::ZERO, Reply::ok(40, "[]")),
            Some(32) => (secs(5), Reply::ok(33, "[]").streaming()),
            Some(_) => quiet(request, Reply::ok(40, "[]").streaming()),
        });
        let expected = if is_denied { "(PermissionDenied, confirmed Some(5))" } else { "[]" };
        assert_eq!(sim.events(), ["[1]", expected]);
        assert_eq!(sim.indexes()[..3], [None, Some(32), None]);
        let rechecks = sim.indexes().iter().filter(|index| index.is_none()).count();
        assert!(is_denied || rechecks == 2, "an empty state that was confirmed is not checked again");
    }
}

#[test]
fn empty_filtered_response_keeps_the_value_and_is_a_lost_permission() {
    let mut sim = Sim::new(Settings::default());
    let filtered = |reply: Reply| reply.with("x-consul-results-filtered-by-acls", true);
    sim.run(secs(200), &mut |request| match request.at {
        at if at < secs(10) && request.index.is_none() => (Duration::ZERO, filtered(Reply::ok(10, "[1]"))),
        at if at < secs(10) => (secs(20), filtered(Reply::absent(12))),
        at if at < secs(100) => (Duration::ZERO, filtered(Reply::absent(12))),
        _ => quiet(request, filtered(Reply::ok(12, "[1]"))),
    });
    assert_eq!(sim.events(), ["[1]", "(PermissionDenied, confirmed Some(20))", "(recovered)"]);
}

#[test]
fn first_empty_filtered_response_is_not_a_value() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(100), &mut |_| {
        (Duration::ZERO, Reply::ok(10, "[]").with("x-consul-results-filtered-by-acls", true))
    });
    assert_eq!(sim.events(), ["(PermissionDenied, confirmed None)"]);
    assert!(sim.sent.len() <= 4, "{}", sim.sent.len());
}
