//! Histories of locks.

use std::time::Duration;

use bytes::Bytes;
use consul_proto::machine::lock::{FLAGS, Lock, Settings};
use consul_proto::{Options, encode, kv, session};
use consul_tests::model::Consul;

use crate::contender::{AnyMachine, Failed};
use crate::faults::{Fault, Theme};
use crate::findings::Findings;
use crate::history::{Subject, run};
use crate::setup::{Choices, Setup};

const KEY: &str = "service/lock";

/// The kinds of histories with faults.
pub(crate) const THEMES: [Theme; 15] = [
    Theme::Mixed,
    Theme::ThirdParties,
    Theme::SlowThirdParties,
    Theme::Writes,
    Theme::Stalls,
    Theme::Sleeps,
    Theme::Suspends,
    Theme::Pauses,
    Theme::Crashes,
    Theme::Losses,
    Theme::SlowThenSilent,
    Theme::Leaders,
    Theme::LateWrites,
    Theme::Elections,
    Theme::LateExpiry,
];

/// A lock that all processes contend for.
pub(crate) struct OneLock;

impl Subject for OneLock {
    fn limit(&self) -> usize {
        1
    }

    fn machine(&self, setup: &Setup, choices: &Choices, name: String, seed: u64) -> AnyMachine {
        let mut settings = Settings::default();
        settings.value = Bytes::from(name.clone());
        settings.session = choices.session(name);
        settings.delete_on_release = setup.deletes_on_release;
        let lock = Lock::<Failed>::with_rules(KEY, &Options::default(), settings, seed, setup.rules);
        Box::new(lock.unwrap())
    }

    fn third_party(&self, consul: &Consul, fault: &Fault) -> Vec<http::Request<Bytes>> {
        let Some(entry) = consul.entry(KEY) else { return Vec::new() };
        let Some(holder) = entry.session.as_deref() else { return Vec::new() };
        let options = Options::default();
        let write = kv::Put::new(KEY, "written by somebody else").cas(entry.modify_index);
        let request = match fault {
            Fault::Write => encode(&write.flags(FLAGS), &options),
            // It resets the flags, which the release restores.
            Fault::WritePlainly => encode(&write, &options),
            Fault::Delete => encode(&kv::Delete::new(KEY), &options),
            _ => encode(&session::Destroy::new(holder), &options),
        };
        vec![request.unwrap()]
    }
}

/// Returns the seeds of a run, from the environment or from a short test.
pub(crate) fn seeds(short: u64) -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let first = number("CONSUL_SIMULATION_SEED").unwrap_or(0);
    first..first + number("CONSUL_SIMULATION_HISTORIES").unwrap_or(short)
}

/// Runs histories that must not show any violation.
#[track_caller]
pub(crate) fn clean(setup: &Setup, subject: &dyn Subject, short: u64) -> Findings {
    let is_traced = std::env::var_os("CONSUL_SIMULATION_TRACE").is_some();
    let findings = run(&Setup { is_traced, ..*setup }, subject, seeds(short));
    println!("{:?}: {findings}", setup.theme);
    findings.assert_none();
    findings
}

/// Short histories with few contenders, so that a thousand of them take seconds.
fn short() -> Setup {
    let faults_for = (Duration::from_secs(10), Duration::from_secs(25));
    Setup { contenders: Some(2), faults_for, tail: Duration::from_secs(70), ..Setup::default() }
}

#[test]
fn thousand_histories_of_locks_show_no_violation() {
    let findings = clean(&short(), &OneLock, 1000);
    assert!(findings.holds > findings.histories, "{findings}");
}

#[test]
fn histories_of_locks_with_any_number_of_contenders_show_no_violation() {
    clean(&Setup::default(), &OneLock, 30);
}

#[test]
fn locks_survive_each_kind_of_fault() {
    for theme in THEMES {
        clean(&Setup { theme, ..Setup::default() }, &OneLock, 6);
        clean(&Setup { theme, deletes_on_release: true, ..Setup::default() }, &OneLock, 4);
    }
}

#[test]
fn locks_without_faults_are_handed_over_quickly() {
    let (contenders, hold) = (Some(16), Some(Duration::from_millis(50)));
    let (faults_for, tail) = ((Duration::ZERO, Duration::ZERO), Duration::from_secs(70));
    let setup = Setup { theme: Theme::Calm, contenders, hold, faults_for, tail, ..Setup::default() };
    let findings = clean(&setup, &OneLock, 1);
    // 70 seconds, 50 ms each, and some milliseconds between two of them.
    assert!(findings.holds > 1000, "{findings}");
}
