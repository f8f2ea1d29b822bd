//! The cost of watches: memory, wake-ups, and the time until a change is reported.

use crate::bench::Bench;
use crate::bench::report::{layout, met};
use crate::error::Error;

const KIB: f64 = 1024.0;
/// Limit of the resident memory of an idle watch with its own connection, without its state.
const WATCH: f64 = 24.0 * KIB;
/// Limit of the resident memory of another handle of a watch.
const HANDLE: f64 = KIB;
/// The number of watches or handles.
const COUNT: &str = "1000";
/// Time in which wake-ups are counted, in seconds.
const IDLE: &str = "30";
/// Changes of the watched keys, and of the other keys.
const CHANGES: &str = "1000";
/// Limits of the additional time of a watch over a blocking query, in microseconds: median and 99th percentile.
const LATER: [f64; 2] = [2_000.0, 20_000.0];

/// A kind of watch or handle.
#[derive(Debug)]
struct Subject {
    /// The name on the command line of the program.
    name: &'static str,
    /// The name for readers.
    title: &'static str,
    /// The name of its state on the command line of the program.
    state: Option<&'static str>,
}

const SUBJECTS: [Subject; 7] = [
    Subject { name: "key", title: "stream of a key", state: Some("key-state") },
    Subject { name: "service", title: "stream of 3 instances", state: Some("service-state") },
    Subject { name: "key-view", title: "view of a key", state: Some("key-state") },
    Subject { name: "service-view", title: "view of 3 instances", state: Some("service-state") },
    Subject { name: "clone", title: "clone of a view", state: None },
    Subject { name: "join", title: "another view of one query", state: None },
    Subject { name: "waiting", title: "another view that waits, with its task", state: None },
];

/// The measured figures.
#[derive(Debug)]
pub(super) struct Watches {
    idle: Vec<Idle>,
    /// Times of a blocking query and of a watch, in microseconds: median and 99th percentile.
    latency: [[f64; 2]; 2],
}

/// Memory of one of many idle watches or handles, in bytes.
#[derive(Debug)]
struct Idle {
    subject: &'static Subject,
    heap: f64,
    resident: f64,
    /// Resident memory of the state alone.
    state: f64,
    woken: f64,
}

pub(super) fn measure(bench: &Bench) -> Result<Watches, Error> {
    let mut idle = Vec::new();
    for subject in &SUBJECTS {
        println!("measuring {COUNT} of {}", subject.name);
        let [heap, resident, woken] = bench.numbers("watches", &[subject.name, COUNT, IDLE])?;
        let state = match subject.state {
            Some(state) => {
                let [_, resident, _] = bench.numbers("watches", &[state, COUNT, "0"])?;
                resident
            }
            None => 0.0,
        };
        idle.push(Idle { subject, heap, state, resident, woken });
    }
    println!("measuring changes");
    let [query, query_worst, watch, watch_worst] = bench.numbers("latency", &[CHANGES])?;
    Ok(Watches { idle, latency: [[query, query_worst], [watch, watch_worst]] })
}

impl Watches {
    pub(super) fn is_met(&self) -> bool {
        self.idle.iter().all(Idle::is_met)
    }

    pub(super) fn tables(&self) -> String {
        let header = [
            "idle, bytes each",
            "heap",
            "resident",
            "of it, state",
            "without state",
            "must",
            "met",
            "wake-ups",
        ];
        let mut lines = vec![header.map(str::to_owned)];
        lines.extend(self.idle.iter().map(Idle::line));
        let mut tables = layout(&lines);
        tables.push('\n');
        let header = ["change delivered after, µs", "blocking query", "watch", "more", "bound"];
        let mut lines = vec![header.map(str::to_owned)];
        let [query, watch] = self.latency;
        for (at, title) in ["median", "99 of 100 within"].into_iter().enumerate() {
            lines.push([
                title.to_owned(),
                format!("{:.0}", query[at]),
                format!("{:.0}", watch[at]),
                format!("{:.0}", watch[at] - query[at]),
                format!("≤ {:.0}", LATER[at]),
            ]);
        }
        tables.push_str(&layout(&lines));
        tables
    }
}

impl Idle {
    fn must(&self) -> f64 {
        if self.subject.state.is_some() { WATCH } else { HANDLE }
    }

    fn is_met(&self) -> bool {
        self.resident - self.state <= self.must() && self.woken == 0.0
    }

    fn line(&self) -> [String; 8] {
        [
            self.subject.title.to_owned(),
            format!("{:.0}", self.heap),
            format!("{:.0}", self.resident),
            format!("{:.0}", self.state),
            format!("{:.0}", self.resident - self.state),
            format!("≤ {:.0}", self.must()),
            met(self.is_met()),
            format!("{:.0}", self.woken),
        ]
    }
}
