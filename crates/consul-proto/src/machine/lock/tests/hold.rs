//! Holding, and losing.

use super::*;
use crate::machine::lock::FLAGS;

#[test]
fn l8_renewal_that_hangs_is_repeated_in_time() {
    let (mut world, lease) = World::holding(settings(|_| {}));
    let first = millis(4500);
    world.server.reply("PUT /v1/session/renew", Reply::Lost);
    world.run(first + millis(100) - secs(1));
    let times = world.times("PUT /v1/session/renew");
    assert_eq!(times.len(), 1);
    world.server.reply("PUT /v1/session/renew", Reply::Normal);
    world.run(secs(4));
    let times = world.times("PUT /v1/session/renew");
    assert!(times[1] - times[0] <= secs(15) / 4, "{times:?}");
    world.run(secs(60));
    assert!(lease.is_valid(world.now) && world.losses().is_empty());
}

#[test]
fn l10_renewal_that_is_a_404_is_confirmed_by_a_read_of_the_key() {
    // The key is ours: a server that was restarted does not know the session for a while.
    let (mut world, lease) = World::holding(settings(|_| {}));
    world.server.reply("PUT /v1/session/renew", Reply::Error(404, "Session id 'x' not found"));
    world.run(secs(6));
    world.server.reply("PUT /v1/session/renew", Reply::Normal);
    world.run(secs(60));
    assert!(lease.is_valid(world.now) && world.losses().is_empty(), "{:?}", world.losses());

    // The key is not ours.
    let (mut world, lease) = World::holding(settings(|_| {}));
    world.server.reply("GET /v1/kv/service/leader?consistent&index", Reply::Lost);
    world.server.end_sessions(world.now);
    world.run(secs(30));
    let [(at, LossReason::SessionGone)] = world.losses()[..] else { panic!("{:?}", world.losses()) };
    assert!(at <= secs(5) && lease.ends_at().is_none(), "{at:?}");
    world.end();

    // The key cannot be read within a second.
    let (mut world, _) = World::holding(settings(|_| {}));
    world.server.reply("GET", Reply::Lost);
    world.server.reply("PUT /v1/session/renew", Reply::Error(404, "Session id 'x' not found"));
    world.run(secs(30));
    let [(at, LossReason::SessionGone)] = world.losses()[..] else { panic!("{:?}", world.losses()) };
    let renewed_at = world.times("PUT /v1/session/renew")[0];
    assert!(at - renewed_at <= millis(1010), "{:?}", at - renewed_at);
    world.end();
}

/// A watch that fails while renewals succeed: the hold ends when its last confirmation is too old.
#[test]
fn l13_hold_that_is_not_confirmed_ends_and_the_session_is_destroyed() {
    let (mut world, lease) = World::holding(settings(|_| {}));
    world.server.reply("GET", Reply::Error(500, "No cluster leader"));
    world.run(secs(10));
    assert!(lease.is_valid(world.now));
    world.run(secs(10));
    let [(at, LossReason::Expired)] = world.losses()[..] else { panic!("{:?}", world.losses()) };
    assert!((secs(13)..secs(15)).contains(&at), "{at:?}");
    assert!(world.times("GET /v1/kv").len() < 40);
    world.end();
    assert_eq!(world.times("PUT /v1/session/destroy").len(), 1);
}

#[test]
fn l16_hold_survives_a_plain_write_of_a_third_party() {
    let (mut world, lease) = World::holding(settings(|_| {}));
    let session = world.server.key.as_ref().unwrap().session.clone();
    world.server.write("by a third party", 0, session);
    world.run(secs(60));
    assert!(lease.is_valid(world.now) && world.losses().is_empty());
}

#[test]
fn l17_key_that_a_third_party_takes_is_lost_immediately() {
    let (mut world, lease) = World::holding(settings(|_| {}));
    world.server.write("by a third party", FLAGS, None);
    world.run(secs(30));
    let [(at, LossReason::KeyLost)] = world.losses()[..] else { panic!("{:?}", world.losses()) };
    assert!(at <= millis(1100) && !lease.is_valid(world.now), "{at:?}");
    world.end();
}

#[test]
fn l36_renewals_follow_the_lease_and_not_the_ttl() {
    let long = |lock_delay| {
        settings(move |settings| {
            settings.session.ttl = secs(60);
            settings.session.lock_delay = lock_delay;
        })
    };
    for lock_delay in [secs(15), Duration::ZERO] {
        let (mut world, lease) = World::holding(long(lock_delay));
        world.run(secs(600));
        assert!(lease.is_valid(world.now) && world.losses().is_empty(), "{lock_delay:?}");
    }
}

/// The user has seen that the lease is over, and a renewal arrives that was sent in time.
#[test]
fn renewal_after_the_user_saw_the_end_does_not_revive_the_hold() {
    let (mut world, lease) = World::holding(settings(|_| {}));
    world.server.reply("PUT /v1/session/renew", Reply::Slow(secs(3)));
    world.run(millis(3600));
    let in_flight = world.in_flight.iter().find(|sent| sent.request.uri().path().contains("renew"));
    assert!(in_flight.is_some());
    // The driver has read its clock, and is preempted.
    let before = world.now;
    let end = lease.ends_at().unwrap();
    assert!(!lease.is_valid(end), "a thread of the user is first");
    world.now = before;
    world.run(secs(3));
    assert!(!lease.is_valid(before) && lease.ends_at().is_none());
    assert_eq!(world.losses().len(), 1);
    world.end();
}

/// The process sleeps for 40 seconds, and its driver has read the clock before.
#[test]
fn loss_after_a_suspend_is_reported_once_and_the_session_destroyed_with_whole_attempts() {
    let (mut world, lease) = World::holding(settings(|_| {}));
    world.run(secs(3));
    let before = world.now;
    let woken = before + secs(40);
    assert!(!lease.is_valid(woken), "the first look after the suspend");
    // An input of the time before.
    world.server.end_sessions(woken);
    world.server.reply("PUT /v1/session/destroy", Reply::Lost);
    let grant = Input::Granted { slot: Slot::Lease, longest: Duration::MAX };
    world.lock.handle(before, grant);
    world.now = woken;
    world.run(secs(9));
    assert_eq!(world.losses().len(), 1);
    let destroys = world.times("PUT /v1/session/destroy");
    assert!(destroys.len() >= 2 && !world.is_done, "{destroys:?}");
    world.server.reply("PUT /v1/session/destroy", Reply::Normal);
    world.end();
}

/// A server acknowledges a renewal after more than two TTLs without one: no hold rests on it.
#[test]
fn renewal_that_succeeds_after_the_lease_has_ended_is_of_no_use() {
    let (mut world, lease) = World::holding(settings(|settings| settings.session.ttl = secs(10)));
    world.server.reply("PUT /v1/session/renew", Reply::Lost);
    world.server.reply("PUT /v1/session/destroy", Reply::Lost);
    world.run(secs(20));
    let [(at, LossReason::Expired)] = world.losses()[..] else { panic!("{:?}", world.losses()) };
    assert!(at <= secs(9) + millis(10), "{at:?}");
    world.server.reply("PUT /v1/session/renew", Reply::Normal);
    world.server.reply("PUT /v1/session/destroy", Reply::Normal);
    world.end();
    assert!(lease.ends_at().is_none() && world.losses().len() == 1);
}

/// The agent leaves while its client is cut off: the session is gone, and the next holder can start a lock-delay later.
#[test]
fn l35_hold_ends_before_the_lock_delay_if_the_client_is_cut_off() {
    let short = settings(|settings| {
        settings.session.ttl = secs(60);
        settings.session.lock_delay = secs(5);
    });
    let (mut world, _) = World::holding(short);
    world.run(secs(20));
    let cut_off = world.now.since_origin();
    for requests in ["GET", "PUT"] {
        world.server.reply(requests, Reply::Lost);
    }
    world.run(secs(10));
    let [(at, LossReason::Expired)] = world.losses()[..] else { panic!("{:?}", world.losses()) };
    assert!(at < cut_off + secs(5), "{at:?}, cut off at {cut_off:?}");
}

/// A frozen leader wakes and acknowledges renewals of a session that a new leader has ended, and nothing else arrives.
#[test]
fn hold_ends_by_its_confirmation_if_only_renewals_succeed() {
    let (mut world, lease) = World::holding(settings(|_| {}));
    world.run(secs(9));
    world.server.reply("GET", Reply::Lost);
    world.run(secs(30));
    assert!(world.times("PUT /v1/session/renew").len() >= 4, "renewals succeed all the time");
    let [(at, LossReason::Expired)] = world.losses()[..] else { panic!("{:?}", world.losses()) };
    assert!(at <= secs(10 + 15) && !lease.is_valid(world.now), "{at:?}");
}

/// Over HTTP/1.1 only some holders can have a request that waits at the server.
#[test]
fn holder_without_a_slot_for_a_watch_reads_its_key_now_and_then() {
    let mut world = World::new(settings(|_| {}));
    world.longest = Duration::ZERO;
    world.run(secs(60));
    // The last event is the hold: no loss.
    assert!(matches!(world.events.last(), Some((_, Event::Held(_)))));
    let reads = world.times("GET /v1/kv").len();
    assert!((12..=16).contains(&reads), "{reads} reads");
    assert_eq!(world.times("GET /v1/kv/service/leader?consistent&index").len(), 0);
    world.server.write("by a third party", FLAGS, None);
    world.run(secs(6));
    assert_eq!(world.losses().len(), 1);
    world.end();
}
