//! Answers that may not be what the servers say: the agent's streaming views, stale reads.

use super::*;
use crate::Cached;

#[test]
fn a_view_without_data_is_not_emptiness_and_the_cause_is_told() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(200), &mut |asked| match asked.index {
        None if asked.at < secs(1) => (Duration::ZERO, Reply::ok(32, "web")),
        None => (millis(3), Reply::status(403, None, "rpc error making call: ACL not found")),
        Some(_) => quiet(asked, Reply::ok(1, "").streaming()),
    });
    assert_eq!(sim.events(), ["web", "(UnknownToken, unconfirmed Some(55))"]);
    assert_eq!(sim.told[1].0, secs(55) + millis(3), "told as soon as the servers have said it");
    assert!(sim.indexes()[2..].iter().all(Option::is_none));
    assert!(sim.asked[2..].windows(2).all(|pair| pair[1].at - pair[0].at >= secs(30)));
}

#[test]
fn servers_that_do_not_answer_behind_a_view_are_told_too() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(120), &mut |asked| match asked.index {
        None if asked.at < secs(1) => (Duration::ZERO, Reply::ok(32, "web")),
        None => (Duration::ZERO, Reply::Never),
        Some(_) => quiet(asked, Reply::ok(1, "").streaming()),
    });
    assert_eq!(sim.events(), ["web", "(Timeout, unconfirmed Some(60))"]);
}

#[test]
fn emptiness_is_believed_when_the_servers_say_it() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(200), &mut |asked| match asked.index {
        None if asked.at < secs(1) => (Duration::ZERO, Reply::ok(32, "web")),
        None => (Duration::ZERO, Reply::ok(40, "")),
        Some(32) => quiet(asked, Reply::ok(1, "").streaming()),
        Some(_) => quiet(asked, Reply::ok(40, "").streaming()),
    });
    assert_eq!(sim.events(), ["web", ""]);
    assert_eq!(sim.indexes()[..4], [None, Some(32), None, Some(40)]);
}

#[test]
fn a_view_that_lags_behind_is_not_believed() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(100), &mut |asked| match asked.index {
        None => (Duration::ZERO, Reply::ok(32, "new")),
        Some(_) => quiet(asked, Reply::ok(31, "old").streaming()),
    });
    assert_eq!((sim.events(), &sim.indexes()[..4]), (vec!["new"], &[None, Some(32), None, Some(32)][..]));
}

#[test]
fn a_restored_snapshot_shows_when_the_wait_is_over() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(100), &mut |asked| match asked.index {
        None if asked.at < secs(1) => (Duration::ZERO, Reply::ok(82, "new")),
        None => (millis(1), Reply::ok(76, "restored")),
        Some(_) => quiet(asked, Reply::ok(76, "restored").streaming()),
    });
    assert_eq!(sim.told[1], (secs(55) + millis(1), "restored".to_owned()));
    assert_eq!(sim.indexes()[..4], [None, Some(82), None, Some(76)]);
}

#[test]
fn a_view_that_never_changes_is_not_believed_for_ever() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(1000), &mut |asked| match asked.index {
        None if asked.at < secs(400) => (Duration::ZERO, Reply::ok(32, "web")),
        None => (Duration::ZERO, Reply::status(403, None, "ACL not found")),
        Some(_) => quiet(asked, Reply::ok(32, "web").streaming()),
    });
    let fresh: Vec<_> =
        sim.asked.iter().filter(|asked| asked.index.is_none()).map(|asked| asked.at).collect();
    assert_eq!(fresh[..3], [Duration::ZERO, secs(300), secs(600)]);
    assert_eq!(sim.told[1], (secs(600), "(UnknownToken, unconfirmed Some(0))".to_owned()));
}

#[test]
fn a_view_that_changes_is_believed() {
    let mut sim = Sim::new(Settings::default());
    let mut index = 32;
    sim.run(secs(3600), &mut |asked| {
        index += u64::from(asked.index.is_some());
        let reply = Reply::ok(index, format!("{index}"));
        if asked.index.is_some() { (secs(50), reply.streaming()) } else { (Duration::ZERO, reply) }
    });
    assert_eq!(sim.asked.iter().filter(|asked| asked.index.is_none()).count(), 1);
}

#[test]
fn answers_of_servers_need_no_confirmation() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(3600), &mut |asked| {
        quiet(asked, Reply::ok(10, "a").with("x-consul-query-backend", "blocking-query"))
    });
    assert_eq!(sim.asked.iter().filter(|asked| asked.index.is_none()).count(), 1);
}

#[test]
fn a_confirmation_is_longer_due_than_a_wait_whatever_is_set() {
    let settings = Settings { confirm: Duration::ZERO, ..Settings::default() };
    let mut sim = Sim::new(settings);
    sim.run(secs(60), &mut |asked| quiet(asked, Reply::ok(10, "a").streaming()));
    assert!(sim.asked.len() <= 80, "{}", sim.asked.len());
}

#[test]
fn the_first_answer_of_a_cache_is_not_believed_without_data() {
    let options = Options { cached: Some(Cached::new()), ..Options::default() };
    let mut sim = Sim::with(options, Settings::default(), 1);
    sim.run(secs(60), &mut |asked| match (asked.query.contains("cached"), asked.index) {
        (true, None) => (Duration::ZERO, Reply::ok(1, "").streaming()),
        (false, None) => (Duration::ZERO, Reply::ok(32, "web")),
        _ => quiet(asked, Reply::ok(32, "web").streaming()),
    });
    assert_eq!(sim.events(), ["web"]);
    let queries: Vec<_> = sim.asked.iter().map(|asked| asked.query.as_str()).collect();
    assert_eq!(queries[..3], ["raw&cached", "raw", "raw&cached&index=32&wait=55000ms"]);
}

#[test]
fn a_change_of_backend_is_no_change_of_state() {
    let mut sim = Sim::new(Settings::default());
    let mut count = 0;
    sim.run(secs(600), &mut |asked| {
        count += 1;
        let backend = if count % 2 == 0 { "streaming" } else { "blocking-query" };
        quiet(asked, Reply::ok(10, "a").with("x-consul-query-backend", backend))
    });
    assert_eq!(sim.events(), ["a"]);
}

#[test]
fn a_leader_that_has_not_read_its_log_yet_is_not_believed() {
    let mut sim = Sim::new(Settings::default());
    sim.run(secs(100), &mut |asked| {
        let is_consistent = asked.query.contains("consistent");
        match asked.at {
            at if at < secs(1) && asked.index.is_none() => (Duration::ZERO, Reply::ok(90, "new")),
            // The leader is lost, and the next one does not know yet what was stored last.
            at if at < secs(1) => (secs(5), Reply::status(500, None, "rpc error making call: EOF")),
            at if at < secs(8) && is_consistent => {
                (millis(1), Reply::status(500, None, "Not ready to serve consistent reads"))
            }
            at if at < secs(8) => (millis(1), Reply::absent(40)),
            _ => quiet(asked, Reply::ok(90, "new")),
        }
    });
    assert_eq!(sim.events(), ["new"]);
    assert!(sim.asked.iter().any(|asked| asked.query.contains("consistent") && asked.index.is_none()));
    assert!(!sim.asked.last().unwrap().query.contains("consistent"), "{:?}", sim.asked.last());
}

#[test]
fn whoever_reads_stale_is_told_what_the_server_has() {
    let mut sim = Sim::with(stale(), Settings::default(), 1);
    let mut replies = [Reply::ok(90, "new"), Reply::ok(40, "old"), Reply::ok(90, "new")].into_iter();
    sim.run(secs(10), &mut |asked| match replies.next() {
        Some(reply) => (millis(1), reply),
        None => quiet(asked, Reply::ok(90, "new")),
    });
    assert_eq!(sim.events(), ["new", "old", "new"]);
    assert!(sim.asked.iter().all(|asked| !asked.query.contains("consistent")));
}

#[test]
fn a_stale_answer_that_is_too_old_is_replaced_by_the_leaders() {
    let settings = Settings { staleness: Some(secs(5)), ..Settings::default() };
    let mut sim = Sim::with(stale(), settings, 1);
    sim.run(secs(100), &mut |asked| match (asked.query.contains("stale"), asked.at) {
        (true, at) if at < secs(1) => (Duration::ZERO, Reply::ok(10, "a").with("x-consul-lastcontact", 5000)),
        (true, at) if at < secs(50) => (secs(20), Reply::ok(10, "old").with("x-consul-lastcontact", 5001)),
        (true, _) => quiet(asked, Reply::ok(12, "b").with("x-consul-lastcontact", 20)),
        (false, _) => (Duration::ZERO, Reply::ok(12, "b").with("x-consul-lastcontact", 0)),
    });
    assert_eq!(sim.events(), ["a", "b"]);
    let queries: Vec<_> = sim.asked.iter().map(|asked| asked.query.as_str()).collect();
    assert_eq!(queries[..2], ["raw&stale", "raw&stale&index=10&wait=55000ms"]);
    assert!(
        queries.contains(&"raw&leader") && queries.last().unwrap().starts_with("raw&stale&index=12"),
        "{queries:?}"
    );
}
