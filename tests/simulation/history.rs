//! A history: events and their times.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use consul_proto::machine::Slot;
use consul_tests::model::{Agenda, Consul, Loss, Node, Random, Ticket, Time};

use crate::contender::{AnyMachine, Clock, Contender};
use crate::faults::{self, Fault};
use crate::findings::{Findings, Violation};
use crate::network::{Network, Request};
use crate::setup::{Choices, Setup};

/// The node of clients that do not contend.
pub(crate) const THIRD_PARTY: Node = Node::MAX;

/// The kind of contenders.
pub(crate) trait Subject: Sync {
    /// The maximum number of holders.
    fn limit(&self) -> usize;

    /// Creates the machine of a process. Its session has this name.
    fn machine(&self, setup: &Setup, choices: &Choices, name: String, seed: u64) -> AnyMachine;

    /// Returns the requests with which a third party does this.
    fn third_party(&self, consul: &Consul, fault: &Fault) -> Vec<http::Request<Bytes>>;
}

pub(crate) struct History<'a> {
    pub(crate) seed: u64,
    pub(crate) setup: &'a Setup,
    pub(crate) subject: &'a dyn Subject,
    pub(crate) choices: Choices,
    pub(crate) findings: &'a mut Findings,
    pub(crate) random: Random,
    pub(crate) now: Time,
    pub(crate) agenda: Agenda<Due>,
    pub(crate) consul: Consul,
    pub(crate) network: Network,
    pub(crate) contenders: Vec<Contender>,
    pub(crate) requests: BTreeMap<Ticket, Request>,
    pub(crate) tickets: Ticket,
    faults: Vec<(Time, Fault)>,
    pub(crate) last_token: u64,
    pub(crate) last_hold_at: Time,
    /// When a third party last took the keys from a holder.
    pub(crate) taken_at: Option<Time>,
}

/// The next event.
#[derive(Debug)]
pub(crate) enum Due {
    Start(usize, u32),
    /// The driver's timer.
    Poll(usize, u64),
    /// A request reaches the agent.
    Arrive(Ticket),
    /// A response reaches the process. `None` is a closed connection, and `Err` a failed one.
    Respond(Ticket, Result<Option<http::Response<Bytes>>, Unsent>),
    Deadline(Ticket),
    Grant(usize, u32, Slot),
    /// The owner stops the machine.
    Stop(usize, u32),
    Fault(usize),
}

/// A request that was not sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unsent;

/// Runs histories on two threads, and returns their results.
pub(crate) fn run(setup: &Setup, subject: &dyn Subject, seeds: std::ops::Range<u64>) -> Findings {
    let one = |parity: u64| {
        let mut findings = Findings::default();
        for seed in seeds.clone().filter(|seed| seed % 2 == parity) {
            History::new(setup, subject, seed, &mut findings).run();
        }
        findings
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(|| one(1));
        let mut findings = one(0);
        findings.merge(&other.join().unwrap());
        findings
    })
}

impl<'a> History<'a> {
    fn new(setup: &'a Setup, subject: &'a dyn Subject, seed: u64, findings: &'a mut Findings) -> Self {
        let mut random = Random::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x5eed);
        let choices = setup.choose(&mut random);
        let faults = faults::choose(setup.theme, &choices, &mut random);
        let contenders = (0..choices.contenders).map(|_| Contender::new(Clock::new(&mut random))).collect();
        let mut agenda = Agenda::default();
        for (number, (at, _)) in faults.iter().enumerate() {
            agenda.add(*at, Due::Fault(number));
        }
        for contender in 0..choices.contenders {
            agenda.add(random.up_to(Duration::from_secs(2)), Due::Start(contender, 0));
        }
        Self {
            seed,
            setup,
            subject,
            choices,
            findings,
            now: Time::ZERO,
            agenda,
            consul: Consul::new(setup.behavior, random.number()),
            network: Network::new(setup.theme),
            random,
            contenders,
            requests: BTreeMap::new(),
            tickets: 0,
            faults,
            last_token: 0,
            last_hold_at: Time::ZERO,
            taken_at: None,
        }
    }

    fn run(mut self) {
        loop {
            let (ours, servers) = (self.agenda.next_at(), self.consul.next_at());
            let Some(at) =
                [ours, servers].into_iter().flatten().min().filter(|at| *at <= self.choices.ends_at)
            else {
                break;
            };
            self.now = at;
            if servers == Some(at) {
                for (ticket, response) in self.consul.advance(at) {
                    self.response_leaves(ticket, response);
                }
            } else if let Some((_, due)) = self.agenda.take(at) {
                self.happen(due);
            }
        }
        self.now = self.choices.ends_at;
        self.check_end();
    }

    fn happen(&mut self, due: Due) {
        let contender = match &due {
            Due::Fault(number) => return self.fault(self.faults[*number].1.clone()),
            Due::Arrive(ticket) => return self.arrive(*ticket),
            Due::Respond(ticket, _) | Due::Deadline(ticket) => match self.requests.get(ticket) {
                Some(request) => request.contender,
                None => return,
            },
            Due::Start(contender, _)
            | Due::Poll(contender, _)
            | Due::Grant(contender, ..)
            | Due::Stop(contender, _) => *contender,
        };
        // A paused process receives all inputs when it continues.
        let stopped_until = self.contenders[contender].stopped_until;
        if stopped_until > self.now {
            return self.agenda.add(stopped_until, due);
        }
        let is_current = |life: u32| self.contenders[contender].life == life;
        match due {
            Due::Start(_, life) if is_current(life) => self.start(contender),
            Due::Poll(_, wait) if self.contenders[contender].waits == wait => self.drive(contender, None),
            Due::Grant(_, life, slot) if is_current(life) => self.grant(contender, slot),
            Due::Stop(_, life) if is_current(life) => self.stop(contender),
            Due::Respond(ticket, result) => self.response_arrives(ticket, result),
            Due::Deadline(ticket) => self.deadline(ticket),
            _ => {}
        }
    }

    fn fault(&mut self, fault: Fault) {
        self.trace(|| format!("### {fault:?}"));
        let now = self.now;
        match fault {
            Fault::Kill(lasts) => self.consul.lose_leader(Loss::Killed, now + lasts),
            Fault::Freeze { elected, wakes, renewals_of } => {
                self.consul.lose_leader(Loss::Frozen { wakes_at: now + wakes, renewals_of }, now + elected);
            }
            Fault::Stall(lasts) => self.consul.stall_raft(now + lasts),
            Fault::Stop(node, lasts) => {
                let contender = &mut self.contenders[node];
                if contender.stopped_until <= now {
                    contender.read_before = Some(contender.clock.read(now));
                    contender.stopped_until = now + lasts;
                }
            }
            Fault::Isolate(node, lasts) => self.contenders[node].isolated_until = now + lasts,
            Fault::StopAgent(node, lasts) => self.contenders[node].agent_stopped_until = now + lasts,
            Fault::FailCheck(node) => self.consul.fail_check(node),
            Fault::Deregister(node) => self.consul.deregister(node),
            Fault::Crash(node) => {
                self.contenders[node].kept_session = None;
                self.end_life(node);
            }
            Fault::Lose(lasts, probability) => self.network.lose(now + lasts, probability),
            Fault::Slow(lasts) => self.network.slow_until = now + lasts,
            Fault::Write | Fault::WritePlainly | Fault::Delete | Fault::Destroy => {
                for request in self.subject.third_party(&self.consul, &fault) {
                    self.tickets += 1;
                    self.consul.receive(now, THIRD_PARTY, self.tickets, &request);
                    if matches!(fault, Fault::Delete | Fault::Destroy) {
                        self.taken_at = Some(now);
                    }
                }
            }
        }
    }

    fn check_end(&mut self) {
        self.findings.histories += 1;
        // Two TTLs and a lock-delay have passed since the last fault, also for sessions that no client knows.
        if self.setup.tail >= Duration::from_secs(120) {
            if self.last_hold_at + Duration::from_secs(60) < self.now {
                self.violation(Violation::NoProgress);
            }
            let alive: Vec<_> = (0..self.contenders.len()).map(|contender| self.name(contender)).collect();
            let left = self.consul.sessions().filter(|session| !alive.contains(&session.name)).count();
            if left > 0 && !self.setup.changes.reused_sessions {
                self.violation(Violation::SessionLeft);
            }
        }
        self.findings.destroyed_while_holding += self.consul.destroyed_while_holding(THIRD_PARTY);
    }

    /// Returns the name of the session of a contender's current machine.
    pub(crate) fn name(&self, contender: usize) -> String {
        format!("{contender}-{}", self.contenders[contender].life)
    }

    pub(crate) fn violation(&mut self, violation: Violation) {
        self.trace(|| format!("!!! {violation:?}"));
        self.findings.add(violation, self.seed);
    }

    pub(crate) fn trace(&self, what: impl FnOnce() -> String) {
        if self.setup.is_traced {
            println!("{:>10.4} {}", self.now.as_secs_f64(), what());
        }
    }
}
