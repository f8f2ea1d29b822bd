//! Watches on real agents and clusters, directly and through a faulty network.

mod attempts;
mod closed;
mod cluster;
mod derived;
mod faults;
mod followed;
mod leader;
mod many;
mod permission;
mod prompt;
mod refused;
mod restored;
mod subject;
mod views;
mod wiped;

use std::io::Write;
use std::time::Duration;

use self::followed::Followed;
use self::subject::Subject;

/// Prints the request rate of a watch to the real stderr, so that it is in the output of a test run.
fn report_rate(case: &str, requests: usize, span: Duration) {
    let seconds = span.as_secs_f64();
    let _ = writeln!(std::io::stderr(), "watch rate: {case}: {requests} requests in {seconds:.1} s");
}
