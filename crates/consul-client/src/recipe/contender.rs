//! The common part of locks and semaphores: a task that contends, and its events.

use std::time::Duration;

use consul_proto::Route;
use consul_proto::machine::lock::{Conflict, Event, Held, Holder, Lock, Release};
use consul_proto::machine::{Cleanup, Lease};
use consul_proto::txn::Apply;

use crate::recipe::hold::{Hold, closed, lost};
use crate::recipe::registry::Stage;
use crate::recipe::task::{LeaseMachine, Running, State};
use crate::runtime::Instant;
use crate::{Client, Error, ErrorKind};

/// A contender that runs in the background. Dropping it ends the wait and undoes an acquisition in flight.
#[derive(Debug)]
pub(crate) struct Contender {
    client: Client,
    name: &'static str,
    max_wait: Option<Duration>,
    running: Running<Event<Error>>,
}

impl Contender {
    pub(crate) fn start<M: LeaseMachine<Event = Event<Error>>>(
        client: &Client,
        name: &'static str,
        max_wait: Option<Duration>,
        machine: M,
    ) -> Result<Self, Error> {
        let running = Running::spawn(client, name, Stage::Lock, machine)?;
        Ok(Self { client: client.clone(), name, max_wait, running })
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Returns the sessions that hold it.
    pub(crate) fn holders(&self) -> Vec<Holder> {
        match self.running.state() {
            Some(Event::Waiting(waiting) | Event::NotAcquired(waiting)) => waiting.holders,
            _ => Vec::new(),
        }
    }

    /// Returns the error of the last attempt, if it failed.
    pub(crate) fn last_error(&self) -> Option<Error> {
        match self.running.state() {
            Some(Event::Waiting(waiting) | Event::NotAcquired(waiting)) => waiting.error,
            _ => None,
        }
    }

    /// Waits until the lock or slot is held. Returns `None` if the caller's time limit elapses first.
    pub(crate) async fn acquired(mut self) -> Result<Option<(Held, Hold<Event<Error>>)>, Error> {
        let name = self.name;
        let ended = self.running.wait_for(&self.client, Instant::MAX, |event| match event {
            Event::Held(held) => Some(Ok(Some(held.clone()))),
            Event::NotAcquired(_) => Some(Ok(None)),
            event => event.end(name).map(Err),
        });
        match ended.await? {
            Some(Ok(Some(held))) => {
                let hold = Hold::new(&self.client, held.lease.clone(), self.running);
                Ok(Some((held, hold)))
            }
            Some(Ok(None)) | None => Ok(None),
            Some(Err(error)) => Err(error),
        }
    }

    /// Waits until the lock or slot is held. Returns an error if the caller's time limit elapses first.
    pub(crate) async fn acquired_in_time(self) -> Result<(Held, Hold<Event<Error>>), Error> {
        let (name, max_wait, shown) = (self.name, self.max_wait, self.running.subscribe());
        if let Some(held) = self.acquired().await? {
            return Ok(held);
        }
        let limit = max_wait.unwrap_or_default();
        let state = shown.borrow().state().cloned();
        let (holders, error) = match state {
            Some(Event::NotAcquired(waiting)) => (waiting.holders, waiting.error),
            _ => (Vec::new(), None),
        };
        let holder = holders.first().map(|holder| format!(", {}", described(holder))).unwrap_or_default();
        let text = format!("{name} was not acquired within {limit:?}{holder}");
        Err(Error::recipe(ErrorKind::Timeout, text, error))
    }
}

impl Hold<Event<Error>> {
    /// Gives the lock or slot back, and waits until the recipe has cleaned up.
    pub(crate) async fn release(&self) -> Result<Release, Error> {
        match self.finish().await.0 {
            Some(Event::Released(release)) => Ok(release),
            _ => Err(self.lost().await),
        }
    }
}

impl LeaseMachine for Lock<Error> {
    fn cleanup(&self) -> Cleanup {
        self.cleanup()
    }
}

impl State for Event<Error> {
    fn lease(&self) -> Option<&Lease> {
        match self {
            Self::Held(held) => Some(&held.lease),
            _ => None,
        }
    }

    fn end(&self, name: &'static str) -> Option<Error> {
        Some(match self {
            Self::Waiting(_) | Self::Held(_) => return None,
            Self::Lost(reason) => lost(name, *reason, None),
            Self::Conflict(conflict) => conflicting(name, *conflict),
            Self::Failed(error) => error.clone(),
            _ => closed(name),
        })
    }
}

fn conflicting(name: &str, conflict: Conflict) -> Error {
    Error::recipe(ErrorKind::Conflict, format!("{name} cannot be used: {conflict}"), None)
}

/// Describes a holder for an error text. Names of sessions and nodes are not secret, unlike keys and values.
fn described(holder: &Holder) -> String {
    let mut text = format!("held by session {}", holder.session);
    if let Some(name) = holder.name.as_ref().filter(|name| !name.is_empty()) {
        text.push_str(&format!(" ({name:?})"));
    }
    if let Some(node) = &holder.node {
        text.push_str(&format!(" on node {node}"));
    }
    text
}

/// Returns the error of invalid settings.
pub(crate) fn invalid(error: consul_proto::EncodeError) -> Error {
    Error::encode(Route::of(&Apply::new()), error)
}
