//! A watch that records everything that it has yielded.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use consul_client::watch::{Degraded, Snapshot};
use consul_client::{Error, Watch};
use tokio::time::timeout;

use crate::clients::PATIENCE;

/// A type-erased watch that records everything that it has yielded.
pub(super) struct Followed {
    next: Box<Next>,
    /// The values as text, without consecutive duplicates.
    pub(super) values: Vec<String>,
    /// The degradations, one for each cause.
    pub(super) degradations: Vec<Degraded<Error>>,
    /// The reduced waits.
    pub(super) reduced_waits: Vec<Duration>,
    last: Option<Shown>,
}

type Next = dyn FnMut(&mut Context<'_>) -> Poll<Shown> + Send;

/// A snapshot whose value is text.
#[derive(Clone)]
struct Shown {
    value: Option<String>,
    degraded: Option<Degraded<Error>>,
    reduced_wait: Option<Duration>,
}

impl Followed {
    pub(super) fn new<T: Send + Sync + 'static>(mut watch: Watch<T>, text: fn(&T) -> String) -> Self {
        let shown = move |next: Option<Result<Snapshot<T>, Error>>| match next {
            Some(Ok(snapshot)) => Shown {
                value: snapshot.value().map(|value| text(value)),
                degraded: snapshot.degraded().cloned(),
                reduced_wait: snapshot.reduced_wait(),
            },
            Some(Err(error)) => panic!("a watch continues: {error:?}"),
            None => panic!("a watch continues"),
        };
        // Each poll cancels the previous call. No state may be lost.
        let next = Box::new(move |cx: &mut Context<'_>| pin!(watch.next()).poll(cx).map(shown));
        let (values, degradations, reduced_waits, last) = (Vec::new(), Vec::new(), Vec::new(), None);
        Self { next, values, degradations, reduced_waits, last }
    }

    /// Polls the watch until the future completes.
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

    /// Polls the watch until the condition holds.
    pub(super) async fn until(&mut self, condition: impl Fn(&Self) -> bool + Send + Sync) {
        let enough = async {
            while !condition(self) {
                self.step().await;
            }
        };
        let result = timeout(PATIENCE, enough).await;
        assert!(result.is_ok(), "only {:?} and {:?}", self.values, self.degradations);
    }

    /// Polls the watch until this is its value.
    pub(super) async fn until_value(&mut self, value: &str) {
        self.until(|followed| followed.values.last().is_some_and(|last| last == value)).await;
    }

    async fn step(&mut self) {
        let shown = poll_fn(&mut self.next).await;
        let before = self.last.take();
        let before_ref = before.as_ref();
        if let Some(value) = &shown.value
            && before_ref.and_then(|before| before.value.as_ref()) != Some(value)
        {
            self.values.push(value.clone());
        }
        if let Some(degraded) = &shown.degraded
            && before_ref.and_then(|before| before.degraded.as_ref()).map(|before| before.kind)
                != Some(degraded.kind)
        {
            self.degradations.push(degraded.clone());
        }
        if let Some(wait) = shown.reduced_wait
            && before_ref.and_then(|before| before.reduced_wait) != Some(wait)
        {
            self.reduced_waits.push(wait);
        }
        self.last = Some(shown);
    }
}
