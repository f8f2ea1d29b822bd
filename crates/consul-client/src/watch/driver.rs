//! The driver of the protocol crate's machines.

#[cfg(test)]
#[cfg(feature = "rt")]
mod tests;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use consul_proto::Route;
use consul_proto::machine::{Exchange, Failure, FailureKind, Input, Machine, Output, Slot};
use consul_transport::{Hint, TransportError, TransportErrorKind};

use crate::client::Attempt;
use crate::runtime::{Instant, Sleep};
use crate::token::Tokens;
use crate::watch::limiter::{Outcome, Permit, Waiter};
use crate::{ApiErrorKind, Client, Error, ErrorKind};

/// Connects a machine to a client: its executor, clock and limiter.
///
/// It makes progress only while it is polled. It spawns no task, and dropping it cancels its requests.
pub(crate) struct Driver<M: ?Sized> {
    client: Client,
    /// The token of the call, which overrides the client's.
    tokens: Option<Tokens>,
    in_flight: Vec<InFlight>,
    /// Created when the machine wants a slot for the first time.
    waiter: Option<Waiter>,
    /// The permit for the request that the machine sends in the next poll.
    permit: Option<Permit>,
    timer: Option<(Instant, Sleep)>,
    /// The longest sleep. Timers stand still while the computer is suspended, and a lease does not.
    max_sleep: Duration,
    /// A request of a lease has timed out, so its connection may be dead.
    is_suspect: bool,
    machine: Box<M>,
}

struct InFlight {
    exchange: Exchange,
    route: Route,
    pending: Pending,
    permit: Option<Permit>,
    is_reserved: bool,
}

type Exchanging = Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, Error>> + Send>>;

/// A request in flight. The limiter drops it if it is not polled and its deadline has passed.
#[derive(Clone)]
pub(super) struct Pending(Arc<Mutex<Option<Exchanging>>>);

impl<M: ?Sized> Driver<M> {
    pub(crate) fn new(machine: Box<M>, client: Client, tokens: Option<Tokens>) -> Self {
        Self {
            client,
            tokens,
            in_flight: Vec::new(),
            waiter: None,
            permit: None,
            timer: None,
            max_sleep: Duration::MAX,
            is_suspect: false,
            machine,
        }
    }

    /// Creates a driver that polls its machine at least once a second while it waits for a time.
    pub(crate) fn of_lease(machine: Box<M>, client: Client) -> Self {
        Self { max_sleep: Duration::from_secs(1), ..Self::new(machine, client, None) }
    }

    pub(crate) fn machine(&self) -> &M {
        &self.machine
    }

    pub(crate) fn machine_mut(&mut self) -> &mut M {
        &mut self.machine
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Returns the token source of the requests.
    pub(crate) fn tokens(&self) -> &Tokens {
        self.tokens.as_ref().unwrap_or(&self.client.settings().tokens)
    }

    pub(crate) fn now(&self) -> Instant {
        self.client.settings().runtime.now()
    }

    /// Wraps the machine in another one. Keeps the requests in flight.
    pub(crate) fn map<N: ?Sized>(self, map: impl FnOnce(Box<M>) -> Box<N>) -> Driver<N> {
        let Self { client, tokens, in_flight, waiter, permit, timer, max_sleep, is_suspect, machine } = self;
        let machine = map(machine);
        Driver { client, tokens, in_flight, waiter, permit, timer, max_sleep, is_suspect, machine }
    }
}

impl<M: Machine<Error = Error> + ?Sized> Driver<M> {
    /// Drives the machine until it emits an event. Returns `None` after the machine has finished.
    pub(crate) fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<M::Event>> {
        loop {
            // A complete response is used, even if its deadline has passed.
            self.poll_exchanges(cx);
            let now = self.now();
            let output = self.machine.poll(now);
            if !matches!(output, Output::Send { .. }) {
                // Releases a permit that the machine did not use.
                self.permit = None;
            }
            match output {
                Output::Send { exchange, route, request, slot, held, deadline } => {
                    let permit = self.permit.take();
                    self.send(now, exchange, route, request, (slot, held, deadline), permit);
                }
                Output::Cancel(exchange) => self.in_flight.retain(|in_flight| in_flight.exchange != exchange),
                Output::Event(event) => return Poll::Ready(Some(event)),
                Output::Wait { until, wants: None } => ready!(self.poll_timer(until, cx)),
                Output::Wait { until, wants: Some(slot) } => ready!(self.poll_slot(now, slot, until, cx)),
                Output::Done => {
                    self.waiter = None;
                    return Poll::Ready(None);
                }
            }
        }
    }

    /// Asks the machine to end.
    pub(crate) fn stop(&mut self) {
        let now = self.now();
        self.machine.handle(now, Input::Stop);
    }

    fn send(
        &mut self,
        now: Instant,
        exchange: Exchange,
        route: Route,
        mut request: http::Request<Bytes>,
        (slot, held, deadline): (Slot, Duration, Instant),
        mut permit: Option<Permit>,
    ) {
        let is_reserved = slot == Slot::Lease && held.is_zero();
        if !held.is_zero() {
            request.extensions_mut().insert(Hint::LongPoll { held });
        } else if is_reserved {
            let is_suspect = std::mem::take(&mut self.is_suspect);
            request.extensions_mut().insert(if is_suspect { Hint::FreshConnection } else { Hint::Reserved });
        }
        let (client, tokens) = (self.client.clone(), self.tokens.clone());
        let (agent, timeout) = (self.client.settings().agents.of(&route, now), deadline.since(now));
        let labels = route.clone();
        let exchanging: Exchanging = Box::pin(async move {
            let (request, route, tokens) = (&request, &labels, tokens.as_ref());
            let (hint, is_whole, number) = (None, true, 1);
            let attempt = Attempt { request, hint, route, agent, tokens, timeout, is_whole, number };
            client.attempt_of_machine(attempt).await
        });
        let pending = Pending(Arc::new(Mutex::new(Some(exchanging))));
        if let Some(permit) = &mut permit {
            permit.sent(now + held, deadline, pending.clone());
        }
        self.in_flight.push(InFlight { exchange, route, pending, permit, is_reserved });
    }

    /// Waits for a slot and grants it. Is also ready when the machine must be polled again.
    fn poll_slot(
        &mut self,
        now: Instant,
        slot: Slot,
        until: Option<Instant>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let waiter = self.waiter.get_or_insert_with(|| Waiter::new(&self.client.settings().limiter));
        if let Poll::Ready((permit, longest)) = waiter.poll(slot, cx) {
            self.permit = permit;
            self.machine.handle(now, Input::Granted { slot, longest });
            return Poll::Ready(());
        }
        let release_at = waiter.next_release_at();
        self.poll_timer(until.into_iter().chain(release_at).min(), cx)
    }

    fn poll_exchanges(&mut self, cx: &mut Context<'_>) {
        let mut at = 0;
        while let Some(in_flight) = self.in_flight.get_mut(at) {
            let Poll::Ready(result) = in_flight.pending.poll(cx) else {
                at += 1;
                continue;
            };
            let mut in_flight = self.in_flight.swap_remove(at);
            let (exchange, route, permit) =
                (in_flight.exchange, in_flight.route.clone(), in_flight.permit.take());
            if let Some(permit) = permit {
                permit.ended(Outcome::of(result.as_ref()));
            }
            let input = match result {
                Some(Ok(response)) => Input::Response(exchange, response),
                Some(Err(error)) => {
                    let (kind, is_unsent) = (kind(&error), error.is_unsent());
                    self.is_suspect |= in_flight.is_reserved && kind == FailureKind::Timeout;
                    Input::Failed(exchange, Failure { kind, is_unsent, error })
                }
                None => {
                    let error = TransportError::new(TransportErrorKind::Other, "dropped to free its slot");
                    let error = Error::transport(route, error);
                    Input::Failed(exchange, Failure { kind: FailureKind::Preempted, is_unsent: false, error })
                }
            };
            let now = self.now();
            self.machine.handle(now, input);
        }
    }

    fn poll_timer(&mut self, at: Option<Instant>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(at) = at else {
            self.timer = None;
            return Poll::Pending;
        };
        let at = at.min(self.now() + self.max_sleep);
        if self.timer.as_ref().is_none_or(|(set_for, _)| *set_for != at) {
            self.timer = Some((at, self.client.settings().runtime.sleep_until(at)));
        }
        if let Some((_, sleep)) = &mut self.timer {
            ready!(sleep.as_mut().poll(cx));
        }
        self.timer = None;
        Poll::Ready(())
    }
}

impl Pending {
    /// Polls the request. Returns `None` if the limiter has dropped it.
    fn poll(&self, cx: &mut Context<'_>) -> Poll<Option<Result<http::Response<Bytes>, Error>>> {
        let mut exchanging = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match exchanging.as_mut() {
            None => Poll::Ready(None),
            Some(future) => future.as_mut().poll(cx).map(Some),
        }
    }

    /// Removes the request to drop it, unless it is being polled.
    pub(super) fn take(&self) -> Option<impl Sized + use<>> {
        self.0.try_lock().ok()?.take()
    }
}

/// Drops the request with its driver, even if the limiter still has a reference to it.
impl Drop for InFlight {
    fn drop(&mut self) {
        let taken = self.pending.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(taken);
    }
}

fn kind(error: &Error) -> FailureKind {
    match error.kind() {
        ErrorKind::Connect => FailureKind::Connect,
        ErrorKind::Timeout => FailureKind::Timeout,
        ErrorKind::Transport(TransportErrorKind::Closed) => FailureKind::Closed,
        ErrorKind::Api(ApiErrorKind::UnknownToken) => FailureKind::Token,
        _ => FailureKind::Other,
    }
}
