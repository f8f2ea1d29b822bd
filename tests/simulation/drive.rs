//! The driver of a machine.

use std::time::Duration;

use bytes::Bytes;
use consul_proto::machine::{Failure, FailureKind, Input, Output, Slot};
use consul_tests::model::Ticket;

use crate::contender::Failed;
use crate::faults::Theme;
use crate::findings::Violation;
use crate::history::{Due, History, Unsent};
use crate::network::Request;

impl History<'_> {
    /// Passes an input to a machine, and executes its outputs.
    pub(crate) fn drive(&mut self, contender: usize, input: Option<Input<Failed>>) {
        let process = &mut self.contenders[contender];
        let mut now = process.clock.read(self.now);
        if let Some(before) = process.read_before.take() {
            // The process continues. Its user may run first, and the driver may have read its clock before.
            if self.random.chance(0.7) {
                process.look(self.now);
            }
            if self.random.chance(0.5) {
                now = before;
            }
        }
        now = now.max(process.given);
        process.given = now;
        let Some(mut machine) = process.machine.take() else { return };
        if let Some(input) = input {
            let was_over = process.ends_at().is_some_and(|end| end <= now);
            machine.handle(now, input);
            if was_over && process.ends_at().is_some_and(|end| end > now) {
                self.violation(Violation::Revived);
            }
        }
        for turn in 0.. {
            assert!(turn < 200, "seed {}: the machine does not wait", self.seed);
            let process = &mut self.contenders[contender];
            let now = process.clock.read(self.now).max(process.given);
            process.given = now;
            match machine.poll(now) {
                Output::Send { exchange, request, deadline, .. } => {
                    if self.contenders[contender].is_waiting()
                        && self.contenders[contender].count_request(self.now) > 10
                    {
                        self.violation(Violation::TooManyRequests);
                    }
                    self.send(contender, exchange, request, deadline);
                }
                Output::Cancel(exchange) => {
                    self.trace(|| format!("c{contender} cancels {exchange:?}"));
                    let open = &mut self.contenders[contender].open;
                    let ticket = open.iter().find(|(_, open)| **open == exchange).map(|(ticket, _)| *ticket);
                    if let Some(ticket) = ticket {
                        open.remove(&ticket);
                        self.forget(ticket);
                    }
                }
                Output::Event(event) => {
                    self.event(contender, event);
                    self.check_revived(contender);
                }
                Output::Wait { until, wants } => {
                    let process = &mut self.contenders[contender];
                    process.machine = Some(machine);
                    process.waits += 1;
                    let wait = process.waits;
                    if let Some(until) = until {
                        let at = process.clock.time_of(until).max(self.now + Duration::from_micros(1));
                        self.agenda.add(at, Due::Poll(contender, wait));
                    }
                    self.want(contender, wants);
                    break;
                }
                Output::Done => {
                    self.done(contender, machine);
                    break;
                }
            }
        }
        self.check_revived(contender);
    }

    /// Grants a slot to a machine, now or later.
    fn want(&mut self, contender: usize, wants: Option<Slot>) {
        let process = &mut self.contenders[contender];
        let is_asked = process.wanted.is_some() && process.wanted == wants;
        process.wanted = wants;
        let (Some(slot), false) = (wants, is_asked) else { return };
        let is_queued = slot == Slot::LongPoll || (slot == Slot::Lease && self.setup.changes.queued_watch);
        let (is_calm, life) = (self.setup.theme == Theme::Calm, process.life);
        let delay = if is_queued && !is_calm && self.random.chance(0.05) {
            self.random.up_to(Duration::from_secs(20))
        } else {
            Duration::ZERO
        };
        self.agenda.add(self.now + delay, Due::Grant(contender, life, slot));
    }

    pub(crate) fn grant(&mut self, contender: usize, slot: Slot) {
        // The grant has no effect if the machine wants another slot by now.
        if self.contenders[contender].wanted == Some(slot) {
            self.contenders[contender].wanted = None;
            self.drive(contender, Some(Input::Granted { slot, longest: Duration::MAX }));
        }
    }

    pub(crate) fn response_arrives(
        &mut self,
        ticket: Ticket,
        result: Result<Option<http::Response<Bytes>>, Unsent>,
    ) {
        let Some(request) = self.requests.get(&ticket) else { return };
        let contender = request.contender;
        if self.contenders[contender].open.remove(&ticket).is_none() {
            self.forget(ticket);
            return;
        }
        let Some(request) = self.requests.remove(&ticket) else { return };
        let input = self.input(request, result);
        self.drive(contender, Some(input));
    }

    fn input(
        &mut self,
        request: Request,
        result: Result<Option<http::Response<Bytes>>, Unsent>,
    ) -> Input<Failed> {
        let (kind, is_unsent) = match result {
            Ok(Some(response)) => {
                let exchange = request.exchange;
                return match self.restored(&request, response) {
                    Some(response) => Input::Response(exchange, response),
                    None => failed(&request, FailureKind::Connect, true),
                };
            }
            Ok(None) => (FailureKind::Closed, false),
            Err(Unsent) => (FailureKind::Connect, true),
        };
        failed(&request, kind, is_unsent)
    }

    pub(crate) fn deadline(&mut self, ticket: Ticket) {
        let Some(request) = self.requests.get(&ticket) else { return };
        let contender = request.contender;
        if self.contenders[contender].open.remove(&ticket).is_some() {
            let input = failed(request, FailureKind::Timeout, false);
            self.drive(contender, Some(input));
        }
    }

    /// Removes a request that the process has abandoned, unless it is still in flight.
    pub(crate) fn forget(&mut self, ticket: Ticket) {
        if self.requests.get(&ticket).is_some_and(|request| !request.is_on_its_way()) {
            self.requests.remove(&ticket);
        }
    }
}

fn failed(request: &Request, kind: FailureKind, is_unsent: bool) -> Input<Failed> {
    Input::Failed(request.exchange, Failure { kind, is_unsent, error: Failed(None) })
}
