//! What all servers have in common: keys, sessions, indexes and lock-delays.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::time::Duration;

use bytes::Bytes;

use super::request::{Command, Operation, Verb};
use super::{Node, Time, response};

/// What is stored under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Index of its creation.
    pub create_index: u64,
    /// Index of its last change.
    pub modify_index: u64,
    /// How often it was locked since the last write that was no lock.
    pub lock_index: u64,
    /// The number that its writer has attached.
    pub flags: u64,
    /// The value.
    pub value: Bytes,
    /// The session that holds the key.
    pub session: Option<String>,
}

/// A session that lives.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Session {
    /// The id that the servers have given it.
    pub id: String,
    /// The name that its creator has given it.
    pub name: String,
    /// The node that it ends with.
    pub node: Node,
    /// How long it lives without a renewal.
    pub ttl: Duration,
    /// The time after its end in which no session can lock the keys that it held.
    pub lock_delay: Duration,
    /// Whether its keys are deleted when it ends. Otherwise they are unlocked.
    pub deletes_keys: bool,
    /// The checks of its node that end it.
    pub node_checks: Vec<String>,
    /// Index of its creation.
    pub create_index: u64,
}

impl Session {
    /// Returns whether the session depends on a check of its node.
    #[must_use]
    pub fn has_checks(&self) -> bool {
        !self.node_checks.is_empty()
    }
}

/// Why a session has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum End {
    /// Its TTL had elapsed.
    Expired,
    /// A client on this node has destroyed it.
    Destroyed(Node),
    /// A check that it depends on has become critical.
    CheckCritical,
    /// Its node has left or failed.
    NodeGone,
}

/// The end of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ended {
    /// When it was applied.
    pub at: Time,
    /// Why.
    pub cause: End,
    /// Whether it held a key, which no session can lock during the lock-delay.
    pub was_holding: bool,
}

/// The state that raft replicates, and the lock-delays that follow from it.
#[derive(Debug, Default)]
pub(super) struct Store {
    /// Index of the newest entry of the log.
    index: u64,
    entries: BTreeMap<String, Entry>,
    /// The index at which keys were deleted.
    deleted: BTreeMap<String, u64>,
    /// Index of the newest change of any key.
    entries_index: u64,
    sessions: BTreeMap<String, Session>,
    sessions_index: u64,
    created_sessions: u64,
    ended: BTreeMap<String, (Session, Ended)>,
    /// Until when a key cannot be locked. Each server has this in memory; here they agree.
    lock_delays: BTreeMap<String, Time>,
}

impl Store {
    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// Returns the index that a read of a key reports. For a missing key it is the index of the newest change of any key.
    pub(super) fn entry_index(&self, key: &str) -> u64 {
        self.entry(key).map_or(self.entries_index.max(1), |entry| entry.modify_index)
    }

    /// Returns the keys that start with a prefix.
    pub(super) fn list<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a String, &'a Entry)> {
        let from = (Bound::Included(prefix), Bound::Unbounded);
        self.entries.range::<str, _>(from).take_while(move |(key, _)| key.starts_with(prefix))
    }

    /// Returns the index that a read of a prefix reports: that of the newest change or deletion below it.
    pub(super) fn list_index(&self, prefix: &str) -> u64 {
        let changed = self.list(prefix).map(|(_, entry)| entry.modify_index).max();
        let deleted = self.deleted.iter().filter(|(key, _)| key.starts_with(prefix)).map(|(_, index)| *index);
        changed.into_iter().chain(deleted).max().unwrap_or(self.entries_index.max(1))
    }

    pub(super) fn sessions(&self) -> impl Iterator<Item = &Session> {
        self.sessions.values()
    }

    pub(super) fn session(&self, id: &str) -> Option<&Session> {
        self.sessions.get(id)
    }

    pub(super) fn session_mut(&mut self, id: &str) -> Option<&mut Session> {
        self.sessions.get_mut(id)
    }

    pub(super) fn sessions_index(&self) -> u64 {
        self.sessions_index.max(1)
    }

    pub(super) fn ended(&self, id: &str) -> Option<&Ended> {
        self.ended.get(id).map(|(_, ended)| ended)
    }

    pub(super) fn all_ended(&self) -> impl Iterator<Item = &Ended> {
        self.ended.values().map(|(_, ended)| ended)
    }

    pub(super) fn index(&self) -> u64 {
        self.index
    }

    /// Returns a session as a server knows it that has heard nothing since an index and a time.
    pub(super) fn session_as_of(&self, id: &str, index: u64, at: Time) -> Option<&Session> {
        let former = self.ended.get(id).filter(|(_, ended)| ended.at > at).map(|(session, _)| session);
        self.session(id).or(former).filter(|session| session.create_index <= index)
    }

    /// Returns the response to a write that tries to lock a key during its lock-delay.
    ///
    /// The leader asks this when the request arrives, before raft, and never again.
    pub(super) fn lock_delay_response(&self, now: Time, command: &Command) -> Option<http::Response<Bytes>> {
        let is_delayed = |operation: &Operation| {
            operation.verb == Verb::Lock
                && self.lock_delays.get(&operation.key).is_some_and(|until| *until > now)
        };
        match command {
            Command::Put(operation) => is_delayed(operation).then(|| response::flag(false)),
            Command::Transaction(operations) => {
                let errors: Vec<_> = operations
                    .iter()
                    .enumerate()
                    .filter(|(_, operation)| is_delayed(operation))
                    .map(|(at, operation)| {
                        (at, format!("failed to lock key {:?} due to lock delay", operation.key))
                    })
                    .collect();
                (!errors.is_empty()).then(|| response::rolled_back(&errors))
            }
            Command::CreateSession(_) | Command::EndSession { .. } => None,
        }
    }

    /// Applies an entry of the log. Returns the response to the request that caused it, and the session that it created.
    pub(super) fn apply(&mut self, now: Time, command: &Command) -> (http::Response<Bytes>, Option<String>) {
        self.index += 1;
        let response = match command {
            Command::CreateSession(session) => {
                let id = self.create_session(session.clone());
                return (response::created(&id), Some(id));
            }
            Command::EndSession { id, cause } => {
                self.end_session(now, id, *cause);
                response::flag(true)
            }
            Command::Put(operation) => match self.operate(operation) {
                Ok(_) => response::flag(true),
                // An unknown session is an error, a condition that does not hold is not.
                Err(error) if error.starts_with("invalid session") => response::error(500, &error),
                Err(_) => response::flag(false),
            },
            Command::Transaction(operations) => self.transact(operations),
        };
        (response, None)
    }

    fn transact(&mut self, operations: &[Operation]) -> http::Response<Bytes> {
        let before = (self.entries.clone(), self.deleted.clone(), self.entries_index);
        let (mut results, mut errors) = (Vec::new(), Vec::new());
        for (at, operation) in operations.iter().enumerate() {
            match self.operate(operation) {
                Ok(Some(entry)) => results.push((operation.key.as_str(), entry)),
                Ok(None) => {}
                Err(error) => errors.push((at, error)),
            }
        }
        if errors.is_empty() {
            return response::committed(&results);
        }
        (self.entries, self.deleted, self.entries_index) = before;
        response::rolled_back(&errors)
    }

    fn create_session(&mut self, mut session: Session) -> String {
        self.created_sessions += 1;
        session.id = format!("{:08x}-0000-4000-8000-{:012x}", self.created_sessions, self.index);
        session.create_index = self.index;
        self.sessions_index = self.index;
        let id = session.id.clone();
        self.sessions.insert(id.clone(), session);
        id
    }

    /// Ends a session. Its keys are unlocked or deleted, and their lock-delay begins.
    fn end_session(&mut self, now: Time, id: &str, cause: End) {
        let Some(session) = self.sessions.remove(id) else { return };
        self.sessions_index = self.index;
        let held = self.entries.iter().filter(|(_, entry)| entry.session.as_deref() == Some(id));
        let held: Vec<String> = held.map(|(key, _)| key.clone()).collect();
        let was_holding = !held.is_empty();
        for key in held {
            if session.deletes_keys {
                self.remove(&key);
            } else if let Some(entry) = self.entries.get_mut(&key) {
                (entry.session, entry.modify_index) = (None, self.index);
                self.entries_index = self.index;
            }
            if !session.lock_delay.is_zero() {
                self.lock_delays.insert(key, now + session.lock_delay);
            }
        }
        self.ended.insert(id.to_owned(), (session, Ended { at: now, cause, was_holding }));
    }

    /// Writes an entry with the present index, unless the same entry is there.
    pub(super) fn write(&mut self, key: &str, entry: Entry) -> Entry {
        let existing = self.entries.get(key);
        let create_index = existing.map_or(self.index, |existing| existing.create_index);
        let mut entry = Entry { create_index, ..entry };
        if let Some(existing) = existing {
            entry.modify_index = existing.modify_index;
            if entry == *existing {
                return entry;
            }
        }
        entry.modify_index = self.index;
        self.entries_index = self.index;
        self.deleted.remove(key);
        self.entries.insert(key.to_owned(), entry.clone());
        entry
    }

    pub(super) fn remove(&mut self, key: &str) {
        if self.entries.remove(key).is_some() {
            self.deleted.insert(key.to_owned(), self.index);
            self.entries_index = self.index;
        }
    }
}
