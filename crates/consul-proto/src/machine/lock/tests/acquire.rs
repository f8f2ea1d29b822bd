//! Waiting and acquiring.

use super::*;
use crate::machine::lock::{Conflict, FLAGS};

/// A session of somebody else.
fn theirs(number: u64) -> Option<String> {
    Some(format!("ffffffff-0000-0000-0000-{number:012x}"))
}

#[test]
fn free_key_is_acquired_by_a_transaction_that_names_its_state() {
    let (world, _) = World::holding(settings(|_| {}));
    let held = world.held().unwrap();
    let key = world.server.key.clone().unwrap();
    assert_eq!((held.token, key.value.as_str(), key.flags), (key.index, "ours", FLAGS));
    assert_eq!(key.session.as_deref(), Some(held.session.as_str()));
    let requests: Vec<_> = world.sent.iter().map(|(_, sent)| sent.as_str()).collect();
    assert_eq!(
        requests[..3],
        ["PUT /v1/session/create", "GET /v1/kv/service/leader?consistent", "PUT /v1/txn"]
    );
}

#[test]
fn l38_waiter_reports_session_name_and_node_of_the_holder() {
    let mut world = World::new(settings(|_| {}));
    world.server.write("theirs", FLAGS, theirs(1));
    world.run(secs(3));
    let Some((_, Event::Waiting(waiting))) = world.events.last() else { panic!("{:?}", world.events) };
    let [holder] = &waiting.holders[..] else { panic!("{waiting:?}") };
    assert_eq!(Some(holder.session.as_str()), theirs(1).as_deref());
    assert_eq!((holder.name.as_deref(), holder.node.as_ref().unwrap().as_str()), (Some("theirs"), "node-b"));
}

#[test]
fn l41_waiter_that_is_woken_often_waits_until_its_deadline() {
    let mut world = World::new(settings(|settings| settings.max_wait = Some(secs(1200))));
    world.server.write("theirs", FLAGS, theirs(0));
    for number in 1..=200 {
        let at = Instant::ORIGIN + millis(1500 * number);
        world.server.changes.push((at, None));
        world.server.changes.push((at + Duration::from_nanos(1), theirs(number)));
    }
    world.run(secs(1300));
    let (at, event) = world.events.last().unwrap();
    assert!(matches!(event, Event::NotAcquired(waiting) if waiting.holders.len() == 1), "{event:?}");
    assert!(at.abs_diff(secs(1200)) <= secs(1), "{at:?}");
    world.end();
}

#[test]
fn l41_deadline_of_zero_is_one_try() {
    let mut world = World::new(settings(|settings| settings.max_wait = Some(Duration::ZERO)));
    world.server.write("theirs", FLAGS, theirs(1));
    world.run(secs(1));
    let Some((at, Event::NotAcquired(waiting))) = world.events.last() else { panic!("{:?}", world.events) };
    assert!(*at < millis(10) && waiting.holders.len() == 1, "{at:?} {waiting:?}");
    assert!(world.is_done && world.times("GET /v1/kv").len() == 1);
    world.end();

    let mut world = World::new(settings(|settings| settings.max_wait = Some(Duration::ZERO)));
    world.run(secs(1));
    assert!(world.held().is_some(), "a free key is acquired");
}

#[test]
fn one_try_without_servers_reports_the_error() {
    let mut world = World::new(settings(|settings| settings.max_wait = Some(Duration::ZERO)));
    world.server.reply("GET /v1/kv", Reply::Error(500, "No cluster leader"));
    world.run(secs(1));
    assert!(matches!(world.events.last(), Some((_, Event::Failed(_)))), "{:?}", world.events);
    world.end();
}

#[test]
fn missing_permission_ends_the_wait() {
    let mut world = World::new(settings(|_| {}));
    world.server.reply("GET /v1/kv", Reply::Error(403, "Permission denied"));
    world.run(secs(1));
    assert!(matches!(world.events.last(), Some((_, Event::Failed(_)))), "{:?}", world.events);
    world.end();
}

#[test]
fn l19_waiter_survives_an_outage_with_few_requests() {
    let mut world = World::new(settings(|_| {}));
    world.server.write("theirs", FLAGS, theirs(1));
    world.run(secs(2));
    world.server.reply("GET", Reply::Error(500, "No cluster leader"));
    world.server.reply("PUT", Reply::Error(500, "No cluster leader"));
    world.run(secs(8));
    let times = world.times("");
    for at in &times {
        let within = times.iter().filter(|other| *other >= at && **other < *at + secs(1)).count();
        assert!(within <= 10, "{within} requests in one second");
    }
    assert!(world.events.iter().any(|(_, event)| matches!(event, Event::Waiting(w) if w.error.is_some())));
    world.server.reply("GET", Reply::Normal);
    world.server.reply("PUT", Reply::Normal);
    world.server.write("theirs", FLAGS, None);
    world.run(secs(4));
    assert!(world.held().is_some(), "{:?}", world.events);
}

#[test]
fn l20_lock_delay_is_waited_out_with_few_requests() {
    let mut world = World::new(settings(|settings| settings.session.lock_delay = secs(5)));
    world.server.write("theirs", FLAGS, theirs(1));
    world.run(secs(1));
    world.server.end_sessions_of_others(world.now + secs(5));
    world.run(secs(10));
    let (at, _) = world.events.iter().find(|(_, event)| matches!(event, Event::Held(_))).unwrap();
    assert!((secs(6)..secs(7)).contains(at), "{at:?}");
    assert!(world.times("PUT /v1/txn").len() <= 15);
}

#[test]
fn l22_acquisition_without_a_response_is_settled_by_a_read() {
    let mut world = World::new(settings(|_| {}));
    world.server.reply("PUT /v1/txn", Reply::Unanswered);
    world.run(secs(5));
    assert!(world.held().is_none());
    world.run(secs(3));
    let held = world.held().expect("the read shows that it was carried out");
    assert_eq!(world.server.key.as_ref().unwrap().index, held.token);
}

#[test]
fn l25_key_with_foreign_flags_is_a_conflict_and_not_touched() {
    let mut world = World::new(settings(|_| {}));
    world.server.write("something else", 42, None);
    let before = world.server.key.clone();
    world.run(secs(1));
    let last = world.events.last();
    assert!(matches!(last, Some((_, Event::Conflict(Conflict::ForeignFlags(42))))), "{last:?}");
    world.end();
    assert_eq!(world.server.key, before);
}

#[test]
fn l14_session_of_a_waiter_that_is_gone_is_replaced() {
    let mut world = World::new(settings(|_| {}));
    world.server.write("theirs", FLAGS, theirs(1));
    world.run(secs(2));
    let first = world.server.sessions().first().map(|id| (*id).to_owned());
    world.server.forget_sessions();
    world.run(secs(10));
    let second = world.server.sessions().first().map(|id| (*id).to_owned());
    assert!(second.is_some() && first != second);
}

/// An acquisition that is dropped in flight is released, so that nobody waits for the lock-delay.
#[test]
fn acquisition_that_is_dropped_in_flight_is_released_and_then_destroyed() {
    let mut world = World::new(settings(|_| {}));
    world.server.reply("PUT /v1/txn", Reply::Slow(millis(500)));
    world.run(millis(100));
    assert!(world.server.key.as_ref().unwrap().session.is_some() && world.held().is_none());
    world.server.reply("PUT /v1/txn", Reply::Normal);
    world.stop();
    world.end();
    assert_eq!(world.server.key.as_ref().unwrap().session, None);
    assert_eq!(world.server.delayed_until, None, "the session was destroyed after the release");
    assert!(world.release().is_none(), "nothing was held");
}

/// An acquisition without a response can still arrive at the leader, whatever happens to the next one.
#[test]
fn stop_settles_an_acquisition_with_an_unknown_outcome_although_a_later_one_failed() {
    let mut world = World::new(settings(|_| {}));
    world.server.reply("PUT /v1/txn", Reply::Lost);
    world.run(secs(6));
    world.server.reply("PUT /v1/txn", Reply::Error(500, "No cluster leader"));
    world.run(secs(3));
    assert!(world.times("PUT /v1/txn").len() > 1);
    let reads = world.times("GET /v1/kv").len();
    world.stop();
    world.end();
    assert_eq!(world.times("GET /v1/kv").len(), reads + 1);
}

/// A response that is too old to begin a hold shows that the session holds.
#[test]
fn acquisition_with_a_late_response_is_released_if_the_stop_comes_before_the_read() {
    let mut world = World::new(settings(|_| {}));
    world.server.reply("PUT /v1/txn", Reply::Slow(millis(1500)));
    world.run(millis(1000));
    world.server.reply("GET /v1/kv", Reply::Slow(secs(2)));
    world.run(millis(1000));
    assert!(world.held().is_none() && world.server.key.as_ref().unwrap().session.is_some());
    world.server.reply("PUT /v1/txn", Reply::Normal);
    world.server.reply("GET /v1/kv", Reply::Normal);
    world.stop();
    world.end();
    assert_eq!(world.server.key.as_ref().unwrap().session, None);
    assert_eq!(world.server.delayed_until, None, "the session was destroyed after the release");
}

#[test]
fn session_that_is_created_after_the_stop_is_destroyed() {
    let mut world = World::new(settings(|_| {}));
    world.server.reply("PUT /v1/session/create", Reply::Slow(secs(4)));
    world.run(secs(1));
    world.stop();
    world.run(secs(2));
    assert!(!world.is_done);
    world.end();
    assert_eq!(world.times("PUT /v1/session/destroy").len(), 1);
}
