//! Drives the machines of the protocol crate.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use consul_proto::machine::{Exchange, Failure, FailureKind, Input, Instant, Machine, Output, Slot};
use consul_transport::{Hint, TransportErrorKind};

use crate::client::Attempt;
use crate::error::Route;
use crate::runtime::Sleep;
use crate::token::Tokens;
use crate::turns::{Permit, Ticket};
use crate::{Client, Error, ErrorKind, Token};

/// A machine, and what it has under way.
///
/// Lives by being polled: nothing is spawned, and what is dropped is over.
pub(crate) struct Driver<M> {
    machine: M,
    client: Client,
    route: Route,
    /// Instead of the client's.
    tokens: Option<Tokens>,
    /// The token of the last response.
    last_token: Option<Token>,
    under_way: Vec<UnderWay>,
    /// Taken when it queues for the first time.
    ticket: Option<Ticket>,
    /// For the next request.
    permit: Option<Permit>,
    alarm: Option<(Instant, Sleep)>,
}

struct UnderWay {
    exchange: Exchange,
    pending: Pending,
    permit: Option<Permit>,
}

type Pending = Pin<Box<dyn Future<Output = Result<(http::Response<Bytes>, Option<Token>), Error>> + Send>>;

impl<M> Driver<M> {
    pub(crate) fn new(machine: M, client: Client, route: Route, tokens: Option<Tokens>) -> Self {
        let (under_way, ticket, permit, alarm) = (Vec::new(), None, None, None);
        Self { machine, client, route, tokens, last_token: None, under_way, ticket, permit, alarm }
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

    /// Returns where the tokens of its requests come from.
    pub(crate) fn tokens(&self) -> &Tokens {
        self.tokens.as_ref().unwrap_or(&self.client.settings().tokens)
    }

    /// Returns the token of the last response.
    pub(crate) fn last_token(&self) -> Option<&Token> {
        self.last_token.as_ref()
    }

    /// What errors say they befell.
    pub(crate) fn route(&self) -> &Route {
        &self.route
    }

    pub(crate) fn now(&self) -> Instant {
        self.client.settings().runtime.now()
    }
}

impl<M: Machine<Error = Error>> Driver<M> {
    /// Does what the machine wants until it has something to tell; `None` when it is over.
    pub(crate) fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<M::Event>> {
        loop {
            // What has come counts, also where its time has passed meanwhile.
            self.poll_exchanges(cx);
            let now = self.now();
            let output = self.machine.poll(now);
            if !matches!(output, Output::Send { .. }) {
                // A turn that was not used is over, so that whoever takes its time with an event keeps nobody's place.
                self.permit = None;
            }
            match output {
                Output::Send { exchange, route, request, held, deadline, slot: _ } => {
                    self.send(now, exchange, route, request, held, deadline);
                }
                Output::Cancel(exchange) => {
                    self.under_way.retain(|under_way| under_way.exchange != exchange);
                }
                Output::Event(event) => return Poll::Ready(Some(event)),
                Output::Done => {
                    self.ticket = None;
                    return Poll::Ready(None);
                }
                Output::Wait { until, wants: None } => {
                    ready!(self.poll_alarm(until, cx));
                }
                Output::Wait { until, wants: Some(slot) } => ready!(self.poll_slot(now, slot, until, cx)),
            }
        }
    }

    fn send(
        &mut self,
        now: Instant,
        exchange: Exchange,
        route: Route,
        mut request: http::Request<Bytes>,
        held: Duration,
        deadline: Instant,
    ) {
        if !held.is_zero() {
            request.extensions_mut().insert(Hint::LongPoll { held });
        }
        let mut permit = self.permit.take();
        if let Some(permit) = &mut permit {
            permit.sent(now + held, deadline);
        }
        let client = self.client.clone();
        let attempt = Attempt { route, tokens: self.tokens.clone(), timeout: deadline.since(now) };
        let pending = Box::pin(async move { client.attempt(request, attempt).await });
        self.under_way.push(UnderWay { exchange, pending, permit });
    }

    /// Waits for the machine's turn, and tells it; ready also where it is time to look again.
    fn poll_slot(
        &mut self,
        now: Instant,
        slot: Slot,
        until: Option<Instant>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        if slot == Slot::Lease {
            // Leases wait for nobody.
            self.machine.handle(now, Input::Granted { slot, longest: Duration::MAX });
            return Poll::Ready(());
        }
        let turns = &self.client.settings().turns;
        let ticket = self.ticket.get_or_insert_with(|| Ticket::new(Arc::clone(turns)));
        if let Poll::Ready((permit, longest)) = ticket.poll(slot, cx) {
            self.permit = Some(permit);
            self.machine.handle(now, Input::Granted { slot, longest });
            return Poll::Ready(());
        }
        let look_at = ticket.look_at(slot);
        self.poll_alarm(until.into_iter().chain(look_at).min(), cx)
    }

    fn poll_exchanges(&mut self, cx: &mut Context<'_>) {
        let mut at = 0;
        while let Some(under_way) = self.under_way.get_mut(at) {
            let Poll::Ready(result) = under_way.pending.as_mut().poll(cx) else {
                at += 1;
                continue;
            };
            let UnderWay { exchange, permit, .. } = self.under_way.swap_remove(at);
            if let Some(permit) = permit {
                permit.ended(is_trouble(&result));
            }
            let input = match result {
                Ok((response, token)) => {
                    self.last_token = token;
                    Input::Response(exchange, response)
                }
                Err(error) => {
                    let (kind, is_unsent) = (kind(&error), error.is_unsent());
                    Input::Failed(exchange, Failure { kind, is_unsent, error })
                }
            };
            let now = self.now();
            self.machine.handle(now, input);
        }
    }

    fn poll_alarm(&mut self, at: Option<Instant>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(at) = at else {
            self.alarm = None;
            return Poll::Pending;
        };
        if self.alarm.as_ref().is_none_or(|(set_for, _)| *set_for != at) {
            self.alarm = Some((at, self.client.settings().runtime.sleep_until(at)));
        }
        if let Some((_, sleep)) = &mut self.alarm {
            ready!(sleep.as_mut().poll(cx));
        }
        self.alarm = None;
        Poll::Ready(())
    }
}

/// Whether it shows that servers cannot be reached, or cannot answer.
fn is_trouble(result: &Result<(http::Response<Bytes>, Option<Token>), Error>) -> bool {
    result.as_ref().map_or(true, |(answer, _)| {
        answer.status().is_server_error() || answer.status() == http::StatusCode::TOO_MANY_REQUESTS
    })
}

fn kind(error: &Error) -> FailureKind {
    match error.kind() {
        ErrorKind::Connect => FailureKind::Connect,
        ErrorKind::Timeout => FailureKind::Timeout,
        ErrorKind::Transport(TransportErrorKind::Closed) => FailureKind::Closed,
        _ => FailureKind::Other,
    }
}
