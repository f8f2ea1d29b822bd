//! A watch of a blocking endpoint, which recovers from failures of the servers.
//!
//! A watch repeats a blocking query. Its parts decide everything around it:
//!
//! | part | decides |
//! | --- | --- |
//! | `cursor` | from which index or hash the next request continues |
//! | `trust` | if a response shows the current state, must be rechecked, or shows a lost permission |
//! | `content` | whether a response is new, and whether it is empty |
//! | `throttle` | when the next request may be sent |
//! | `wait_tuner` | the wait of the next request |
//! | `failures` | when failures make the watch degraded |
//!
//! `attempt` applies what the end of an attempt changes, and this file connects the parts. The rules that hold for all of them:
//!
//! - An error changes neither the index nor the value. The next request has a short wait, so that the end of the
//!   failures is detected soon.
//! - The machine emits its [`Snapshot`] if it differs from the last one that it emitted. While one is pending, the
//!   machine sends no request.

mod attempt;
mod content;
mod cursor;
mod failures;
mod settings;
mod severity;
mod snapshot;
#[cfg(test)]
mod tests;
mod throttle;
mod trust;
mod wait_tuner;

use std::fmt;
use std::mem;
use std::time::Duration;

use bytes::Bytes;

pub use settings::{Settings, StopOn};
pub use snapshot::{Degraded, Event, Health, Severity, Snapshot};

use crate::machine::{Cause, Exchange, FailureKind, Input, Instant, Machine, Output, Slot};
use crate::{EncodeError, Options, OutputOf, Route, Watchable, encode};
use content::Fingerprints;
use cursor::Position;
use failures::Failures;
pub(in crate::machine) use severity::severity;
use snapshot::Known;
use throttle::Throttle;
use trust::{PROBE, Trust};
use wait_tuner::WaitTuner;

/// A watch of one endpoint. The [module](self) describes its parts.
///
/// `X` is the driver's error. Memory: the last value, which the next one is compared with, and a constant amount.
pub struct Watch<E: Watchable, X> {
    endpoint: E,
    /// The options of the next request.
    options: Options,
    settings: Settings,
    phase: Phase<X>,
    granted: Option<(Slot, Duration)>,
    exchanges: u64,
    position: Position,
    trust: Trust,
    fingerprints: Fingerprints,
    throttle: Throttle,
    tuner: WaitTuner,
    failures: Failures<X>,
    known: Option<Known<OutputOf<E>>>,
    is_empty: bool,
    confirmed_at: Option<Instant>,
    emitted: Snapshot<OutputOf<E>, X>,
}

enum Phase<X> {
    /// The next request is sent when it may be.
    Idle,
    /// A request is in flight.
    Sent(Sent),
    /// The owner has stopped the watch while this exchange was in flight.
    Stopping(Exchange),
    /// The watch has ended with an error that is not emitted yet.
    Failed(X),
    /// The watch has ended.
    Ended,
}

/// A request in flight.
#[derive(Clone, Copy, Debug)]
struct Sent {
    exchange: Exchange,
    at: Instant,
    /// The wait, or `None` for a request without an index.
    wait: Option<Duration>,
}

impl<E: Watchable, X: Clone + From<Cause>> Watch<E, X> {
    /// Creates a watch of `endpoint`.
    ///
    /// `options` apply to each request, except for index, hash and wait, which the watch sets. `seed` determines the
    /// random parts of delays. Use a different seed for each watch.
    #[must_use]
    pub fn new(endpoint: E, options: Options, settings: Settings, seed: u64) -> Self {
        Self {
            endpoint,
            settings,
            phase: Phase::Idle,
            granted: None,
            exchanges: 0,
            position: Position::new(E::CURSOR),
            trust: Trust::new(&options),
            fingerprints: Fingerprints::new(seed),
            throttle: Throttle::new(seed),
            tuner: WaitTuner::default(),
            failures: Failures::new(),
            known: None,
            is_empty: false,
            confirmed_at: None,
            emitted: Snapshot::default(),
            options: Options { index: None, hash: None, wait: None, ..options },
        }
    }

    /// Returns the watched endpoint.
    #[must_use]
    pub fn endpoint(&self) -> &E {
        &self.endpoint
    }

    /// Returns the first request. Two watches with equal first requests and settings have the same states.
    ///
    /// # Errors
    ///
    /// Returns an error if the request is invalid.
    pub fn first_request(&self) -> Result<http::Request<Bytes>, EncodeError> {
        let mut options = Options { index: None, hash: None, wait: None, ..self.options.clone() };
        self.trust.write_first(&mut options);
        encode(&self.endpoint, &options)
    }

    /// Returns the settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns a mutable reference to the settings. Changes apply from the next request on.
    pub fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    /// Returns the current snapshot.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot<OutputOf<E>, X> {
        Snapshot::new(self.known.clone(), self.failures.health().clone(), self.tuner.reduced())
    }

    /// Emits the current snapshot again, for a new owner.
    pub fn replay(&mut self) {
        self.emitted = Snapshot::default();
    }

    /// Returns the time at which a response last confirmed the value.
    ///
    /// In normal operation this is at most the configured wait ago.
    #[must_use]
    pub fn confirmed_at(&self) -> Option<Instant> {
        self.confirmed_at
    }

    /// Returns the wait of the next request, or `None` if there is no index or hash, or the servers must confirm the
    /// state.
    fn wait(&self, now: Instant) -> Option<Duration> {
        let longest = self.trust.longest(now, &self.settings).filter(|_| self.position.is_set())?;
        let wait = self.tuner.wait(now, &self.settings).min(longest);
        Some(if self.failures.is_failing() { wait.min(PROBE) } else { wait })
    }

    fn send(&mut self, now: Instant, slot: Slot, longest: Duration) -> Output<Event<OutputOf<E>, X>> {
        let wait = self.wait(now).map(|wait| wait.min(longest));
        if wait.is_none() {
            self.position.clear();
        }
        self.position.write(&mut self.options);
        self.options.wait = wait;
        self.trust.write(&mut self.options, wait.is_some(), self.known.is_none());
        let route = Route::of(&self.endpoint);
        match encode(&self.endpoint, &self.options) {
            Ok(request) => {
                self.exchanges += 1;
                let exchange = Exchange::new(self.exchanges);
                self.phase = Phase::Sent(Sent { exchange, at: now, wait });
                self.throttle.sent(&self.settings, now);
                // Servers add up to a sixteenth to the wait, to spread their responses.
                let held = wait.map_or(Duration::ZERO, |wait| wait + wait / 16);
                let deadline = now + held + self.settings.request_timeout;
                Output::Send { exchange, route, request, slot, held, deadline }
            }
            Err(error) => {
                self.phase = Phase::Ended;
                Output::Event(Event::Ended(Cause::Request { route, error }.into()))
            }
        }
    }

    /// Ends the exchange, if it is the one in flight.
    fn take_sent(&mut self, exchange: Exchange) -> Option<Sent> {
        match self.phase {
            Phase::Sent(sent) if sent.exchange == exchange => {
                self.phase = Phase::Idle;
                Some(sent)
            }
            _ => None,
        }
    }
}

impl<E: Watchable, X: Clone + From<Cause>> Watch<E, X>
where
    OutputOf<E>: PartialEq,
{
    /// Returns the snapshot, if it differs from the last one.
    fn changed(&mut self) -> Option<Snapshot<OutputOf<E>, X>> {
        let snapshot = self.snapshot();
        if snapshot == self.emitted {
            return None;
        }
        self.emitted = snapshot.clone();
        Some(snapshot)
    }
}

impl<E: Watchable, X: Clone + From<Cause>> Machine for Watch<E, X>
where
    OutputOf<E>: PartialEq,
{
    type Event = Event<OutputOf<E>, X>;
    type Error = X;

    fn handle(&mut self, now: Instant, input: Input<X>) {
        match input {
            Input::Response(exchange, response) => {
                if let Some(sent) = self.take_sent(exchange) {
                    self.responded(now, sent, response);
                }
            }
            Input::Failed(exchange, failure) => {
                if let Some(sent) = self.take_sent(exchange)
                    && failure.kind != FailureKind::Preempted
                {
                    self.failed(now, sent, failure.into());
                }
            }
            Input::Granted { slot, longest } => self.granted = Some((slot, longest)),
            Input::Stop => {
                self.phase = match self.phase {
                    Phase::Sent(Sent { exchange, .. }) | Phase::Stopping(exchange) => {
                        Phase::Stopping(exchange)
                    }
                    Phase::Idle | Phase::Failed(_) | Phase::Ended => Phase::Ended,
                };
            }
        }
    }

    fn poll(&mut self, now: Instant) -> Output<Self::Event> {
        // A grant is valid for this poll only.
        let granted = self.granted.take();
        if let Phase::Stopping(exchange) = self.phase {
            self.phase = Phase::Ended;
            return Output::Cancel(exchange);
        }
        if matches!(self.phase, Phase::Ended) {
            return Output::Done;
        }
        self.failures.advance(now, &self.settings);
        if let Some(snapshot) = self.changed() {
            return Output::Event(Event::Snapshot(snapshot));
        }
        let degraded_at = self.failures.due_at(&self.settings);
        match self.phase {
            Phase::Idle => {}
            Phase::Sent(_) => return Output::Wait { until: degraded_at, wants: None },
            _ => {
                return match mem::replace(&mut self.phase, Phase::Ended) {
                    Phase::Failed(cause) => Output::Event(Event::Ended(cause)),
                    _ => Output::Done,
                };
            }
        }
        let ready_at = self.throttle.ready_at(&self.settings);
        if ready_at > now {
            let until = degraded_at.map_or(ready_at, |at| at.min(ready_at));
            return Output::Wait { until: Some(until), wants: None };
        }
        let is_long = self.wait(now).is_some_and(|wait| wait > Slot::SHORT_WAIT);
        let wanted = if is_long { Slot::LongPoll } else { Slot::Short };
        match granted {
            Some((slot, longest)) if slot == wanted => self.send(now, slot, longest),
            _ => Output::Wait { until: degraded_at, wants: Some(wanted) },
        }
    }
}

impl<E: Watchable, X> fmt::Debug for Watch<E, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("endpoint", &self.endpoint)
            .field("options", &self.options)
            .field("settings", &self.settings)
            .field("confirmed_at", &self.confirmed_at)
            .finish_non_exhaustive()
    }
}
