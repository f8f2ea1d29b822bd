//! The services of a datacenter and their health, live in the terminal.
//!
//! ```sh
//! CONSUL_HTTP_ADDR=127.0.0.1:8500 cargo run -p consul-client --example live
//! ```
//!
//! Stop the agent while it runs, and start it again. With a number as its argument, it ends after that many updates.

#![allow(clippy::print_stdout, reason = "the terminal is what it is about")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::future::poll_fn;
use std::io::IsTerminal;
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use consul_client::health::{ServiceEntry, ServiceName, Status};
use consul_client::watch::{Degraded, Diff, Diffs, Snapshot};
use consul_client::{Client, Error, View};
use futures_core::Stream;

type Failure = Box<dyn std::error::Error>;
type Names = BTreeMap<ServiceName, Vec<String>>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let pictures = std::env::args().nth(1).map(|number| number.parse::<usize>()).transpose()?;
    let mut board = Board::new(Client::from_env()?);
    for _ in 0..pictures.unwrap_or(usize::MAX) {
        board.changed().await?;
        board.draw()?;
    }
    Ok(())
}

/// The content of the screen.
struct Board {
    client: Client,
    /// One watch for the names of the services …
    names: Diffs<Names>,
    degraded: Option<(Degraded<Error>, Instant)>,
    /// … and one for the health of each. Dropping a view ends its watch.
    services: BTreeMap<ServiceName, View<Vec<ServiceEntry>>>,
}

impl Board {
    fn new(client: Client) -> Self {
        let names = client.catalog().services().watch().degraded_after(Duration::from_secs(2)).diffs();
        Self { client, names, degraded: None, services: BTreeMap::new() }
    }

    /// Waits until the content changes.
    async fn changed(&mut self) -> Result<(), Error> {
        tokio::select! {
            snapshot = self.names.next() => match snapshot {
                Some(snapshot) => self.take(&snapshot?),
                None => std::future::pending().await,
            },
            () = any(&mut self.services) => {}
            // Only the time since the first failure changes without a change of the content.
            () = tokio::time::sleep(Duration::from_secs(1)), if self.degraded.is_some() => {}
        }
        Ok(())
    }

    fn take(&mut self, snapshot: &Snapshot<Diff<(ServiceName, Vec<String>)>>) {
        self.degraded = snapshot.degraded().map(|degraded| (degraded.clone(), Instant::now()));
        if let Some(diff) = snapshot.value() {
            for (name, _) in &diff.added {
                self.services.insert(name.clone(), self.client.health().service(name).view());
            }
            for (name, _) in &diff.removed {
                self.services.remove(name);
            }
        }
    }

    fn draw(&self) -> Result<(), std::fmt::Error> {
        let mut picture = String::new();
        if std::io::stdout().is_terminal() {
            // Clears the screen.
            picture.push_str("\x1b[2J\x1b[H");
        }
        writeln!(picture, "{:<32} {:>7} {:>7} {:>8}", "service", "passing", "warning", "critical")?;
        for (name, view) in &self.services {
            let Some(instances) = view.value() else {
                writeln!(picture, "{name:<32} …")?;
                continue;
            };
            let count = |status| instances.iter().filter(|instance| worst(instance) == status).count();
            let [passing, warning, critical] =
                [Status::Passing, Status::Warning, Status::Critical].map(count);
            writeln!(picture, "{name:<32} {passing:>7} {warning:>7} {critical:>8}")?;
        }
        if let Some((degraded, since)) = &self.degraded {
            let age = since.elapsed().as_secs();
            writeln!(picture, "not confirmed for {age} s and more: {}", degraded.cause)?;
        }
        println!("{picture}");
        Ok(())
    }
}

/// Waits until one of the views yields a snapshot.
async fn any(views: &mut BTreeMap<ServiceName, View<Vec<ServiceEntry>>>) {
    poll_fn(|cx| {
        let mut is_any = false;
        for view in views.values_mut() {
            is_any |= Pin::new(view).poll_next(cx).is_ready();
        }
        if is_any { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// The health of an instance is that of its worst check.
fn worst(instance: &ServiceEntry) -> Status {
    let order = |status: &Status| match status {
        Status::Passing => 0,
        Status::Warning => 1,
        _ => 2,
    };
    let checks = instance.checks.iter().map(|check| check.status.clone());
    checks.max_by_key(order).unwrap_or(Status::Passing)
}
