//! The Raft log.

use std::collections::BTreeMap;
use std::time::Duration;

use super::request::{Command, Request};
use super::store::End;
use super::{Consul, Due, Node, Ticket, Time, response};

/// Writes that the leader has accepted, and that are not applied yet.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) entries: BTreeMap<u64, LogEntry>,
    appended: u64,
    /// Nothing is applied before this.
    stalled_until: Time,
    /// When the last entry is applied: entries keep their order.
    last_at: Time,
}

#[derive(Debug)]
pub(super) struct LogEntry {
    pub(super) command: Command,
    /// The request that waits for the result.
    pub(super) ticket: Option<Ticket>,
}

impl Consul {
    /// Stops Raft: writes in the meantime are applied at the end, in order.
    pub fn stall_raft(&mut self, until: Time) {
        self.log.stalled_until = self.log.stalled_until.max(until);
    }

    /// Appends the write of a request.
    pub(super) fn append(&mut self, ticket: Ticket) {
        let Some(pending) = self.requests.get(&ticket) else { return };
        if let Request::Write(command) = &pending.request {
            let command = command.clone();
            self.append_command(LogEntry { command, ticket: Some(ticket) });
        }
    }

    /// Appends the end of a session that the servers have decided.
    pub(super) fn append_end(&mut self, id: String, cause: End) {
        self.append_command(LogEntry { command: Command::EndSession { id, cause }, ticket: None });
    }

    /// Carries out a write that its client has abandoned.
    pub(super) fn revive(&mut self, node: Node, request: Request) {
        let Request::Write(command) = request else { return };
        if self.outage.is_some() {
            let at = self.elected_after(self.now);
            return self.agenda.add(at, Due::Revive(node, Request::Write(command)));
        }
        if self.store.lock_delay_response(self.now, &command).is_none() {
            self.append_command(LogEntry { command, ticket: None });
        }
    }

    /// Applies an entry, unless no leader is there to commit it.
    pub(super) fn apply(&mut self, position: u64) {
        if self.outage.is_some() {
            let at = self.elected_after(self.now);
            return self.agenda.add(at, Due::Apply(position));
        }
        let Some(entry) = self.log.entries.remove(&position) else { return };
        let (response, created) = self.store.apply(self.now, &entry.command);
        if let Some(session) = created {
            self.start_timer(&session);
        }
        if let Some(ticket) = entry.ticket {
            self.respond(ticket, response);
        }
        self.wake_changed();
    }

    /// Decides about the entries of a leader that is lost: the next one has each of them, or not. Their clients learn
    /// nothing.
    pub(super) fn lose_entries(&mut self) {
        for (position, entry) in std::mem::take(&mut self.log.entries) {
            if let Some(ticket) = entry.ticket {
                self.respond(ticket, response::connection_lost());
            }
            if self.random.chance(0.5) {
                self.log.entries.insert(position, LogEntry { ticket: None, ..entry });
            } else if let Command::EndSession { id, cause: End::Expired } = entry.command {
                self.agenda.add(self.now + Duration::from_secs(10), Due::End(id, 1));
            }
        }
    }

    fn append_command(&mut self, entry: LogEntry) {
        let latency = self.latency(Duration::from_micros(300), Duration::from_millis(4));
        let at = (self.now + latency).max(self.log.stalled_until).max(self.log.last_at);
        self.log.last_at = at;
        self.log.appended += 1;
        self.log.entries.insert(self.log.appended, entry);
        self.agenda.add(at, Due::Apply(self.log.appended));
    }
}
