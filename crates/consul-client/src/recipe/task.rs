//! The background task of a machine.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use consul_proto::machine::{Cleanup, Lease, Machine};
use tokio::sync::Notify;
use tokio::sync::watch::{Receiver, Sender, channel};
use tracing::Instrument as _;

use crate::recipe::hold::closed;
use crate::recipe::registry::{Leftover, Recipe, Stage};
use crate::runtime::Instant;
use crate::watch::driver::Driver;
use crate::{Client, Error, ErrorKind};

/// A machine of a recipe.
pub(crate) trait LeaseMachine: Machine<Event: State, Error = Error> + Send + 'static {
    /// Returns the sessions that the machine has left on the servers.
    fn cleanup(&self) -> Cleanup;
}

/// The events of a machine, as the guards of its recipe need them.
pub(crate) trait State: Clone + Send + Sync + 'static {
    /// Returns the lease, if there is one.
    fn lease(&self) -> Option<&Lease>;

    /// Returns the error of the recipe with this name, if it has ended.
    fn end(&self, name: &'static str) -> Option<Error>;
}

/// The handle of a task. Dropping it stops the machine, which then cleans up in the background.
#[derive(Debug)]
pub(crate) struct Running<S> {
    /// The recipe, for error texts, logs and metrics.
    name: &'static str,
    shown: Receiver<Shown<S>>,
    stop: Arc<Notify>,
}

/// The newest event, and the state of the task.
#[derive(Clone, Debug)]
pub(crate) struct Shown<S> {
    state: Option<S>,
    progress: Progress,
    /// Set once the machine has ended.
    cleanup: Option<Cleanup>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Running,
    /// The owner has stopped the machine, which has not ended yet.
    Stopping,
    Finished,
    /// The task was dropped with its runtime, or by a panic.
    Dropped,
}

impl<S: State> Running<S> {
    /// Runs a machine in the background.
    pub(crate) fn spawn<M: LeaseMachine<Event = S>>(
        client: &Client,
        name: &'static str,
        stage: Stage,
        machine: M,
    ) -> Result<Self, Error> {
        let (sender, shown) = channel(Shown { state: None, progress: Progress::Running, cleanup: None });
        let stop = Arc::new(Notify::new());
        let recipe = Recipe::new(name, stage, Arc::clone(&stop));
        client.settings().recipes.add(&recipe)?;
        let driver = Driver::of_lease(Box::new(machine), client.clone());
        let task = Task { name, client: client.clone(), driver, sender, stop: Arc::clone(&stop), recipe };
        let span = tracing::debug_span!("consul.recipe", consul.recipe = name);
        client
            .settings()
            .runtime
            .spawn(Box::pin(task.run().instrument(span)))
            .map_err(|error| Error::recipe(ErrorKind::Closed, error.to_string(), None))?;
        Ok(Self { name, shown, stop })
    }

    /// Returns the newest event.
    pub(crate) fn state(&self) -> Option<S> {
        self.shown.borrow().state.clone()
    }

    /// Waits until `read` returns something for the newest event, until the time `at`, or until the task has ended.
    /// Returns an error if the task has ended, and `None` if the time is reached.
    pub(crate) async fn wait_for<T>(
        &mut self,
        client: &Client,
        at: Instant,
        mut read: impl FnMut(&S) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let runtime = &client.settings().runtime;
        let mut sleep = runtime.sleep_until(at);
        loop {
            let ended = {
                let shown = self.shown.borrow_and_update();
                if let Some(read) = shown.state.as_ref().and_then(&mut read) {
                    return Ok(Some(read));
                }
                shown.end(self.name)
            };
            if let Some(error) = ended {
                return Err(error);
            }
            let mut changed = pin!(self.shown.changed());
            let is_late = poll_fn(|cx| {
                if let Poll::Ready(changed) = changed.as_mut().poll(cx) {
                    return Poll::Ready(changed.is_err());
                }
                sleep.as_mut().poll(cx).map(|()| true)
            });
            if is_late.await && runtime.now() >= at {
                return Ok(None);
            }
        }
    }

    /// Stops the machine.
    pub(crate) fn stop(&self) {
        self.stop.notify_one();
    }

    /// Returns another receiver of the events.
    pub(crate) fn subscribe(&self) -> Receiver<Shown<S>> {
        self.shown.clone()
    }

    /// Waits until the machine has ended and cleaned up. Returns its last event, and `true` if the clean-up is
    /// complete.
    pub(crate) async fn finished(&self) -> (Option<S>, bool) {
        let has_ended = |shown: &Shown<S>| matches!(shown.progress, Progress::Finished | Progress::Dropped);
        // The task sets one of the two before its sender is dropped.
        let _ = self.shown.clone().wait_for(has_ended).await;
        let shown = self.shown.borrow();
        (shown.state.clone(), shown.cleanup == Some(Cleanup::Complete))
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }
}

impl<S> Drop for Running<S> {
    fn drop(&mut self) {
        self.stop.notify_one();
    }
}

impl<S: State> Shown<S> {
    /// Returns the newest event.
    pub(crate) fn state(&self) -> Option<&S> {
        self.state.as_ref()
    }

    /// Returns the error of the recipe, if it has ended.
    pub(crate) fn end(&self, name: &'static str) -> Option<Error> {
        let end = self.state.as_ref().and_then(|state| state.end(name));
        end.or_else(|| match self.progress {
            Progress::Running | Progress::Stopping => None,
            // Stopped before anything was held.
            Progress::Finished => Some(closed(name)),
            Progress::Dropped => {
                let text = format!("the task of the {name} has ended with its runtime, or by a panic");
                Some(Error::recipe(ErrorKind::Lost, text, None))
            }
        })
    }

    /// Returns `true` if the owner has ended the recipe, and no event shows this yet.
    pub(crate) fn is_stopping(&self) -> bool {
        self.progress == Progress::Stopping
    }
}

/// The future that runs in the background.
struct Task<M: Machine<Event: State>> {
    name: &'static str,
    client: Client,
    driver: Driver<M>,
    sender: Sender<Shown<M::Event>>,
    stop: Arc<Notify>,
    recipe: Arc<Recipe>,
}

impl<M: LeaseMachine> Task<M> {
    async fn run(mut self) {
        let stop = Arc::clone(&self.stop);
        let mut stopped = pin!(stop.notified());
        let mut is_stopping = false;
        poll_fn(|cx| {
            if !is_stopping && stopped.as_mut().poll(cx).is_ready() {
                is_stopping = true;
                self.sender.send_modify(|shown| shown.progress = Progress::Stopping);
                self.driver.stop();
            }
            while let Some(event) = std::task::ready!(self.driver.poll_event(cx)) {
                self.show(event);
            }
            Poll::Ready(())
        })
        .await;
        let cleanup = self.driver.machine().cleanup();
        if let Cleanup::Incomplete(sessions) = &cleanup {
            self.recipe.leave(sessions.iter().cloned().map(Leftover::Session));
        }
        self.sender.send_modify(|shown| {
            (shown.progress, shown.cleanup) = (Progress::Finished, Some(cleanup));
        });
    }

    fn show(&self, event: M::Event) {
        if let Some(observer) = &self.client.settings().observer {
            let shown = self.sender.borrow();
            let before = shown.state.as_ref();
            if event.lease().is_some() && before.is_none_or(|before| before.lease().is_none()) {
                observer.lease_started(self.name);
            }
            if let Some(error) = event.end(self.name)
                && error.kind() == ErrorKind::Lost
                && before.is_none_or(|before| before.end(self.name).is_none())
            {
                observer.lease_lost(self.name, &error);
            }
        }
        self.sender.send_modify(|shown| shown.state = Some(event));
    }
}

/// A dropped task no longer renews the lease, so it is ended.
impl<M: Machine<Event: State>> Drop for Task<M> {
    fn drop(&mut self) {
        self.recipe.end();
        self.sender.send_if_modified(|shown| {
            if shown.progress == Progress::Finished {
                return false;
            }
            shown.progress = Progress::Dropped;
            if let Some(lease) = shown.state.as_ref().and_then(State::lease) {
                lease.end();
            }
            true
        });
    }
}
