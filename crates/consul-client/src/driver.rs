//! Drives the machines of the protocol crate.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use consul_proto::machine::{Exchange, Failure, FailureKind, Input, Instant, Machine, Output};
use consul_transport::{Sleep, TransportErrorKind};

use crate::client::Attempt;
use crate::error::Route;
use crate::{Client, Error, ErrorKind, Token};

/// A machine, and what it has under way.
///
/// Lives by being polled: nothing is spawned, and what is dropped is over.
pub(crate) struct Driver<M> {
    machine: M,
    client: Client,
    route: Route,
    token: Option<Token>,
    under_way: Vec<(Exchange, Pending)>,
    alarm: Option<(Duration, Sleep)>,
}

type Pending = Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, Error>> + Send>>;

impl<M> Driver<M> {
    pub(crate) fn new(machine: M, client: Client, route: Route, token: Option<Token>) -> Self {
        Self { machine, client, route, token, under_way: Vec::new(), alarm: None }
    }

    pub(crate) fn machine(&self) -> &M {
        &self.machine
    }

    pub(crate) fn machine_mut(&mut self) -> &mut M {
        &mut self.machine
    }

    /// What errors say they befell.
    pub(crate) fn route(&self) -> &Route {
        &self.route
    }

    pub(crate) fn now(&self) -> Instant {
        Instant::ORIGIN + self.client.settings().runtime.now()
    }
}

impl<M: Machine<Error = Error>> Driver<M> {
    /// Does what the machine wants until it has something to tell; `None` when it is over.
    pub(crate) fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<M::Event>> {
        loop {
            // What has come counts, also where its time has passed meanwhile.
            self.poll_exchanges(cx);
            let now = self.now();
            match self.machine.poll(now) {
                Output::Send { exchange, request, deadline } => {
                    self.send(exchange, request, deadline.since(now))
                }
                Output::Cancel(exchange) => self.under_way.retain(|(under_way, _)| *under_way != exchange),
                Output::Event(event) => return Poll::Ready(Some(event)),
                Output::Done => return Poll::Ready(None),
                Output::Wait(at) => match self.poll_alarm(at.map(Instant::since_origin), cx) {
                    Poll::Ready(()) => self.alarm = None,
                    Poll::Pending => return Poll::Pending,
                },
            }
        }
    }

    fn send(&mut self, exchange: Exchange, request: http::Request<Bytes>, allowance: Duration) {
        let client = self.client.clone();
        let attempt = Attempt { route: self.route.clone(), token: self.token.clone(), allowance };
        let pending = Box::pin(async move { client.exchange(request, attempt).await });
        self.under_way.push((exchange, pending));
    }

    fn poll_exchanges(&mut self, cx: &mut Context<'_>) {
        let mut at = 0;
        while let Some((exchange, pending)) = self.under_way.get_mut(at) {
            let Poll::Ready(result) = pending.as_mut().poll(cx) else {
                at += 1;
                continue;
            };
            let exchange = *exchange;
            drop(self.under_way.swap_remove(at));
            let input = match result {
                Ok(answer) => Input::Answer(exchange, answer),
                Err(error) => Input::Failed(exchange, Failure { kind: kind(&error), error }),
            };
            let now = self.now();
            self.machine.handle(now, input);
        }
    }

    fn poll_alarm(&mut self, at: Option<Duration>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(at) = at else {
            self.alarm = None;
            return Poll::Pending;
        };
        if self.alarm.as_ref().is_none_or(|(set_for, _)| *set_for != at) {
            self.alarm = Some((at, self.client.settings().runtime.sleep_until(at)));
        }
        match &mut self.alarm {
            Some((_, sleep)) => sleep.as_mut().poll(cx),
            None => Poll::Pending,
        }
    }
}

fn kind(error: &Error) -> FailureKind {
    match error.kind() {
        ErrorKind::Connect => FailureKind::Connect,
        ErrorKind::Timeout => FailureKind::Timeout,
        ErrorKind::Transport(TransportErrorKind::Closed) => FailureKind::Closed,
        _ => FailureKind::Other,
    }
}
