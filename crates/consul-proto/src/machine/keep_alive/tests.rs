//! A session on virtual time. Ids of fault cases are in the names.

mod sim;

use std::time::Duration;

use crate::machine::{FailureKind, Input, Machine, SessionSettings};
use sim::{Operation, Reply, Sim, at, good, good_with_ttl, millis, no_leader, secs, unknown_session};

#[test]
fn session_is_renewed_after_a_third_of_its_lease_and_destroyed_on_stop() {
    let mut sim = Sim::new(SessionSettings::default());
    sim.run(secs(60), |request| (millis(5), good(request)));
    assert_eq!(sim.events(), ["held"]);
    assert_eq!(&sim.times(Operation::Renew)[..2], [millis(4500), millis(9000)]);
    assert!(sim.is_valid());
    sim.stop();
    assert!(!sim.is_valid(), "ends with the decision, before the server knows it");
    sim.run(secs(70), |request| (millis(5), good(request)));
    assert_eq!(sim.events(), ["held", "stopped", "clean"]);
    assert_eq!((sim.times(Operation::Destroy).len(), sim.is_done), (1, true));
}

#[test]
fn lease_is_counted_from_the_sending_of_a_renewal() {
    let mut sim = Sim::new(SessionSettings::default());
    sim.run(secs(4), |request| (secs(2), good(request)));
    // Sent at 0, created at 2.
    assert_eq!(sim.lease.as_ref().unwrap().ends_at(), Some(at(millis(13_500))));
    sim.run(secs(8), |request| (secs(2), good(request)));
    assert_eq!(sim.lease.as_ref().unwrap().ends_at(), Some(at(millis(4_500 + 13_500))));
}

#[test]
fn l8_renewal_that_hangs_is_repeated_after_a_quarter_of_the_lease() {
    let mut sim = Sim::new(SessionSettings::default());
    let mut renewals = 0;
    sim.run(secs(60), |request| {
        renewals += u32::from(request.operation == Operation::Renew);
        let hangs = request.operation == Operation::Renew && renewals == 1;
        (millis(5), if hangs { Reply::Never } else { good(request) })
    });
    let first = sim.times(Operation::Renew)[..2].to_vec();
    assert_eq!(first, [millis(4_500), millis(4_500 + 3_375)], "a quarter of 13.5 s later, without a delay");
    assert!(first[1] - first[0] < secs(15) / 4);
    assert_eq!(sim.events(), ["held"]);
}

#[test]
fn failed_renewals_are_repeated_within_a_twelfth_of_the_lease() {
    let mut sim = Sim::new(SessionSettings::default());
    sim.run(secs(20), |request| match request.operation {
        Operation::Renew => (millis(5), no_leader()),
        _ => (millis(5), good(request)),
    });
    let renewals = sim.times(Operation::Renew);
    assert!(renewals.len() >= 8, "{renewals:?}");
    assert!(renewals.windows(2).all(|pair| pair[1] - pair[0] <= millis(1_125 + 5)), "{renewals:?}");
    assert_eq!(sim.events(), ["held", "lost: Expired", "clean"]);
    assert_eq!(sim.emitted[1].0, millis(13_500));
    assert!(renewals.iter().all(|&at| at < millis(13_500)), "{renewals:?}");
}

#[test]
fn l10_unknown_session_that_a_read_confirms_is_lost_within_a_second() {
    for info in [Reply::Status(200, "[]".to_owned()), no_leader(), Reply::Never] {
        let mut sim = Sim::new(SessionSettings::default());
        sim.run(secs(60), |request| match request.operation {
            Operation::Renew => (millis(5), unknown_session()),
            Operation::Info => (millis(5), info.clone()),
            _ => (millis(5), good(request)),
        });
        assert_eq!(sim.events(), ["held", "lost: SessionGone", "clean"], "one loss, {info:?}");
        assert!(sim.emitted[1].0 <= millis(4_505) + secs(1), "{:?}", sim.emitted);
        assert_eq!((sim.times(Operation::Renew).len(), sim.times(Operation::Info).len()), (1, 1));
    }
}

#[test]
fn l10_unknown_session_that_still_exists_is_kept() {
    let mut sim = Sim::new(SessionSettings::default());
    // A server that was restarted on its data, and applies its log for 6 seconds.
    sim.run(secs(60), |request| match request.operation {
        Operation::Renew if request.at < secs(10) => (millis(5), unknown_session()),
        _ => (millis(5), good(request)),
    });
    assert_eq!(sim.events(), ["held"]);
    assert!(sim.is_valid());
    let early = sim.times(Operation::Renew).iter().filter(|at| **at < secs(10)).count();
    assert!((3..=20).contains(&early), "{early} renewals while the server responds with 404");
    assert_eq!(sim.times(Operation::Info).len(), early);
}

#[test]
fn l36_renewals_follow_the_lease_and_not_the_ttl() {
    for lock_delay in [secs(15), Duration::ZERO] {
        let settings = SessionSettings { ttl: secs(60), lock_delay, ..SessionSettings::default() };
        let third = settings.lease() / 3;
        let mut sim = Sim::new(settings);
        sim.run(secs(600), |request| (millis(1), good_with_ttl(request, "60s")));
        assert_eq!(sim.events(), ["held"], "{lock_delay:?}");
        let renewals = sim.times(Operation::Renew);
        assert!(renewals.windows(2).all(|pair| pair[1] - pair[0] == third), "{renewals:?}");
    }
}

#[test]
fn shorter_ttl_in_a_response_shortens_the_lease_immediately() {
    let settings = SessionSettings { ttl: secs(60), lock_delay: secs(60), ..SessionSettings::default() };
    let mut sim = Sim::new(settings);
    sim.run(secs(19), |request| (millis(1), good_with_ttl(request, "20s")));
    assert_eq!(sim.times(Operation::Renew), [secs(18)]);
    assert_eq!(sim.lease.as_ref().unwrap().ends_at(), Some(at(secs(18 + 18))), "20 s less a tenth");
    // A longer one does not lengthen it beyond what was asked for.
    sim.run(secs(25), |request| (millis(1), good_with_ttl(request, "600s")));
    assert_eq!(sim.lease.as_ref().unwrap().ends_at(), Some(at(secs(18 + 6 + 54))));
}

#[test]
fn renewal_that_arrives_after_a_reader_saw_the_end_does_not_revive_the_session() {
    let mut sim = Sim::new(SessionSettings::default());
    sim.run(secs(4), |request| (millis(5), good(request)));
    // The driver is late: the renewal was sent at 13 s, and its response is delivered with an old `now`.
    sim.now = secs(13);
    sim.run(secs(13), |request| (millis(5), good(request)));
    assert_eq!(sim.in_flight.len(), 1);
    let lease = sim.lease.clone().unwrap();
    assert!(!lease.is_valid(at(secs(14))), "a user's thread, whose clock is fresh");
    sim.run(secs(14), |request| (millis(5), good(request)));
    assert!(!lease.is_valid(at(secs(13))));
    assert_eq!(sim.events(), ["held", "lost: Expired", "clean"]);
}

#[test]
fn l12_suspend_ends_the_session_once_and_the_clean_up_has_its_full_time() {
    let mut sim = Sim::new(SessionSettings::default());
    sim.run(secs(5), |request| (millis(5), good(request)));
    // 40 seconds of sleep. The owner stops with the time that it read before.
    let before = sim.now;
    sim.now += secs(40);
    assert!(!sim.is_valid(), "the first look after the suspend reports the end");
    sim.machine.handle(at(before), Input::Stop);
    sim.run(secs(200), |request| match request.operation {
        Operation::Destroy if request.at < secs(60) => (millis(5), Reply::Never),
        _ => (millis(5), good(request)),
    });
    assert_eq!(sim.events(), ["held", "lost: Expired", "clean"]);
    assert!(
        sim.sent.iter().filter(|sent| sent.operation == Operation::Destroy).all(|sent| sent.limit == secs(3))
    );
}

#[test]
fn sessions_that_cannot_be_destroyed_are_left_after_30_seconds() {
    let mut sim = Sim::new(SessionSettings::default());
    sim.run(secs(1), |request| (millis(5), good(request)));
    sim.stop();
    sim.run(secs(100), |_| (millis(5), Reply::Fail(FailureKind::Connect)));
    assert_eq!(sim.events(), ["held", "stopped", "1 left"]);
    assert_eq!(sim.emitted[2].0, secs(31));
    let tries = sim.times(Operation::Destroy).len();
    assert!((30..=100).contains(&tries), "{tries} attempts");
}

#[test]
fn create_in_flight_is_awaited_on_stop_and_its_session_destroyed() {
    let mut sim = Sim::new(SessionSettings::default());
    sim.run(secs(1), |request| (secs(5), good(request)));
    sim.stop();
    sim.run(secs(20), |request| (secs(1), good(request)));
    assert_eq!(sim.events(), ["stopped", "clean"]);
    assert_eq!(sim.times(Operation::Destroy), [secs(5)]);
}

#[test]
fn stop_before_the_first_request_sends_none() {
    let mut sim = Sim::new(SessionSettings::default());
    sim.stop();
    sim.run(secs(20), |request| panic!("{request:?}"));
    assert_eq!((sim.events(), sim.is_done), (vec!["stopped", "clean"], true));
}

#[test]
fn create_is_repeated_unless_it_is_rejected() {
    let mut sim = Sim::new(SessionSettings::default());
    sim.run(secs(30), |request| match request.operation {
        Operation::Create if request.at < secs(20) => (millis(5), no_leader()),
        _ => (millis(5), good(request)),
    });
    let creates = sim.times(Operation::Create);
    assert!(creates.windows(2).all(|pair| pair[1] - pair[0] <= millis(1_505)), "{creates:?}");
    assert_eq!(sim.events().last(), Some(&"held"));

    let mut sim = Sim::new(SessionSettings::default());
    let denied = "rpc error making call: Permission denied";
    sim.run(secs(30), |_| (millis(5), Reply::Status(403, denied.to_owned())));
    assert_eq!((sim.times(Operation::Create).len(), sim.is_done), (1, true));
    assert!(sim.events()[0].starts_with("rejected: permission denied"), "{:?}", sim.events());
}

#[test]
fn session_that_was_created_too_late_is_not_used() {
    let mut sim = Sim::new(SessionSettings::default());
    let mut creates = 0;
    sim.run(secs(30), |request| {
        creates += u32::from(request.operation == Operation::Create);
        let is_late = request.operation == Operation::Create && creates == 1;
        (if is_late { secs(14) } else { millis(5) }, good(request))
    });
    assert_eq!((sim.times(Operation::Create).len(), sim.times(Operation::Destroy).len()), (2, 1));
    assert_eq!(sim.events().last(), Some(&"held"));
}
