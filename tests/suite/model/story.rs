//! A sequence of requests, and its record.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use consul_proto::kv::{Applied, Entry, Put};
use consul_proto::session::{Create, Session};
use consul_proto::txn::{Apply, Outcome};
use consul_proto::{
    Consistency, Endpoint, FromResponse, Options, OutputOf, Response, ResponseError, decode, encode, kv,
};
use consul_tests::unique;

use super::servers::Servers;

/// A sequence of requests, and what came of them.
pub(super) struct Story<'a> {
    pub(super) servers: &'a mut dyn Servers,
    prefix: String,
    log: Vec<String>,
    sessions: Vec<String>,
    indexes: BTreeSet<u64>,
}

impl<'a> Story<'a> {
    pub(super) fn new(servers: &'a mut dyn Servers) -> Self {
        let (log, sessions, indexes) = (Vec::new(), Vec::new(), BTreeSet::new());
        Self { servers, prefix: unique("model"), log, sessions, indexes }
    }

    pub(super) fn key(&self, name: &str) -> String {
        format!("{}/{name}", self.prefix)
    }

    fn exchange<E: Endpoint>(
        &mut self,
        endpoint: &E,
        options: &Options,
    ) -> Result<Response<OutputOf<E>>, ResponseError> {
        let response = self.servers.exchange(&encode(endpoint, options).unwrap());
        decode::<E>(response)
    }

    /// Sends a request whose result has no indexes to compare.
    pub(super) fn send<E: Endpoint<Response: FromResponse<Output: Shown>>>(&mut self, endpoint: &E) {
        let line = match self.exchange(endpoint, &Options::default()) {
            Ok(response) => response.value.shown(),
            Err(error) => kind(&error),
        };
        self.log.push(line);
    }

    pub(super) fn create(&mut self, lock_delay: Duration) -> String {
        let create = Create::new()
            .ttl(Duration::from_secs(10))
            .lock_delay(lock_delay)
            .node_checks(Vec::<String>::new());
        let id = self.exchange(&create, &Options::default()).unwrap().value.to_string();
        self.sessions.push(id.clone());
        self.log.push("created".to_owned());
        id
    }

    pub(super) fn get(&mut self, key: &str) -> Option<Entry> {
        let options = Options::new().consistency(Consistency::Consistent);
        let response = self.exchange(&kv::Get::new(key), &options).unwrap();
        self.log_read(&response)
    }

    fn log_read(&mut self, response: &Response<Option<Entry>>) -> Option<Entry> {
        let mut line = "read".to_owned();
        // The index of a missing key is that of any other key.
        match &response.value {
            Some(entry) => {
                let _ = write!(line, " at {}: ", self.index(response.meta.index.unwrap()));
                line += &self.shown(entry, true);
            }
            None => line += " nothing",
        }
        self.log.push(line);
        response.value.clone()
    }

    pub(super) fn list(&mut self, prefix: &str) {
        let response = self.exchange(&kv::List::new(format!("{prefix}/")), &Options::default()).unwrap();
        let mut line = "list".to_owned();
        if !response.value.is_empty() {
            let _ = write!(line, " at {}: ", self.index(response.meta.index.unwrap()));
        }
        for entry in &response.value {
            line += &self.shown(entry, true);
        }
        self.log.push(line);
    }

    pub(super) fn put_if(&mut self, put: kv::PutIf) {
        let line = match self.exchange(&put, &Options::default()) {
            Ok(response) => format!("{:?}", response.value == Applied::Yes),
            Err(error) => kind(&error),
        };
        self.log.push(line);
    }

    pub(super) fn apply(&mut self, apply: Apply) {
        let line = match self.exchange(&apply, &Options::default()).unwrap().value {
            Outcome::Committed(results) => {
                let entries: Vec<_> = results
                    .iter()
                    .filter_map(|result| result.entry())
                    .map(|e| self.shown(e, false))
                    .collect();
                format!("committed {entries:?}")
            }
            Outcome::RolledBack(rolled_back) => {
                let errors = rolled_back.errors.iter().map(|error| (error.op_index, error.kind()));
                format!("rolled back {:?}", errors.collect::<Vec<_>>())
            }
        };
        self.log.push(line);
    }

    /// Reads a key after it has changed, or at the end of the wait.
    pub(super) fn wait_for(&mut self, key: &str, index: u64, wait: Duration, write: Option<Put>) {
        let options = Options::new().index(index).wait(wait);
        let read = encode(&kv::Get::new(key), &options).unwrap();
        let response = match write {
            Some(write) => {
                let write = encode(&write, &Options::default()).unwrap();
                self.servers.exchange_while(&read, &write)
            }
            None => self.servers.exchange(&read),
        };
        let response = decode::<kv::Get>(response).unwrap();
        self.log_read(&response);
    }

    fn shown(&mut self, entry: &Entry, with_value: bool) -> String {
        let Entry { flags, lock_index, session, create_index, modify_index, value, .. } = entry;
        let key = entry.key.trim_start_matches(&self.prefix);
        let session =
            session.as_ref().map(|session| self.sessions.iter().position(|id| session == id.as_str()));
        let (created, modified) = (self.index(*create_index), self.index(*modify_index));
        let value = if with_value { String::from_utf8_lossy(value) } else { "-".into() };
        format!("[{key} {value} {flags} {session:?} lock {lock_index} created {created} modified {modified}]")
    }

    /// Returns the text for an index, which is replaced by its position at the end.
    fn index(&mut self, index: u64) -> String {
        self.indexes.insert(index);
        format!("#{index}#")
    }

    pub(super) fn finish(self) -> Vec<String> {
        let replace = |line: &String| {
            let mut line = line.clone();
            for (position, index) in self.indexes.iter().enumerate() {
                line = line.replace(&format!("#{index}#"), &format!("<{position}>"));
            }
            line
        };
        self.log.iter().map(replace).collect()
    }
}

fn kind(error: &ResponseError) -> String {
    match error {
        ResponseError::Api(error) => format!("error {:?}", error.kind()),
        error => format!("{error:?}"),
    }
}

/// A result without indexes.
pub(super) trait Shown {
    fn shown(&self) -> String;
}

impl Shown for () {
    fn shown(&self) -> String {
        "done".to_owned()
    }
}

impl Shown for Option<Session> {
    fn shown(&self) -> String {
        match self {
            Some(session) => format!(
                "session with TTL {:?}, lock-delay {:?}, {:?}, checks {:?}",
                session.ttl, session.lock_delay, session.behavior, session.node_checks
            ),
            None => "no session".to_owned(),
        }
    }
}
