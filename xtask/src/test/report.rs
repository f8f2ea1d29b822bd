//! Runs steps, prints their results, and prints a summary.

use std::fmt;
use std::process::Command;
use std::time::{Duration, Instant};

use super::libtest::{self, Counts};
use crate::error::Error;
use crate::run::Run;

/// Interval of progress messages of a long step.
const TICK: Duration = Duration::from_secs(30);

/// The results of the steps so far.
///
/// A step with tests counts its tests. Any other step counts as one check that passed, failed or could not run.
#[derive(Debug, Default)]
pub(super) struct Report {
    steps: Vec<Step>,
    notes: Vec<String>,
}

/// A completed step.
#[derive(Debug)]
struct Step {
    name: String,
    verdict: Verdict,
    time: Duration,
    counts: Counts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Ok,
    Failed,
    NotRun,
}

impl Report {
    /// Runs a program that must succeed.
    pub(super) fn command(&mut self, name: &str, command: Command) {
        let start = announce(name);
        match Run::new(command).tick(TICK, still).output() {
            Ok(output) if output.status.success() => self.end(name, start, Verdict::Ok, one(Verdict::Ok)),
            Ok(output) => {
                println!("{}", output.all);
                self.end(name, start, Verdict::Failed, one(Verdict::Failed));
            }
            Err(error) => self.failed(name, start, &error.into()),
        }
    }

    /// Runs tests and counts them.
    pub(super) fn tests(&mut self, name: &str, command: Command) {
        let start = announce(name);
        match Run::new(command).tick(TICK, still).output() {
            Ok(output) => {
                let mut counts = libtest::parse(&output.all);
                let success = output.status.success();
                if !success {
                    println!("{}", output.all);
                    // Tests that do not compile or that crash print no results.
                    counts.failed = counts.failed.max(1);
                }
                self.end(name, start, if success { Verdict::Ok } else { Verdict::Failed }, counts);
            }
            Err(error) => self.failed(name, start, &error.into()),
        }
    }

    /// Runs a function that must succeed.
    pub(super) fn function(&mut self, name: &str, run: impl FnOnce() -> Result<(), Error>) {
        let start = announce(name);
        match run() {
            Ok(()) => self.end(name, start, Verdict::Ok, one(Verdict::Ok)),
            Err(error) => self.failed(name, start, &error),
        }
    }

    /// Records a step that this machine cannot run.
    pub(super) fn not_run(&mut self, name: &str, reason: &Error) {
        let start = announce(name);
        println!("    {reason}");
        self.notes.push(format!("{name} was not run: {reason}"));
        self.end(name, start, Verdict::NotRun, one(Verdict::NotRun));
    }

    /// Records a server that could not be obtained.
    pub(super) fn missing_server(&mut self, version: &str, reason: &impl fmt::Display, is_failure: bool) {
        self.notes
            .push(format!("NOTHING WAS RUN ON CONSUL {version}, which could not be obtained: {reason}"));
        let verdict = if is_failure { Verdict::Failed } else { Verdict::NotRun };
        self.end(&format!("Consul {version}"), Instant::now(), verdict, one(verdict));
    }

    /// Prints the summary, and fails if a step did.
    pub(super) fn finish(self) -> Result<(), Error> {
        println!("\n{}", self.summary());
        if self.steps.iter().any(|step| step.verdict == Verdict::Failed) {
            Err(Error::Reported)
        } else {
            Ok(())
        }
    }

    fn failed(&mut self, name: &str, start: Instant, error: &Error) {
        if !matches!(error, Error::Reported) {
            println!("{error}");
        }
        self.end(name, start, Verdict::Failed, one(Verdict::Failed));
    }

    fn end(&mut self, name: &str, start: Instant, verdict: Verdict, counts: Counts) {
        let time = start.elapsed();
        println!("    {}, {:.1} s", verdict.word(), time.as_secs_f32());
        self.steps.push(Step { name: name.to_owned(), verdict, time, counts });
    }

    /// Returns the table of steps, the failures, the skipped tests, and the totals in the last line.
    fn summary(&self) -> String {
        let mut lines = vec!["Summary".to_owned()];
        for step in &self.steps {
            let Counts { passed, failed, skipped, .. } = &step.counts;
            let (verdict, time) = (step.verdict.word(), step.time.as_secs_f32());
            let skipped = skipped.len();
            let row = format!(
                "  {verdict:<7} {time:>7.1} s  {}: {passed} passed, {failed} failed, {skipped} skipped",
                step.name
            );
            lines.push(row);
        }
        for step in &self.steps {
            lines.extend(step.counts.failures.iter().map(|name| format!("FAILED  {}: {name}", step.name)));
            let skipped = step.counts.skipped.iter().filter(|_| step.verdict != Verdict::NotRun);
            lines.extend(skipped.map(|(name, reason)| format!("SKIPPED {}: {name}: {reason}", step.name)));
        }
        lines.extend(self.notes.iter().cloned());
        let sum = |of: fn(&Counts) -> usize| self.steps.iter().map(|step| of(&step.counts)).sum::<usize>();
        let (passed, failed) = (sum(|counts| counts.passed), sum(|counts| counts.failed));
        lines.push(format!(
            "{passed} passed, {failed} failed, {} skipped",
            sum(|counts| counts.skipped.len())
        ));
        lines.join("\n")
    }
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "FAILED",
            Self::NotRun => "not run",
        }
    }
}

/// Returns the counts of a single check.
fn one(verdict: Verdict) -> Counts {
    let mut counts = Counts::default();
    match verdict {
        Verdict::Ok => counts.passed = 1,
        Verdict::Failed => counts.failed = 1,
        Verdict::NotRun => counts.skipped.push(Default::default()),
    }
    counts
}

fn announce(name: &str) -> Instant {
    println!("==> {name}");
    Instant::now()
}

fn still(last: &str) -> String {
    last.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_line_is_the_sum_of_all_steps() {
        let mut report = Report::default();
        report.function("good", || Ok(()));
        report.function("bad", || Err(Error::new("because")));
        report.not_run("absent", &Error::new("no network"));
        report.missing_server("1.8.7", &Error::new("no mirror"), false);
        let mut tests = Command::new("echo");
        tests.arg("SKIPPED a::b: too old\ntest result: ok. 5 passed; 0 failed; 0 ignored");
        report.tests("tests", tests);
        let summary = report.summary();
        assert_eq!(summary.lines().last(), Some("5 passed, 1 failed, 3 skipped"));
        assert!(summary.contains("SKIPPED tests: a::b: too old"), "{summary}");
        assert!(
            summary.contains("NOTHING WAS RUN ON CONSUL 1.8.7, which could not be obtained: no mirror"),
            "{summary}"
        );
        assert!(summary.contains("absent was not run: no network"), "{summary}");
        assert!(report.finish().is_err());
    }

    #[test]
    fn tests_that_end_without_a_result_are_a_failure() {
        let mut report = Report::default();
        report.tests("tests", Command::new("false"));
        assert_eq!(report.summary().lines().last(), Some("0 passed, 1 failed, 0 skipped"));
    }

    #[test]
    fn missing_server_passes_only_if_allowed() {
        for is_failure in [true, false] {
            let mut report = Report::default();
            report.missing_server("1.22.7", &Error::new("no network"), is_failure);
            assert_eq!(report.finish().is_err(), is_failure);
        }
    }
}
