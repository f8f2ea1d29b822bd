//! Consistent reads, which can wait for a change.

use std::time::Duration;

use bytes::Bytes;

use super::request::{Read, Request, Target};
use super::{Consul, Due, Ticket, response};

impl Consul {
    /// Responds to a read, or lets it wait.
    pub(super) fn read(&mut self, ticket: Ticket) {
        let Some(Request::Read(read)) = self.requests.get(&ticket).map(|pending| &pending.request) else {
            return;
        };
        let (index, wait) = (self.index_of(read), read.wait);
        // Servers also respond early now and then, without a change.
        let is_early = self.behavior.is_odd && self.random.chance(0.01);
        if read_waits(self, ticket, index) && !is_early {
            self.waiting.insert(ticket);
            let spread = self.random.up_to(wait / 16);
            return self.agenda.add(self.now + wait + spread, Due::Wake(ticket));
        }
        self.respond_to_read(ticket);
    }

    /// Ends the wait of a read: its time has elapsed, or something has changed.
    pub(super) fn wake(&mut self, ticket: Ticket) {
        if !self.waiting.remove(&ticket) {
            return;
        }
        if self.outage.is_none() {
            self.respond_to_read(ticket);
        } else if self.random.chance(0.5) {
            self.respond(ticket, response::connection_lost());
        }
    }

    /// Wakes the reads for which something has changed.
    pub(super) fn wake_changed(&mut self) {
        let changed: Vec<_> = self
            .waiting
            .iter()
            .copied()
            .filter(|&ticket| match self.requests.get(&ticket).map(|pending| &pending.request) {
                Some(Request::Read(read)) => !read_waits(self, ticket, self.index_of(read)),
                _ => false,
            })
            .collect();
        for ticket in changed {
            let is_slow = self.behavior.is_odd && self.random.chance(0.02);
            let longest = if is_slow { Duration::from_millis(900) } else { Duration::from_micros(600) };
            let latency = self.latency(Duration::from_micros(20), longest);
            self.agenda.add(self.now + latency, Due::Wake(ticket));
        }
    }

    fn respond_to_read(&mut self, ticket: Ticket) {
        let Some(Request::Read(read)) = self.requests.get(&ticket).map(|pending| &pending.request) else {
            return;
        };
        let response = self.response_to(read);
        self.respond(ticket, response);
    }

    fn index_of(&self, read: &Read) -> u64 {
        match &read.target {
            Target::Key(key) => self.store.entry_index(key),
            Target::Prefix(prefix) => self.store.list_index(prefix),
            Target::Session(_) => self.store.sessions_index(),
        }
    }

    fn response_to(&self, read: &Read) -> http::Response<Bytes> {
        let index = self.index_of(read);
        match &read.target {
            Target::Key(key) => {
                let found = self.store.entry(key).map(|entry| (key.as_str(), entry));
                response::entries(index, found.into_iter())
            }
            Target::Prefix(prefix) => {
                let found = self.store.list(prefix).map(|(key, entry)| (key.as_str(), entry));
                response::entries(index, found)
            }
            Target::Session(id) => response::session_read(index, self.store.session(id)),
        }
    }
}

/// Returns whether a read waits at this index.
fn read_waits(consul: &Consul, ticket: Ticket, index: u64) -> bool {
    match consul.requests.get(&ticket).map(|pending| &pending.request) {
        Some(Request::Read(read)) => read.index.is_some_and(|seen| seen >= index),
        _ => false,
    }
}
