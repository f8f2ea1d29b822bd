//! The common core of locks and semaphores: it waits, holds and releases. It owns its session.
//!
//! A [`Protocol`] defines the requests. The rules of time and safety are here.
//!
//! | part | does |
//! | --- | --- |
//! | `phase` | the states |
//! | `session` | creates, renews and destroys sessions, and loses the hold when the lease ends |
//! | `observe` | what the servers show, while waiting, holding and releasing |
//! | `acquire` | the end of an acquisition |
//! | `release` | giving back, and the end of the machine |
//! | `send` | which request is due |
//! | `pace` | how many requests a waiter sends |
//! | `wait` | what a waiter knows: who holds, and why it waits |
//!
//! Rules that hold for all of them:
//!
//! - A session is used for one hold only. It is destroyed after the hold, or when a waiter abandons it.
//! - The machine checks its lease before it handles an input, so that a late response has no effect.
//! - A read settles an acquisition with an unknown outcome. A release with an unknown outcome is repeated. If neither
//!   succeeds, the machine destroys the session.

mod acquire;
mod event;
mod observe;
mod pace;
mod phase;
mod protocol;
mod release;
mod send;
mod session;
mod wait;

use std::time::Duration;

use bytes::Bytes;

pub use event::{Conflict, Event, Held, Holder, Release, Waiting};
pub(in crate::machine) use protocol::{Giveback, Protocol, View};

use crate::machine::destroyer::{Cleanup, Destroyer};
use crate::machine::exchanges::Exchanges;
use crate::machine::random::Random;
use crate::machine::renewal::Renewal;
use crate::machine::{
    Cause, Exchange, Failure, Input, Instant, Machine, Output, Rules, SessionSettings, Slot,
};
use crate::{EncodeError, Options, encode};
use pace::Pacer;
use phase::{Kind, Operation, Phase};
use wait::Wait;

/// A contender for a lock or for a slot of a semaphore.
///
/// `X` is the driver's error.
#[derive(Debug)]
pub(in crate::machine) struct Contender<P: Protocol, X> {
    protocol: P,
    /// Datacenter, namespace and partition.
    options: Options,
    rules: Rules,
    random: Random,
    exchanges: Exchanges,
    renewal: Renewal,
    destroyer: Destroyer,
    phase: Phase<P>,
    /// The request that is in flight for the keys.
    operation: Option<Operation<P::Plan>>,
    /// Set if an earlier acquisition of this session may have been executed, or may still be. Its outcome stays unknown
    /// until the session holds or is abandoned: another acquisition that fails says nothing about it.
    is_unsettled: bool,
    wait: Wait<X>,
    pacer: Pacer,
    /// The index of the last read of the keys. The next read waits for a higher one.
    index: Option<u64>,
    /// The earliest time of the next request for the keys.
    ready_at: Instant,
    /// Reads and acquisitions that failed in a row.
    failures: u32,
    granted: Option<(Slot, Duration)>,
    cancelled: Vec<Exchange>,
    /// The newest event, until it is emitted.
    event: Option<Event<X>>,
}

impl<P: Protocol, X: Clone + From<Cause>> Contender<P, X> {
    /// Returns an error if the settings or the keys are invalid.
    pub(in crate::machine) fn new(
        protocol: P,
        options: &Options,
        session: SessionSettings,
        max_wait: Option<Duration>,
        rules: Rules,
        seed: u64,
    ) -> Result<Self, EncodeError> {
        encode(protocol.read(), &send::consistent::<P::Read>(options))?;
        let mut random = Random::new(seed);
        Ok(Self {
            renewal: Renewal::new(session, options, rules, random.next())?,
            destroyer: Destroyer::new(options, random.next()),
            protocol,
            options: options.clone(),
            rules,
            random,
            exchanges: Exchanges::default(),
            phase: Phase::Seek,
            operation: None,
            is_unsettled: false,
            wait: Wait::new(max_wait),
            pacer: Pacer::default(),
            index: None,
            ready_at: Instant::ORIGIN,
            failures: 0,
            granted: None,
            cancelled: Vec::new(),
            event: None,
        })
    }

    pub(in crate::machine) fn protocol(&self) -> &P {
        &self.protocol
    }

    /// Returns the sessions that the machine has left on the servers.
    pub(in crate::machine) fn cleanup(&self) -> Cleanup {
        match &self.phase {
            Phase::Done if self.destroyer.is_empty() => Cleanup::Complete,
            Phase::Done => Cleanup::Incomplete(self.destroyer.sessions().to_vec()),
            _ => Cleanup::InProgress,
        }
    }

    /// Handles the end of an exchange.
    fn ended(&mut self, now: Instant, exchange: Exchange, result: Result<http::Response<Bytes>, Failure<X>>) {
        if self.renewal.owns(exchange) {
            self.session_ended(now, result);
        } else if self.destroyer.owns(exchange) {
            self.destroyer.ended(now, result.ok());
        } else if self.wait.owns(exchange) {
            self.wait.described(result.ok());
            self.announce_wait();
        } else if let Some(operation) = self.operation.take_if(|operation| operation.exchange == exchange) {
            let sent_at = operation.sent_at;
            match operation.kind {
                Kind::Read | Kind::Watch => self.read_ended(now, sent_at, operation.kind, result),
                Kind::Acquire(plan) => self.acquire_ended(now, sent_at, &plan, result),
                Kind::Release => self.release_ended(now, result),
            }
        }
    }

    /// Cancels the request for the keys.
    fn cancel_operation(&mut self) {
        if let Some(operation) = self.operation.take() {
            self.is_unsettled |= matches!(operation.kind, Kind::Acquire(_));
            self.cancelled.push(operation.exchange);
        }
        self.cancelled.extend(self.wait.cancel());
    }
}

impl<P: Protocol, X: Clone + From<Cause>> Machine for Contender<P, X> {
    type Event = Event<X>;
    type Error = X;

    fn handle(&mut self, now: Instant, input: Input<X>) {
        if self.rules.lease_before_inputs {
            self.advance(now);
        }
        match input {
            Input::Response(exchange, response) => self.ended(now, exchange, Ok(response)),
            Input::Failed(exchange, failure) => self.ended(now, exchange, Err(failure)),
            Input::Granted { slot, longest } => self.granted = Some((slot, longest)),
            Input::Stop => self.stop(now),
        }
        if !self.rules.cleanup_from_poll && matches!(self.phase, Phase::Ending) {
            self.destroyer.deadline(now);
        }
    }

    fn poll(&mut self, now: Instant) -> Output<Event<X>> {
        self.wait.start(now);
        self.advance(now);
        // A grant is valid for this poll only.
        let granted = self.granted.take();
        if let Some(exchange) = self.cancelled.pop() {
            return Output::Cancel(exchange);
        }
        let (until, wants) = match self.due(now, granted) {
            Ok(request) => return request,
            Err(waiting) => waiting,
        };
        if let Some(exchange) = self.cancelled.pop() {
            return Output::Cancel(exchange);
        }
        match self.event.take() {
            Some(event) => Output::Event(event),
            None if matches!(self.phase, Phase::Done) => Output::Done,
            None => Output::Wait { until, wants },
        }
    }
}
