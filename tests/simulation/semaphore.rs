//! Histories of semaphores.

use std::time::Duration;

use bytes::Bytes;
use consul_proto::Options;
use consul_proto::machine::semaphore::{Semaphore, Settings};
use consul_tests::model::Consul;

use crate::contender::{AnyMachine, Failed};
use crate::faults::{Fault, Theme};
use crate::findings::Violation;
use crate::history::Subject;
use crate::lock::{THEMES, clean};
use crate::rules::finds_with;
use crate::setup::{Changes, Choices, Setup};

/// A semaphore whose slots all processes contend for.
pub(crate) struct Slots(u32);

impl Subject for Slots {
    fn limit(&self) -> usize {
        self.0 as usize
    }

    fn machine(&self, setup: &Setup, choices: &Choices, name: String, seed: u64) -> AnyMachine {
        let mut settings = Settings::default();
        settings.value = Bytes::from(name.clone());
        settings.session = choices.session(name);
        let options = Options::default();
        let semaphore =
            Semaphore::<Failed>::with_rules("jobs", self.0, &options, settings, seed, setup.rules);
        Box::new(semaphore.unwrap())
    }

    /// No third parties, since a semaphore does not cover them.
    fn third_party(&self, _: &Consul, _: &Fault) -> Vec<http::Request<Bytes>> {
        Vec::new()
    }
}

#[test]
fn histories_of_semaphores_with_any_number_of_contenders_show_no_violation() {
    for limit in [1, 2, 3] {
        let findings = clean(&Setup::default(), &Slots(limit), 8);
        assert!(findings.holds > findings.histories, "{findings}");
    }
}

#[test]
fn semaphores_survive_each_kind_of_fault() {
    for theme in THEMES {
        clean(&Setup { theme, contenders: Some(6), ..Setup::default() }, &Slots(2), 2);
    }
}

#[test]
fn slots_of_dead_holders_are_used_again() {
    // Only processes end, so all slots would be in use after some time.
    let setup = Setup { theme: Theme::Crashes, contenders: Some(6), ..Setup::default() };
    let findings = clean(&setup, &Slots(2), 4);
    assert!(findings.holds > 20 * findings.histories, "{findings}");
}

/// The rules of Consul's Go client: a dead holder is removed from the list without any delay.
#[test]
fn slot_of_a_dead_holder_is_not_free_before_the_lock_delay() {
    let changes = Changes { stock_prune: true, ..Changes::default() };
    let setup = Setup { changes, theme: Theme::Stalls, contenders: Some(6), ..Setup::default() };
    finds_with(&Slots(2), Violation::Overlap, &setup, 0);
}

#[test]
fn semaphores_without_faults_are_handed_over_quickly() {
    let (contenders, hold) = (Some(12), Some(Duration::from_millis(50)));
    let (faults_for, tail) = ((Duration::ZERO, Duration::ZERO), Duration::from_secs(70));
    let setup = Setup { theme: Theme::Calm, contenders, hold, faults_for, tail, ..Setup::default() };
    let findings = clean(&setup, &Slots(3), 1);
    assert!(findings.holds > 1000, "{findings}");
}
