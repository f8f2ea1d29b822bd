//! Disables each rule of the machines: the simulation finds the error that the rule prevents.
//!
//! Each test starts with the seed of a history that shows the error, and searches further if the code has changed
//! since. With all rules enabled, the same histories show no violation.

use std::time::Duration;

use consul_proto::machine::Rules;
use consul_tests::model::{Behavior, Expiry};

use crate::faults::Theme;
use crate::findings::{Findings, Violation};
use crate::history::{Subject, run};
use crate::lock::OneLock;
use crate::setup::{Changes, Setup};

/// Number of histories of a test.
const HISTORIES: u64 = 600;
/// Number of histories in one batch.
const BATCH: u64 = 2;

fn with(theme: Theme) -> Setup {
    Setup { theme, ..Setup::default() }
}

/// Sessions end as early as Consul's documentation allows, and have no lock-delay, so that only their TTL protects.
fn unprotected(theme: Theme) -> Setup {
    let behavior = Behavior { expiry: Expiry::Once, ..Behavior::default() };
    Setup { behavior, lock_delay: Some(Duration::ZERO), ..with(theme) }
}

fn off(setup: Setup, change: impl FnOnce(&mut Rules)) -> Setup {
    let mut rules = setup.rules;
    change(&mut rules);
    Setup { rules, ..setup }
}

fn mistaken(setup: Setup, change: impl FnOnce(&mut Changes)) -> Setup {
    let mut changes = setup.changes;
    change(&mut changes);
    Setup { changes, ..setup }
}

/// Runs histories until one shows the violation, which none does with all rules.
#[track_caller]
fn finds(violation: Violation, setup: &Setup, seed: u64) {
    finds_with(&OneLock, violation, setup, seed);
}

#[track_caller]
pub(crate) fn finds_with(subject: &dyn Subject, violation: Violation, setup: &Setup, seed: u64) {
    for first in (seed..seed + HISTORIES).step_by(BATCH as usize) {
        let seeds = first..first + BATCH;
        if run(setup, subject, seeds.clone()).count(violation) > 0 {
            let (rules, changes) = (Rules::default(), Changes::default());
            let all = run(&Setup { rules, changes, ..*setup }, subject, seeds);
            assert_eq!(all.count(violation), 0, "{all}");
            return;
        }
    }
    panic!("{HISTORIES} histories do not show {violation:?}");
}

/// Compares the figures of histories without a rule to those with it.
fn compare(setup: &Setup, seeds: std::ops::Range<u64>) -> (Findings, Findings) {
    let with = Setup { rules: Rules::default(), changes: Changes::default(), ..*setup };
    (run(setup, &OneLock, seeds.clone()), run(&with, &OneLock, seeds))
}

#[test]
fn plain_acquire_bypasses_the_lock_delay() {
    let setup = mistaken(with(Theme::Stalls), |changes| changes.plain_acquire = true);
    finds(Violation::Overlap, &setup, 15);
}

#[test]
fn reused_session_is_released_late() {
    let setup = mistaken(with(Theme::Mixed), |changes| changes.reused_sessions = true);
    finds(Violation::TokenNotRising, &setup, 2);
}

#[test]
fn lapsed_session_is_not_used_again() {
    let setup = off(unprotected(Theme::LateExpiry), |rules| rules.lapsed_is_final = false);
    finds(Violation::Overlap, &setup, 270);
}

#[test]
fn lease_begins_when_the_renewal_is_sent() {
    let setup = off(unprotected(Theme::SlowThenSilent), |rules| rules.lease_from_sending = false);
    finds(Violation::Overlap, &setup, 156);
}

#[test]
fn renewal_without_a_confirmation_is_not_enough() {
    // A holder on each of three nodes, without faults.
    let (contenders, hold) = (Some(3), Some(Duration::from_secs(300)));
    let (ttl, lock_delay) = (Some(Duration::from_secs(15)), Some(Duration::from_secs(15)));
    let setup = Setup { contenders, hold, ttl, lock_delay, ..with(Theme::Leaders) };
    finds(Violation::Overlap, &off(setup, |rules| rules.confirmation = false), 20);
}

#[test]
fn lease_has_a_margin() {
    let setup = off(unprotected(Theme::Sleeps), |rules| rules.margin = false);
    finds(Violation::Overlap, &setup, 0);
}

#[test]
fn ttl_that_shrinks_shortens_the_lease() {
    let setup = unprotected(Theme::Sleeps);
    let behavior = Behavior { shrinking_ttl: 0.1, ..setup.behavior };
    let setup = Setup { behavior, ttl: Some(Duration::from_secs(30)), ..setup };
    finds(Violation::Overlap, &off(setup, |rules| rules.follow_ttl = false), 0);
}

#[test]
fn end_of_a_lease_that_was_seen_is_final() {
    finds(Violation::Revived, &off(with(Theme::Pauses), |rules| rules.latch = false), 0);
}

#[test]
fn lease_is_looked_at_before_inputs() {
    finds(Violation::Revived, &off(with(Theme::Pauses), |rules| rules.lease_before_inputs = false), 70);
}

#[test]
fn holder_watches_its_key() {
    let setup = off(with(Theme::ThirdParties), |rules| {
        rules.key_watch = false;
        rules.confirmation = false;
    });
    finds(Violation::LateLoss, &setup, 0);
}

#[test]
fn watch_of_a_holder_does_not_wait_for_a_slot() {
    let setup = mistaken(with(Theme::ThirdParties), |changes| changes.queued_watch = true);
    finds(Violation::LateLoss, &setup, 36);
}

#[test]
fn renewal_that_is_a_404_is_not_trusted() {
    let setup = off(with(Theme::Elections), |rules| rules.recheck_404 = false);
    let (without, with) = compare(&setup, 0..24);
    assert!(without.false_losses > 0 && with.false_losses == 0, "{without}\n{with}");
}

#[test]
fn release_is_repeated_before_the_session_is_destroyed() {
    let setup = off(with(Theme::Losses), |rules| rules.repeated_release = false);
    let (without, with) = compare(&setup, 0..128);
    let (without, with) = (without.destroyed_while_holding, with.destroyed_while_holding);
    assert!(
        without * 4 > with * 5,
        "{without} sessions were destroyed while they held, {with} with the rule"
    );
}

#[test]
fn time_for_cleaning_up_does_not_pass_while_the_process_stands_still() {
    let setup = off(with(Theme::Suspends), |rules| rules.cleanup_from_poll = false);
    finds(Violation::SessionLeft, &setup, 46);
}

#[test]
fn late_success_is_checked_by_a_read() {
    let setup = off(with(Theme::SlowThirdParties), |rules| rules.read_after_late_success = false);
    finds(Violation::TokenNotRising, &setup, 12);
}

#[test]
fn session_does_not_delete_its_keys() {
    let setup = Setup { deletes_on_release: true, ..with(Theme::Stalls) };
    finds(Violation::Overlap, &mistaken(setup, |changes| changes.deleting_sessions = true), 14);
}
