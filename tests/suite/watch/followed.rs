//! A watch, and all it has told.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use consul_client::watch::{Trouble, Update};
use consul_client::{Error, Watch};
use consul_proto::{OutputOf, Watchable};
use tokio::time::timeout;

use crate::clients::PATIENCE;

/// A watch of anything, and all it has told.
pub(super) struct Followed {
    next: Box<Next>,
    /// The states that it has told, in short.
    pub(super) states: Vec<String>,
    pub(super) troubles: Vec<Trouble>,
    pub(super) shortened: Vec<Duration>,
}

type Next = dyn FnMut(&mut Context<'_>) -> Poll<Told> + Send;

enum Told {
    State(String),
    Trouble(Trouble),
    Shortened(Duration),
    Other,
}

impl Followed {
    pub(super) fn new<E: Watchable>(mut watch: Watch<E>, short: fn(&OutputOf<E>) -> String) -> Self
    where
        OutputOf<E>: PartialEq + Send + Sync,
    {
        let told = move |update: Option<Result<_, Error>>| match update {
            Some(Ok(Update::State(state))) => Told::State(short(&state.value)),
            Some(Ok(Update::Trouble(trouble))) => Told::Trouble(trouble),
            Some(Ok(Update::Shortened(wait))) => Told::Shortened(wait),
            Some(Ok(_)) => Told::Other,
            Some(Err(error)) => panic!("a watch goes on: {error:?}"),
            None => panic!("a watch goes on"),
        };
        // Each poll gives up on the one before, which is to lose nothing.
        let next = Box::new(move |cx: &mut Context<'_>| pin!(watch.next()).poll(cx).map(told));
        Self { next, states: Vec::new(), troubles: Vec::new(), shortened: Vec::new() }
    }

    /// Follows the watch until something else is done.
    pub(super) async fn during<F: Future>(&mut self, done: F) -> F::Output {
        let mut done = pin!(done);
        loop {
            tokio::select! {
                biased;
                output = &mut done => return output,
                () = self.step() => {}
            }
        }
    }

    /// Follows the watch until it has told enough.
    pub(super) async fn until(&mut self, is_enough: impl Fn(&Self) -> bool + Send + Sync) {
        let enough = async {
            while !is_enough(self) {
                self.step().await;
            }
        };
        let came = timeout(PATIENCE, enough).await;
        assert!(came.is_ok(), "told only {:?} and {:?}", self.states, self.troubles);
    }

    /// Follows the watch until it tells this state, if it has not done so last.
    pub(super) async fn until_state(&mut self, state: &str) {
        self.until(|followed| followed.states.last().is_some_and(|last| last == state)).await;
    }

    async fn step(&mut self) {
        match poll_fn(&mut self.next).await {
            Told::State(state) => {
                assert_ne!(self.states.last(), Some(&state), "told twice");
                self.states.push(state);
            }
            Told::Trouble(trouble) => self.troubles.push(trouble),
            Told::Shortened(wait) => self.shortened.push(wait),
            Told::Other => {}
        }
    }
}
