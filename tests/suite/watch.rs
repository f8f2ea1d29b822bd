//! Watches on real agents and clusters, and through a network that fails them.

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

/// Says on the real stderr how often a watch asked, so that it can be found in a run of the suite.
fn tell_rate(case: &str, requests: usize, span: Duration) {
    let seconds = span.as_secs_f64();
    let _ = writeln!(std::io::stderr(), "watch rate: {case}: {requests} requests in {seconds:.1} s");
}
