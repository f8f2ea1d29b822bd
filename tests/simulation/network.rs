//! The network.

use std::time::Duration;

use bytes::Bytes;
use consul_proto::machine::{Exchange, Instant};
use consul_tests::model::{Ticket, Time};

use crate::faults::Theme;
use crate::history::{Due, History, Unsent};

/// The faults of the network.
pub(crate) struct Network {
    is_calm: bool,
    pub(crate) slow_until: Time,
    lossy_until: Time,
    loss: f64,
}

/// A request in flight.
pub(crate) struct Request {
    pub(crate) contender: usize,
    pub(crate) exchange: Exchange,
    /// Until it reaches the servers.
    message: Option<http::Request<Bytes>>,
    /// The session that a create request reuses, if the simulation reuses sessions.
    pub(crate) stands_for: Option<String>,
}

impl Request {
    /// Whether it has not reached the servers.
    pub(crate) fn is_on_its_way(&self) -> bool {
        self.message.is_some()
    }
}

impl Network {
    pub(crate) fn new(theme: Theme) -> Self {
        let is_calm = matches!(theme, Theme::Calm | Theme::Writes);
        Self { is_calm, slow_until: Time::ZERO, lossy_until: Time::ZERO, loss: 0.0 }
    }

    /// Loses messages from now on.
    pub(crate) fn lose(&mut self, until: Time, probability: f64) {
        (self.lossy_until, self.loss) = (until, probability);
    }
}

impl History<'_> {
    /// Sends a request.
    pub(crate) fn send(
        &mut self,
        contender: usize,
        exchange: Exchange,
        message: http::Request<Bytes>,
        deadline: Instant,
    ) {
        self.findings.requests += 1;
        self.tickets += 1;
        let ticket = self.tickets;
        self.trace(|| {
            format!("c{contender} sends {}: {}", message.uri(), String::from_utf8_lossy(message.body()))
        });
        let process = &mut self.contenders[contender];
        process.open.insert(ticket, exchange);
        let isolated_until = process.isolated_until;
        let deadline = process.clock.time_of(deadline);
        self.agenda.add(deadline, Due::Deadline(ticket));
        let mut request = Request { contender, exchange, message: None, stands_for: None };
        let message = match self.changed(contender, message, &mut request) {
            Ok(message) => message,
            Err(body) => {
                self.requests.insert(ticket, request);
                let response = http::Response::new(Bytes::from_static(body.as_bytes()));
                return self.agenda.add(self.now, Due::Respond(ticket, Ok(Some(response))));
            }
        };
        request.message = Some(message);
        self.requests.insert(ticket, request);
        let mut at = self.now + self.latency();
        if isolated_until > self.now {
            if self.random.chance(0.5) {
                return;
            }
            at = isolated_until + self.random.up_to(Duration::from_secs(2));
        }
        if self.now < self.network.lossy_until && self.random.chance(self.network.loss) {
            match self.random.below(3) {
                0 => return self.agenda.add(at, Due::Respond(ticket, Err(Unsent))),
                1 => return,
                _ => at += self.random.up_to(Duration::from_secs(20)),
            }
        }
        self.agenda.add(at, Due::Arrive(ticket));
    }

    /// A request reaches the agent, which passes it on. The process may have abandoned it.
    pub(crate) fn arrive(&mut self, ticket: Ticket) {
        let Some(request) = self.requests.get_mut(&ticket) else { return };
        let contender = request.contender;
        let agent_stopped_until = self.contenders[contender].agent_stopped_until;
        if agent_stopped_until > self.now {
            let at = agent_stopped_until + self.random.up_to(Duration::from_millis(20));
            return self.agenda.add(at, Due::Arrive(ticket));
        }
        if let Some(message) = request.message.take() {
            self.consul.receive(self.now, contender, ticket, &message);
        }
    }

    /// The servers have responded.
    pub(crate) fn response_leaves(&mut self, ticket: Ticket, response: http::Response<Bytes>) {
        let Some(request) = self.requests.get(&ticket) else { return };
        let process = &self.contenders[request.contender];
        let (isolated_until, agent_stopped_until) = (process.isolated_until, process.agent_stopped_until);
        let mut at = self.now + self.latency();
        if isolated_until > at {
            if self.random.chance(0.5) {
                return;
            }
            at = isolated_until + self.random.up_to(Duration::from_secs(1));
        }
        if at < self.network.lossy_until && self.random.chance(self.network.loss) {
            if self.random.chance(0.5) {
                self.agenda.add(at, Due::Respond(ticket, Ok(None)));
            }
            return;
        }
        self.agenda.add(at.max(agent_stopped_until), Due::Respond(ticket, Ok(Some(response))));
    }

    pub(crate) fn latency(&mut self) -> Duration {
        if self.now < self.network.slow_until && self.random.chance(0.3) {
            self.random.between(Duration::from_millis(50), Duration::from_secs(6))
        } else if !self.network.is_calm && self.random.chance(0.01) {
            self.random.between(Duration::from_millis(5), Duration::from_millis(800))
        } else {
            self.random.between(Duration::from_micros(100), Duration::from_micros(1500))
        }
    }
}
