//! The recipes of a client that run, so that the client can end them.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use consul_transport::SendMark;
use tokio::sync::{Notify, watch};

use crate::call::timeout::with_timeout;
use crate::runtime::{Instant, Runtime};
use crate::session::SessionId;
use crate::{Error, ErrorKind};

/// Something that a client could not clean up when it was [closed](crate::Client::close).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Leftover {
    /// A session that was not destroyed, of a lock or on its own. It ends with its TTL; the keys that it holds are free
    /// after its lock-delay.
    Session(SessionId),
    /// A recipe that was still cleaning up: its name, such as `lock`.
    Unfinished(&'static str),
    /// The token of a [`Login`](crate::Login), which was not logged out.
    Token,
}

/// When a recipe ends while its client closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Locks and semaphores.
    Lock,
    /// Sessions of the program's own, which may hold keys.
    Session,
}

impl Stage {
    /// In the order of closing. Registrations come between the two: a service is deregistered after its locks are
    /// released, and while the token is still valid.
    pub(crate) const ALL: [Self; 2] = [Self::Lock, Self::Session];
}

/// The recipes that run.
#[derive(Debug, Default)]
pub(crate) struct Recipes(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    is_closed: bool,
    running: Vec<Weak<Recipe>>,
}

/// What a client knows of a recipe.
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
    /// Adds a recipe that is about to run.
    pub(crate) fn add(&self, recipe: &Arc<Recipe>) -> Result<(), Error> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.is_closed {
            return Err(Error::recipe(ErrorKind::Closed, "the client is closed", None));
        }
        state.running.retain(|running| running.strong_count() > 0);
        state.running.push(Arc::downgrade(recipe));
        Ok(())
    }

    /// Ends all recipes in the order of their stages. Each stage has an equal part of the time that is left, as has the
    /// caller for what comes after. So a stage that hangs does not prevent the next one.
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
                // What is left is collected at the end.
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

    /// Records what the recipe could not clean up.
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
