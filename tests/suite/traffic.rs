//! Calls that continue in the background.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use consul_client::{Client, Error};
use consul_tests::unique;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use crate::clients::PATIENCE;

/// Delay after each pair of calls.
const PAUSE: Duration = Duration::from_millis(20);

/// A task that repeatedly writes a key and reads it back, with the settings of its client.
pub(crate) struct Traffic {
    is_over: watch::Sender<bool>,
    calls: watch::Receiver<usize>,
    task: JoinHandle<Report>,
}

/// The results of the calls.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) calls: usize,
    /// Number of failed calls, by method and kind.
    pub(crate) failed: BTreeMap<String, usize>,
    pub(crate) longest: Duration,
    /// The last error.
    pub(crate) last: Option<Error>,
}

impl Traffic {
    pub(crate) fn start(client: &Client) -> Self {
        let (is_over, over) = watch::channel(false);
        let (counter, calls) = watch::channel(0);
        let client = client.clone();
        let task = tokio::spawn(async move {
            let (key, mut report) = (unique("traffic"), Report::default());
            while !*over.borrow() {
                let start = Instant::now();
                report.add(start, client.kv().put(&key, "v").await);
                let start = Instant::now();
                report.add(start, client.kv().get(&key).await.map(drop));
                counter.send_replace(report.calls);
                sleep(PAUSE).await;
            }
            report
        });
        Self { is_over, calls, task }
    }

    /// Waits until this many more calls have ended.
    pub(crate) async fn until_calls(&self, calls: usize) {
        let mut counter = self.calls.clone();
        let calls = *counter.borrow() + calls;
        timeout(PATIENCE, counter.wait_for(|count| *count >= calls)).await.expect("calls end").unwrap();
    }

    pub(crate) async fn stop(self) -> Report {
        self.is_over.send_replace(true);
        timeout(PATIENCE, self.task).await.expect("the last call ends").unwrap()
    }
}

impl Report {
    fn add(&mut self, start: Instant, result: Result<(), Error>) {
        self.calls += 1;
        self.longest = self.longest.max(start.elapsed());
        if let Err(error) = result {
            let outcome = if error.is_outcome_unknown() { ", outcome unknown" } else { "" };
            let method = error.method().map(ToString::to_string).unwrap_or_default();
            *self.failed.entry(format!("{method} {}{outcome}", error.kind())).or_default() += 1;
            self.last = Some(error);
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { calls, failed, longest, last } = self;
        write!(f, "{calls} calls, failed: {failed:?}, longest {longest:.2?}")?;
        match last {
            Some(error) => write!(f, ", last error: {error}"),
            None => Ok(()),
        }
    }
}
