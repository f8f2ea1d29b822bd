//! Watches: the newest state of whatever can be waited on, as a stream.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), consul_client::Error> {
//! use consul_client::watch::Update;
//!
//! let mut color = client.kv().get("app/color").watch();
//! while let Some(update) = color.next().await {
//!     match update? {
//!         Update::State(state) => println!("now {:?}", state.value),
//!         Update::Trouble(trouble) => eprintln!("still {:?}, perhaps: {}", color.state(), trouble.error),
//!         Update::Confirmed => eprintln!("it was"),
//!         _ => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Whoever only wants the states has [`Watch::changed`]. What else can be made of a watch:
//!
//! | | |
//! | --- | --- |
//! | [`Call::view`] | the newest state at hand without waiting, for any number of readers, kept by a task |
//! | [`Watch::diffs`] | what came, what is different and what is gone, of lists and maps |
//! | [`Watch::config`] | a key or a subtree as a value of a type of yours; what does not fit leaves the last one that did |
//! | [`feed`](crate::event::Feed) | user events, each once |
//!
//! # How watches behave
//!
//! **States.** The first state is told as soon as it is known, then every state that differs from the one told before.
//! Absence is a state: a deleted key is `None`, a service without instances an empty list. What happens between two
//! answers is not seen: of several changes the newest is told, and a value that changes and changes back is no change.
//! After any trouble the next success tells what is there then, so the last state told is the last that was read.
//!
//! **States do not go back** when the leader changes: a new one can answer before it has read all that was stored, even
//! that there is nothing. Where an index falls, a [consistent](crate::Call::consistent) read decides whether the servers
//! were really set back, as by restoring a snapshot.
//!
//! **A slow consumer** holds nothing up and piles nothing up. While it is busy with an update nothing is asked; what it
//! gets next is the newest state.
//!
//! **Silence costs nothing.** One request waits at the server, for 55 seconds by default, and is then repeated. A change
//! after any length of silence is told as fast as the network carries it.
//!
//! **Changes that do not stop** are followed up to ten a second. Of changes that come faster the newest is told, after a
//! burst once a second; a server or a proxy that does not wait at all is asked no more often either. Both are settings:
//! [`Watch::changes`], [`Watch::repeats`].
//!
//! **Outages** are ridden out. Attempts come with pauses that grow: ten at most in the first ten seconds, two a minute in
//! the end. The end of an outage is noticed within 1.5 seconds where it was shorter than 30 seconds, and within 30 seconds
//! otherwise. An outage is told when it has lasted for 10 seconds, once; its end is told by a state where there is a new
//! one, and by [`Update::Confirmed`] where there is not.
//!
//! **Refusals** (no permission, no such token or datacenter, a request that the server does not take) are told at once, and
//! tried again after 30 seconds. So is, with shorter pauses, what is not an answer of Consul's. [`Watch::ends`] makes
//! them, or all failures, end the stream.
//!
//! **The end** is an `Err`, once, and `None` from then on. Without [`Watch::ends`] only a request that cannot be written
//! has one, such as the watch of an empty key.
//!
//! **Views in the agent.** Since 1.10 watches of a service's health are answered by a view that lives in the agent. It says
//! "no instances" when it has no data, which can mean no permission or no servers; and it goes on saying what it said
//! when the token was deleted. Neither is taken at its word: emptiness without an index is checked with the servers, and
//! so is what has not changed for 5 minutes ([`Watch::confirm`]).
//!
//! **Waits that are cut off.** A server or a proxy can be set to close what takes long. After two waits that were cut off
//! in the same way, shorter ones are asked for, which is told as [`Update::Shortened`].
//!
//! **Dropping** a watch drops its connection. The server notices when the wait would have ended: until then it counts the
//! connection as one of the 200 that it allows from one address.
//!
//! # Many watches
//!
//! An agent allows 200 connections from one address, whichever programs there have them, and refuses all calls beyond;
//! the renewal of a session could be one of them. So the watches of a client and its clones have 64 requests waiting at
//! the server at once ([`ClientBuilder::max_long_polls`](crate::ClientBuilder::max_long_polls)), and 8 that ask without waiting. Calls that
//! are no watches are not counted and wait for nobody.
//!
//! Up to half as many watches never hear of it. Of more, each is asked to wait for a shorter time. More than there are
//! places for take turns, first come, first served: every watch has its turn about every 10 seconds, a change between two
//! turns is told at the next, and no turn is shorter than 2 seconds. So the rate of requests is that of the watches by ten
//! seconds and at most half of the places a second: 215 watches in 64 places ask 22 times a second in all. A place that a
//! dropped watch has left is taken until the server's wait would have ended.
//!
//! While servers are in trouble all watches of a client together ask at most 16 times a second, after each has found out
//! for itself. The first that finds the servers well lets all others ask.
//!
//! A watch has to be polled to go on. One that is not keeps its place for the time that its request may take, and queues
//! again afterwards; a [`View`] is polled by its task. What is watched in many places of a program is best watched once:
//! [views](View) of the same query share one request.
//!
//! # What they cannot do
//!
//! - A restored snapshot shows when the wait is over, because restoring wakes nobody: within 59 seconds by default. So
//!   does an agent that lost all it had while no request of the watch was under way, as between two polls.
//! - Servers without a leader hold requests for seconds, and go on holding them when there is one. Where that happens the
//!   end of an outage is noticed up to the [timeout](crate::Call::timeout) of an attempt later, 5 seconds by default.
//! - A server that freezes without closing its connections is noticed when the attempt's time is over, 64 seconds by
//!   default; behind a view in the agent, when the view has not changed for 5 minutes.
//! - A token that was deleted may go on working for as long as the agent caches it.
//! - An empty list can mean that the token may not see anything: Consul does not tell them apart.
//! - With [stale](crate::Call::stale) reads each answer can come from another server, and states can go back. How old an
//!   answer is can be limited ([`Watch::staleness`]).

mod config;
mod diffs;
mod settings;
mod update;
mod view;

use std::fmt;
use std::future::poll_fn;
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

pub use config::Config;
pub use consul_proto::diff::{Changed, Diff, Keyed};
pub use consul_proto::machine::watch::{Ends, Settings, State};
pub use consul_proto::machine::{Backoff, Rate};
use consul_proto::machine::{Instant, watch};
use consul_proto::{OutputOf, Watchable};
pub use diffs::{Collection, Diffs};
use futures_core::Stream;
pub use update::{Trouble, Update};
pub use view::{Snapshot, View};

use crate::driver::Driver;
use crate::error::Route;
use crate::{Call, Client, Error};
use view::Source;

/// A stream of the states of what is watched; see the [module](self) for how it behaves.
///
/// Made by [`Call::watch`]. Nothing is sent before it is polled for the first time, nothing is spawned, and dropping it
/// is the end of it. Between two polls it does nothing.
#[must_use = "a watch does nothing until it is polled"]
pub struct Watch<E: Watchable> {
    driver: Driver<watch::Watch<E, Error>>,
}

impl<E: Watchable> Call<E> {
    /// Watches instead of reading once: a stream of the states that there are from now on, the present one first.
    ///
    /// Everything the call was given holds for every request. An [`index`](Self::index) means nothing; a
    /// [`wait`](Self::wait) takes the place of the watch's own, an [`attempt_timeout`](Self::attempt_timeout) is how
    /// long each request lasts at most beyond it.
    pub fn watch(self) -> Watch<E>
    where
        OutputOf<E>: PartialEq + Send + Sync,
    {
        let (client, endpoint, options, tokens, attempt_timeout) = self.into_parts();
        let mut settings = Settings::default();
        settings.grace = attempt_timeout.unwrap_or(client.settings().timeouts.of_read());
        if let Some(wait) = options.wait {
            settings.wait = wait;
        }
        let route = Route::of(&endpoint);
        // The one source of randomness in the standard library, which is enough to keep clients from acting in step.
        let seed = RandomState::new().hash_one(0);
        let machine = watch::Watch::new(endpoint, options, settings, seed);
        Watch { driver: Driver::new(machine, client, route, tokens) }
    }
}

impl<E: Watchable> Watch<E>
where
    OutputOf<E>: PartialEq + Send + Sync,
{
    /// Waits for the next update; `None` when the watch has ended.
    ///
    /// Can be given up and called again without losing anything.
    ///
    /// # Errors
    ///
    /// Where the watch ends; see [`ends`](Self::ends).
    pub async fn next(&mut self) -> Option<Result<Update<OutputOf<E>>, Error>> {
        poll_fn(|cx| self.poll_update(cx)).await
    }

    /// Waits for the next state, and leaves aside whatever else is told; `None` when the watch has ended.
    ///
    /// Can be given up and called again without losing anything.
    ///
    /// # Errors
    ///
    /// Where the watch ends; see [`ends`](Self::ends).
    pub async fn changed(&mut self) -> Option<Result<State<OutputOf<E>>, Error>> {
        poll_fn(|cx| update::poll_state(cx, |cx| self.poll_update(cx))).await
    }

    /// The state that was told last.
    #[must_use]
    pub fn state(&self) -> Option<&Arc<OutputOf<E>>> {
        self.driver.machine().state()
    }

    /// How long ago the state was confirmed last; `None` where there is none yet.
    ///
    /// While nothing is wrong, up to the time that servers are asked to wait.
    #[must_use]
    pub fn unconfirmed(&self) -> Option<Duration> {
        let confirmed = self.driver.machine().confirmed_at()?;
        Some(self.driver.now().since(confirmed))
    }

    /// The same watch, for who has been told nothing yet.
    fn afresh(mut self) -> Self {
        self.driver.machine_mut().retell();
        self
    }
}

impl<E: Watchable> Stream for Watch<E>
where
    OutputOf<E>: PartialEq + Send + Sync,
{
    type Item = Result<Update<OutputOf<E>>, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_update(cx)
    }
}

impl<E: Watchable> Source for Watch<E>
where
    OutputOf<E>: PartialEq + Send + Sync,
{
    type Value = OutputOf<E>;

    fn poll_update(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Update<OutputOf<E>>, Error>>> {
        let event = self.driver.poll_event(cx);
        event.map(|event| event.map(|event| update::of(event, self.driver.route(), self.driver.last_token())))
    }

    fn confirmed_at(&self) -> Option<Instant> {
        self.driver.machine().confirmed_at()
    }

    fn client(&self) -> &Client {
        self.driver.client()
    }

    fn route(&self) -> &Route {
        self.driver.route()
    }
}

/// An endpoint is plain data, and never pinned.
impl<E: Watchable> Unpin for Watch<E> {}

impl<E: Watchable> fmt::Debug for Watch<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watch").field(self.driver.machine()).finish()
    }
}
