//! The owner of a machine, and the checks.

use std::time::Duration;

use consul_proto::machine::lock::{Event, Held};
use consul_proto::machine::{Exchange, Input, LossReason, Output, Slot};

use crate::contender::{AnyMachine, Failed, Hold};
use crate::faults::Theme;
use crate::findings::Violation;
use crate::history::{Due, History};

/// The time after a third party has taken the keys in which another contender may hold before the former holder
/// notices it.
const NOTICED_AFTER: Duration = Duration::from_secs(1);

/// The time after the start of the last fault until its effects have ended.
const QUIET_AFTER: Duration = Duration::from_secs(60);

impl History<'_> {
    /// Starts a process.
    pub(crate) fn start(&mut self, contender: usize) {
        let (name, seed) = (self.name(contender), self.random.number());
        let machine = self.subject.machine(self.setup, &self.choices, name, seed);
        let process = &mut self.contenders[contender];
        process.machine = Some(machine);
        process.started_at = self.now;
        process.was_stopped = false;
        process.wanted = None;
        process.recent.clear();
        // Some give up before they hold.
        if !matches!(self.setup.theme, Theme::Calm | Theme::Writes) && self.random.chance(0.3) {
            let longest =
                if self.random.chance(0.5) { Duration::from_millis(60) } else { Duration::from_secs(12) };
            let at = self.now + self.random.up_to(longest);
            self.agenda.add(at, Due::Stop(contender, self.contenders[contender].life));
        }
        self.drive(contender, None);
    }

    /// The owner stops the machine.
    pub(crate) fn stop(&mut self, contender: usize) {
        let process = &mut self.contenders[contender];
        if process.machine.is_none() {
            return;
        }
        process.was_stopped = true;
        self.trace(|| format!("c{contender} stops"));
        self.drive(contender, Some(Input::Stop));
        if let Some(hold) = &mut self.contenders[contender].hold {
            hold.is_released = !hold.is_lost;
        }
    }

    /// Handles the events of a machine.
    pub(crate) fn event(&mut self, contender: usize, event: Event<Failed>) {
        self.trace(|| format!("c{contender} {event:?}"));
        match event {
            Event::Held(held) => self.held(contender, held),
            Event::Lost(reason) => self.lost(contender, reason),
            Event::Released(_) => {
                if self.contenders[contender].hold.as_ref().is_none_or(|hold| hold.is_lost) {
                    self.violation(Violation::UnexpectedLoss);
                }
                if let Some(hold) = &mut self.contenders[contender].hold {
                    hold.is_released = true;
                }
            }
            Event::Conflict(_) | Event::Failed(_) => self.violation(Violation::Failure),
            _ => {}
        }
    }

    fn held(&mut self, contender: usize, held: Held) {
        self.findings.holds += 1;
        if self.contenders[contender].was_stopped {
            self.violation(Violation::HeldAfterStop);
        }
        if self.contenders[contender].hold.is_some() {
            self.violation(Violation::LossNotReported);
        }
        let Held { token, lease, session, .. } = held;
        let session = session.to_string();
        self.contenders[contender].hold = Some(Hold {
            lease,
            session,
            is_released: false,
            is_lost: false,
            was_seen_over: false,
            is_reported: false,
        });
        self.last_hold_at = self.now;
        if self.contenders[contender].believes(self.now) {
            // Two of a semaphore's holders can report theirs in any order.
            if token <= self.last_token && self.subject.limit() == 1 {
                self.violation(Violation::TokenNotRising);
            }
            self.check_overlap(contender);
        }
        self.last_token = self.last_token.max(token);
        let span = match self.setup.hold {
            Some(span) => span,
            None if self.random.chance(0.7) => {
                self.random.between(Duration::from_millis(10), Duration::from_secs(3))
            }
            None => self.random.between(Duration::from_secs(3), Duration::from_secs(25)),
        };
        let life = self.contenders[contender].life;
        self.agenda.add(self.now + span, Due::Stop(contender, life));
    }

    fn check_overlap(&mut self, contender: usize) {
        let believers = self.contenders.iter().filter(|other| other.believes(self.now)).count();
        if believers <= self.subject.limit() {
            return;
        }
        self.trace(|| format!("c{contender} is one too many"));
        match self.taken_at {
            Some(at) if self.setup.theme == Theme::ThirdParties => {
                if self.now > at + NOTICED_AFTER {
                    self.violation(Violation::LateLoss);
                }
            }
            Some(_) if self.setup.theme == Theme::SlowThirdParties => {}
            _ => self.violation(Violation::Overlap),
        }
    }

    fn lost(&mut self, contender: usize, reason: LossReason) {
        self.findings.losses += 1;
        let is_unexpected = match &mut self.contenders[contender].hold {
            Some(hold) => std::mem::replace(&mut hold.is_lost, true) || hold.is_released,
            None => true,
        };
        if is_unexpected {
            self.violation(Violation::UnexpectedLoss);
        }
        let session = self.contenders[contender].hold.as_ref().map(|hold| hold.session.clone());
        if reason == LossReason::SessionGone
            && session.is_some_and(|session| self.consul.ended(&session).is_none())
        {
            self.findings.false_losses += 1;
        }
    }

    pub(crate) fn check_revived(&mut self, contender: usize) {
        if self.contenders[contender].is_revived(self.now) {
            self.violation(Violation::Revived);
        }
    }

    /// A machine has ended.
    pub(crate) fn done(&mut self, contender: usize, mut machine: AnyMachine) {
        let now = self.contenders[contender].given;
        machine.handle(now, Input::Response(Exchange::new(1), http::Response::default()));
        machine.handle(now, Input::Granted { slot: Slot::LongPoll, longest: Duration::MAX });
        machine.handle(now, Input::Stop);
        let later = now + Duration::from_secs(3600);
        if !matches!((machine.poll(now), machine.poll(later)), (Output::Done, Output::Done)) {
            self.violation(Violation::AliveAfterEnd);
        }
        let is_reported = match &self.contenders[contender].hold {
            Some(hold) => hold.is_released || hold.is_lost,
            None => true,
        };
        if !is_reported {
            self.violation(Violation::LossNotReported);
        }
        if !self.contenders[contender].open.is_empty() {
            self.violation(Violation::AliveAfterEnd);
        }
        // A response that creates a session can be lost. No client knows such a session, which ends with its TTL.
        let is_quiet = self.contenders[contender].started_at > self.choices.faults_until + QUIET_AFTER
            || self.setup.theme == Theme::Suspends;
        let name = self.name(contender);
        if is_quiet
            && !self.setup.changes.reused_sessions
            && self.consul.sessions().any(|session| session.name == name)
        {
            self.violation(Violation::SessionLeft);
        }
        self.end_life(contender);
    }

    /// The process ends, and another one starts.
    pub(crate) fn end_life(&mut self, contender: usize) {
        let process = &mut self.contenders[contender];
        process.machine = None;
        process.hold = None;
        process.life += 1;
        let life = process.life;
        for ticket in std::mem::take(&mut process.open).into_keys() {
            self.forget(ticket);
        }
        let is_calm = self.setup.theme == Theme::Calm;
        let pause = if is_calm { Duration::from_millis(20) } else { Duration::from_secs(2) };
        let at = self.now + self.random.up_to(pause);
        self.agenda.add(at, Due::Start(contender, life));
    }
}
