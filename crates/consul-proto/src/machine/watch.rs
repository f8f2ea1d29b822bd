//! Watching a blocking endpoint: the newest state, whatever happens to the servers.
//!
//! A blocking query is asked again and again; what is hard is everything around it. The rules, each with its reason in
//! the file that carries it out:
//!
//! - **What is asked** (this file). The first request has no index. From then on the index of the last good answer is
//!   sent, or none. After a failure the server is hardly asked to wait, so that the end of the trouble is known at once.
//! - **What an answer means** (`answer`). An index that goes back is believed of a leader that is sure of its office, and
//!   starts the watch over. Equal content is no event. A view without data (index 1, from the agent's streaming backend)
//!   is not emptiness: the servers are asked. Errors never change the index.
//! - **When to ask** (`pace`). Two token buckets and a backoff; silence costs nothing, and no answer comes late after it.
//!   Where the driver limits requests, also not before it is this machine's turn.
//! - **How long the server is to wait** (`hold`). Shorter, once something on the way proves to cut long waits off.
//! - **What is told of failures** (`trouble`). Refusals at once; outages when they last.

mod answer;
mod event;
mod hold;
mod pace;
mod settings;
#[cfg(test)]
mod tests;
mod trouble;

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

pub use event::{Cause, Event, Severity, State, Trouble};
pub use settings::{Ends, Settings};

use crate::machine::{Exchange, Input, Instant, Machine, Output, Slot};
use crate::{Cached, Consistency, EncodeError, Options, OutputOf, Route, Watchable, encode};
use hold::Hold;
use pace::Pace;
use trouble::Episode;

/// Watches an endpoint; see the [module](self) for its rules.
///
/// Holds the newest state that it has told, to know the next one from it, and nothing else that grows.
pub struct Watch<E: Watchable, X> {
    endpoint: E,
    /// Index or hash of the last good answer stand here, where [`encode`] reads them.
    options: Options,
    /// What the caller asked for, where a single request may differ.
    consistency: Option<Consistency>,
    cached: Option<Cached>,
    settings: Settings,
    phase: Phase,
    /// A slot for the next poll, and how long the server may hold the request.
    granted: Option<(Slot, Duration)>,
    /// Exchanges there have been.
    exchanges: u64,
    /// The state that was told last.
    state: Option<State<OutputOf<E>>>,
    /// The index of the last good answer, also where the next request goes without one.
    last_index: Option<u64>,
    /// When the last good answer came.
    confirmed: Option<Instant>,
    /// When the servers, and not only a view in the agent, last stood behind the state.
    vouched: Instant,
    /// Whether requests with an index are answered out of a view in the agent.
    is_streaming: bool,
    /// Why the next request goes without an index; nothing to do with the usual case.
    doubt: Option<Doubt>,
    pace: Pace,
    hold: Hold,
    episode: Option<Episode<X>>,
    /// Events that are to be taken: never more than one of them a state.
    outbox: VecDeque<Event<OutputOf<E>, X>>,
}

/// What the machine is about.
#[derive(Debug)]
enum Phase {
    /// The next request is sent when its time has come.
    Idle,
    /// An answer is due.
    Asked(Asked),
    /// The exchange is to be given up, then it is over.
    Stopping(Exchange),
    /// It is over.
    Stopped,
}

/// A request that is under way.
#[derive(Clone, Copy, Debug)]
struct Asked {
    exchange: Exchange,
    at: Instant,
    /// How long the server may wait; `None` where there is no index to wait on.
    wait: Option<Duration>,
}

/// What is wrong with the last answer, so that it was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doubt {
    /// The agent's view had no data, or older data than had been told.
    View,
    /// A server had older data than had been told.
    Backward,
    /// A server had not heard the leader for too long.
    Stale,
}

/// How long the server is to wait after a failure. Long enough for a view in the agent to come by its data, and a brief
/// turn is enough for it.
const PROBE: Duration = Slot::SHORT_WAIT;

/// The least time for which a view in the agent is believed.
const BELIEVED: Duration = Duration::from_secs(1);

impl<E: Watchable, X> Watch<E, X> {
    /// A watch of `endpoint`.
    ///
    /// `options` is what each request adds, except for index, hash and wait, which are the watch's own. `seed` decides
    /// what is left to chance: give each watch another.
    #[must_use]
    pub fn new(endpoint: E, options: Options, settings: Settings, seed: u64) -> Self {
        let Options { consistency, cached, .. } = options;
        Self {
            endpoint,
            options: Options { index: None, hash: None, ..options },
            consistency,
            cached,
            settings,
            phase: Phase::Idle,
            granted: None,
            exchanges: 0,
            state: None,
            last_index: None,
            confirmed: None,
            vouched: Instant::ORIGIN,
            is_streaming: false,
            doubt: None,
            pace: Pace::new(seed),
            hold: Hold::default(),
            episode: None,
            outbox: VecDeque::new(),
        }
    }

    /// What is watched.
    #[must_use]
    pub fn endpoint(&self) -> &E {
        &self.endpoint
    }

    /// The first request. Two watches whose first requests and settings are equal see the same.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn first_request(&self) -> Result<http::Request<Bytes>, EncodeError> {
        let Self { consistency, cached, .. } = *self;
        let first =
            Options { index: None, hash: None, wait: None, consistency, cached, ..self.options.clone() };
        encode(&self.endpoint, &first)
    }

    /// How it is watched.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How it is watched, to change it; from the next request on.
    pub fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    /// The state that was told last.
    #[must_use]
    pub fn state(&self) -> Option<&Arc<OutputOf<E>>> {
        self.state.as_ref().map(|state| &state.value)
    }

    /// Tells anew what it has told, for an owner that knows nothing of it: the state, where there is one, at once; trouble
    /// that goes on, with the next failure.
    pub fn retell(&mut self) {
        // Trouble that was not taken yet would be told by an episode that knows nothing of it, and so never be ended.
        self.outbox.retain(|event| matches!(event, Event::Shortened(_) | Event::Ended(_)));
        if let Some(state) = &self.state {
            self.outbox.push_front(Event::State(state.clone()));
        }
        if let Some(episode) = &mut self.episode {
            episode.retell();
        }
    }

    /// When that state was confirmed last, by an answer that told it or told nothing else.
    ///
    /// While nothing is wrong it lies back for up to the time that the server was asked to wait.
    #[must_use]
    pub fn confirmed_at(&self) -> Option<Instant> {
        self.confirmed
    }

    fn has_cursor(&self) -> bool {
        self.options.index.is_some() || self.options.hash.is_some()
    }

    /// How long the server is to hold the next request; `None` where it has nothing to wait on.
    fn wait(&self, now: Instant) -> Option<Duration> {
        let is_to_vouch = self.is_streaming && self.until_vouching(now) < BELIEVED;
        (self.has_cursor() && !is_to_vouch).then(|| {
            let wait = self.hold.wait(&self.settings);
            let wait = if self.episode.is_some() { wait.min(PROBE) } else { wait };
            if self.is_streaming { wait.min(self.until_vouching(now)) } else { wait }
        })
    }

    /// What the next request needs.
    fn needed(&self, now: Instant) -> Slot {
        if self.wait(now).is_some_and(|wait| wait > Slot::SHORT_WAIT) { Slot::LongPoll } else { Slot::Short }
    }

    /// Decides what to ask, and writes it into the options.
    fn ask(&mut self, now: Instant, longest: Duration) -> Option<Duration> {
        let wait = self.wait(now).map(|wait| wait.min(longest));
        if wait.is_none() {
            // A cursor that is not used is not needed again: from here on there are requests without one until one succeeds.
            (self.options.index, self.options.hash) = (None, None);
        }
        let is_first = self.state.is_none() && self.doubt.is_none();
        self.options.wait = wait;
        // Only the servers themselves can dispel a doubt.
        self.options.cached = self.cached.filter(|_| wait.is_some() || is_first);
        self.options.consistency = match self.doubt {
            None | Some(Doubt::View) => self.consistency,
            Some(Doubt::Backward) => Some(Consistency::Consistent),
            // Agents can be set to make stale reads of default ones, but not of those that name the leader.
            Some(Doubt::Stale) => Some(Consistency::Leader),
        };
        wait
    }

    /// The time that is left before the servers have to stand behind what the agent's view says.
    fn until_vouching(&self, now: Instant) -> Duration {
        // Room for a wait in between, whatever is set.
        (self.vouched + self.settings.confirm.max(2 * BELIEVED)).since(now)
    }

    fn send(&mut self, now: Instant, slot: Slot, longest: Duration) -> Output<Event<OutputOf<E>, X>> {
        let wait = self.ask(now, longest);
        match encode(&self.endpoint, &self.options) {
            Ok(request) => {
                self.exchanges += 1;
                let exchange = Exchange::new(self.exchanges);
                self.phase = Phase::Asked(Asked { exchange, at: now, wait });
                self.pace.sent(&self.settings, now);
                // Servers add up to a sixteenth to the wait, to spread their answers.
                let held = wait.map_or(Duration::ZERO, |wait| wait + wait / 16);
                let (route, deadline) = (Route::of(&self.endpoint), now + held + self.settings.grace);
                Output::Send { exchange, route, request, slot, held, deadline }
            }
            Err(error) => {
                self.phase = Phase::Stopped;
                Output::Event(Event::Ended(Cause::Request(error)))
            }
        }
    }

    /// Ends the exchange, where it is the one under way.
    fn take_asked(&mut self, exchange: Exchange) -> Option<Asked> {
        match self.phase {
            Phase::Asked(asked) if asked.exchange == exchange => {
                self.phase = Phase::Idle;
                Some(asked)
            }
            _ => None,
        }
    }
}

impl<E: Watchable, X> Machine for Watch<E, X>
where
    OutputOf<E>: PartialEq,
{
    type Event = Event<OutputOf<E>, X>;
    type Error = X;

    fn handle(&mut self, now: Instant, input: Input<X>) {
        match input {
            Input::Response(exchange, response) => {
                if let Some(asked) = self.take_asked(exchange) {
                    self.answered(now, asked, response);
                }
            }
            Input::Failed(exchange, failure) => {
                if let Some(asked) = self.take_asked(exchange) {
                    self.failed(now, asked, Cause::Failed(failure));
                }
            }
            Input::Granted { slot, longest } => self.granted = Some((slot, longest)),
            Input::Stop => {
                self.outbox.clear();
                self.phase = match self.phase {
                    Phase::Asked(Asked { exchange, .. }) | Phase::Stopping(exchange) => {
                        Phase::Stopping(exchange)
                    }
                    Phase::Idle | Phase::Stopped => Phase::Stopped,
                };
            }
        }
    }

    fn poll(&mut self, now: Instant) -> Output<Self::Event> {
        // A grant is valid for this poll only.
        let granted = self.granted.take();
        if let Some(event) = self.outbox.pop_front() {
            return Output::Event(event);
        }
        if let Phase::Stopping(exchange) = self.phase {
            self.phase = Phase::Stopped;
            return Output::Cancel(exchange);
        }
        if matches!(self.phase, Phase::Stopped) {
            return Output::Done;
        }
        if let Some(event) = self.stalled(now) {
            return Output::Event(event);
        }
        let stalls_at = self.stalls_at();
        if !matches!(self.phase, Phase::Idle) {
            return Output::Wait { until: stalls_at, wants: None };
        }
        let ready_at = self.pace.ready_at(&self.settings);
        if ready_at > now {
            let until = Some(stalls_at.map_or(ready_at, |at| at.min(ready_at)));
            return Output::Wait { until, wants: None };
        }
        let wanted = self.needed(now);
        match granted {
            Some((slot, longest)) if slot == wanted => self.send(now, slot, longest),
            _ => Output::Wait { until: stalls_at, wants: Some(wanted) },
        }
    }
}

impl<E: Watchable, X> fmt::Debug for Watch<E, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("endpoint", &self.endpoint)
            .field("options", &self.options)
            .field("settings", &self.settings)
            .field("phase", &self.phase)
            .field("confirmed", &self.confirmed)
            .finish_non_exhaustive()
    }
}
