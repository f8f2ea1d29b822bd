//! The services of a datacenter and how they are, live in the terminal.
//!
//! ```sh
//! CONSUL_HTTP_ADDR=127.0.0.1:8500 cargo run -p consul-client --example live
//! ```
//!
//! Stop the agent while it runs, and start it again. With a number as its argument it ends after so many pictures.

#![allow(clippy::print_stdout, reason = "the terminal is what it is about")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::future::poll_fn;
use std::io::IsTerminal;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use consul_client::health::{ServiceEntry, Status};
use consul_client::proto::catalog;
use consul_client::watch::{Diff, Diffs, Trouble, Update};
use consul_client::{Client, Error, View, Watch};
use futures_core::Stream;

type Failure = Box<dyn std::error::Error>;
type Names = BTreeMap<String, Vec<String>>;

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

/// What there is to see.
struct Board {
    client: Client,
    /// One watch tells which services there are …
    names: Diffs<Watch<catalog::Services>, Names>,
    trouble: Option<Trouble>,
    /// … and one for each how it is. A view that is dropped is a watch less.
    services: BTreeMap<String, View<Vec<ServiceEntry>>>,
}

impl Board {
    fn new(client: Client) -> Self {
        let names = client.catalog().services().watch().stall(Duration::from_secs(2)).diffs();
        Self { client, names, trouble: None, services: BTreeMap::new() }
    }

    /// Waits until there is something else to see.
    async fn changed(&mut self) -> Result<(), Error> {
        tokio::select! {
            update = self.names.next() => match update {
                Some(update) => self.take(update?),
                None => std::future::pending().await,
            },
            () = any(&mut self.services) => {}
            // Only an age goes on by itself.
            () = tokio::time::sleep(Duration::from_secs(1)), if self.trouble.is_some() => {}
        }
        Ok(())
    }

    fn take(&mut self, update: Update<Diff<(String, Vec<String>)>>) {
        match update {
            Update::State(state) => {
                self.trouble = None;
                for (name, _) in &state.value.added {
                    self.services.insert(name.clone(), self.client.health().service(name).view());
                }
                for (name, _) in &state.value.removed {
                    self.services.remove(name);
                }
            }
            Update::Trouble(trouble) => self.trouble = Some(trouble),
            Update::Confirmed => self.trouble = None,
            _ => {}
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
            let Some(instances) = view.state() else {
                writeln!(picture, "{name:<32} …")?;
                continue;
            };
            let count = |status| instances.iter().filter(|instance| worst(instance) == status).count();
            let [passing, warning, critical] =
                [Status::Passing, Status::Warning, Status::Critical].map(count);
            writeln!(picture, "{name:<32} {passing:>7} {warning:>7} {critical:>8}")?;
        }
        if let Some(trouble) = &self.trouble {
            let age = trouble.unconfirmed.unwrap_or_default().as_secs();
            writeln!(picture, "not confirmed for {age} s and more: {}", trouble.error)?;
        }
        println!("{picture}");
        Ok(())
    }
}

/// Waits until one of the views tells something.
async fn any(views: &mut BTreeMap<String, View<Vec<ServiceEntry>>>) {
    poll_fn(|cx| {
        let mut told = false;
        for view in views.values_mut() {
            told |= Pin::new(view).poll_next(cx).is_ready();
        }
        if told { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// An instance is as well as its worst check.
fn worst(instance: &ServiceEntry) -> Status {
    let order = |status: &Status| match status {
        Status::Passing => 0,
        Status::Warning => 1,
        _ => 2,
    };
    let checks = instance.checks.iter().map(|check| check.status.clone());
    checks.max_by_key(order).unwrap_or(Status::Passing)
}
