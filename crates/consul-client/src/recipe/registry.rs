//! The running recipes of a client, which the client can end.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use consul_transport::SendMark;
use tokio::sync::{Notify, watch};

use crate::call::timeout::with_timeout;
use crate::runtime::{Instant, Runtime};
use crate::session::SessionId;
use crate::{Error, ErrorKind};

/// An object that a client could not clean up when it was [closed](crate::Client::close).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Leftover {
    /// A session, of a lock, a semaphore or `keep_alive`, that was not destroyed. It ends with its TTL, and its keys are free
    /// after its lock-delay.
    Session(SessionId),
    /// A recipe that was still cleaning up: its name, such as `lock`.
    Unfinished(&'static str),
    /// The token of a [`Login`](crate::Login), which was not logged out.
    Token,
}

/// The stage of closing a client in which a recipe ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Locks and semaphores.
    Lock,
    /// Separate sessions, which may hold keys.
    Session,
}

impl Stage {
    /// In the order of closing. Registrations come between the two: a service is deregistered after its locks are
    /// released, and while the token is still valid.
    pub(crate) const ALL: [Self; 2] = [Self::Lock, Self::Session];
}

/// The running recipes.
#[derive(Debug, Default)]
pub(crate) struct Recipes(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    is_closed: bool,
    running: Vec<Weak<Recipe>>,
}

/// The state of a recipe in the registry.
#[derive(Debug)]
pub(crate) struct Recipe {
    name: &'static str,
    stage: Stage,
    stop: Arc<Notify>,
    end: watch::Sender<End>,
}

#[derive(Debug, Default)]
struct End {
    has_ended: bool,
    left: Vec<Leftover>,
}

impl Recipes {
    /// Adds a recipe before it runs.
    pub(crate) fn add(&self, recipe: &Arc<Recipe>) -> Result<(), Error> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.is_closed {
            return Err(Error::recipe(ErrorKind::Closed, "the client is closed", None));
        }
        state.running.retain(|running| running.strong_count() > 0);
        state.running.push(Arc::downgrade(recipe));
        Ok(())
    }

    /// Ends all recipes in the order of their stages. Each stage, and the rest of closing, gets an equal part of the
    /// remaining time, so that a stage that hangs does not prevent the next one.
    ///
    /// Returns what is left at that time.
    pub(crate) async fn close(&self, runtime: &dyn Runtime, deadline: Instant) -> Vec<Leftover> {
        let running: Vec<_> = {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            state.is_closed = true;
            state.running.iter().filter_map(Weak::upgrade).collect()
        };
        for (at, stage) in Stage::ALL.into_iter().enumerate() {
            let recipes: Vec<_> = running.iter().filter(|recipe| recipe.stage == stage).collect();
            recipes.iter().for_each(|recipe| recipe.stop.notify_one());
            let now = runtime.now();
            let parts = Stage::ALL.len() - at + 1;
            let until = now + deadline.since(now) / u32::try_from(parts).unwrap_or(u32::MAX);
            for recipe in recipes {
                let ended = recipe.ended();
                // The objects that were not cleaned up are collected at the end.
                let _ = with_timeout(runtime, runtime.now(), until, &SendMark::new(), ended).await;
            }
        }
        running.iter().flat_map(|recipe| recipe.left()).collect()
    }
}

impl Recipe {
    pub(crate) fn new(name: &'static str, stage: Stage, stop: Arc<Notify>) -> Arc<Self> {
        Arc::new(Self { name, stage, stop, end: watch::Sender::default() })
    }

    /// Records the objects that the recipe could not clean up.
    pub(crate) fn leave(&self, left: impl IntoIterator<Item = Leftover>) {
        self.end.send_modify(|end| end.left = left.into_iter().collect());
    }

    /// Records that the recipe has ended.
    pub(crate) fn end(&self) {
        self.end.send_modify(|end| end.has_ended = true);
    }

    async fn ended(&self) {
        // The sender is there for as long as this is.
        let _ = self.end.subscribe().wait_for(|end| end.has_ended).await;
    }

    fn left(&self) -> Vec<Leftover> {
        let end = self.end.borrow();
        if end.has_ended { end.left.clone() } else { vec![Leftover::Unfinished(self.name)] }
    }
}
