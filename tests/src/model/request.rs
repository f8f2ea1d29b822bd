//! Requests, as far as sessions, keys and transactions need them.

use std::collections::BTreeMap;
use std::time::Duration;

use base64_simd::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Deserializer};

use super::store::{End, Session};
use super::{Node, Time};

/// How long a read waits if it does not say so.
const DEFAULT_WAIT: Duration = Duration::from_secs(300);

/// A request that the model knows.
#[derive(Clone, Debug)]
pub(super) enum Request {
    Read(Read),
    Renew(String),
    Write(Command),
}

/// A consistent read.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub(super) target: Target,
    /// Waits until the index is above this one.
    pub(super) index: Option<u64>,
    pub(super) wait: Duration,
}

#[derive(Clone, Debug)]
pub(super) enum Target {
    Key(String),
    Prefix(String),
    Session(String),
}

/// A write, as it is in the log of raft.
#[derive(Clone, Debug)]
pub(super) enum Command {
    /// Creates a session, whose id is not known yet.
    CreateSession(Session),
    EndSession {
        id: String,
        cause: End,
    },
    /// Writes one key. The response says whether the condition held.
    Put(Operation),
    Transaction(Vec<Operation>),
}

/// An operation on one key. Fields that the verb does not use are empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Operation {
    pub(super) verb: Verb,
    pub(super) key: String,
    pub(super) value: Bytes,
    pub(super) flags: u64,
    pub(super) index: u64,
    pub(super) session: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Verb {
    #[default]
    Get,
    Set,
    Cas,
    Lock,
    Unlock,
    CheckIndex,
    CheckSession,
    CheckNotExists,
    Delete,
}

impl Request {
    /// Reads a request that arrives at the agent on `node`.
    pub(super) fn read(request: &http::Request<Bytes>, node: Node) -> Result<Self, String> {
        let (method, path) = (request.method().as_str(), request.uri().path());
        let query = Query::of(request.uri().query().unwrap_or_default());
        let rest = |prefix: &str| path.strip_prefix(prefix).map(decoded);
        if method == "PUT" && path == "/v1/session/create" {
            let create: Create = serde_json::from_slice(request.body()).map_err(|error| error.to_string())?;
            return Ok(Self::Write(Command::CreateSession(create.session(node))));
        }
        if method == "PUT" && path == "/v1/txn" {
            let operations: Vec<Wire> =
                serde_json::from_slice(request.body()).map_err(|error| error.to_string())?;
            return Ok(Self::Write(Command::Transaction(operations.into_iter().map(Wire::read).collect())));
        }
        if let ("PUT", Some(id)) = (method, rest("/v1/session/renew/")) {
            return Ok(Self::Renew(id));
        }
        if let ("PUT", Some(id)) = (method, rest("/v1/session/destroy/")) {
            return Ok(Self::Write(Command::EndSession { id, cause: End::Destroyed(node) }));
        }
        if let ("GET", Some(id)) = (method, rest("/v1/session/info/")) {
            return query.read(Target::Session(id));
        }
        match (method, rest("/v1/kv/")) {
            ("GET", Some(key)) if query.has("recurse") => query.read(Target::Prefix(key)),
            ("GET", Some(key)) => query.read(Target::Key(key)),
            ("PUT", Some(key)) => Ok(Self::Write(Command::Put(query.put(key, request.body().clone())?))),
            ("DELETE", Some(key)) if query.0.is_empty() => {
                Ok(Self::Write(Command::Put(Operation { verb: Verb::Delete, key, ..Operation::default() })))
            }
            _ => Err("the model does not know this request".to_owned()),
        }
    }
}

/// The parameters of a query. A flag has no value.
struct Query<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Query<'a> {
    fn of(query: &'a str) -> Self {
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        Self(pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect())
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn number(&self, name: &str) -> Result<Option<u64>, String> {
        let value = self.0.get(name);
        value.map(|value| value.parse().map_err(|_| format!("{name}={value} is no number"))).transpose()
    }

    fn read(&self, target: Target) -> Result<Request, String> {
        let wait = self.0.get("wait").map(|wait| duration(wait)).transpose()?;
        let index = self.number("index")?.filter(|index| *index > 0);
        Ok(Request::Read(Read { target, index, wait: wait.unwrap_or(DEFAULT_WAIT) }))
    }

    fn put(&self, key: String, value: Bytes) -> Result<Operation, String> {
        let flags = self.number("flags")?.unwrap_or(0);
        let put = Operation { verb: Verb::Set, key, value, flags, ..Operation::default() };
        let session = |name: &str| self.0.get(name).map(|id| decoded(id));
        Ok(if let Some(session) = session("acquire") {
            Operation { verb: Verb::Lock, session, ..put }
        } else if let Some(session) = session("release") {
            Operation { verb: Verb::Unlock, session, ..put }
        } else if let Some(index) = self.number("cas")? {
            Operation { verb: Verb::Cas, index, ..put }
        } else {
            put
        })
    }
}

/// The body of a request that creates a session.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Create {
    #[serde(default)]
    name: String,
    #[serde(rename = "TTL", default, deserialize_with = "optional_duration")]
    ttl: Option<Duration>,
    #[serde(default, deserialize_with = "optional_duration")]
    lock_delay: Option<Duration>,
    #[serde(default)]
    behavior: String,
    node_checks: Option<Vec<String>>,
}

impl Create {
    fn session(self, node: Node) -> Session {
        Session {
            id: String::new(),
            name: self.name,
            node,
            ttl: self.ttl.unwrap_or(Time::MAX),
            lock_delay: self.lock_delay.unwrap_or(Duration::from_secs(15)),
            deletes_keys: self.behavior == "delete",
            node_checks: self.node_checks.unwrap_or_else(|| vec!["serfHealth".to_owned()]),
            create_index: 0,
        }
    }
}

/// An operation in the body of a transaction.
#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Wire {
    kv: WireOperation,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireOperation {
    verb: Verb,
    key: String,
    #[serde(default)]
    value: Option<String>,
    #[serde(default)]
    flags: u64,
    #[serde(default)]
    index: u64,
    #[serde(default)]
    session: String,
}

impl Wire {
    fn read(self) -> Operation {
        let WireOperation { verb, key, value, flags, index, session } = self.kv;
        let value = value.map(|value| STANDARD.decode_to_vec(value).expect("the value is Base64"));
        Operation { verb, key, value: value.unwrap_or_default().into(), flags, index, session }
    }
}

fn optional_duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    duration(&text).map(Some).map_err(serde::de::Error::custom)
}

/// Reads a duration with one unit, such as `15s`.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text[..digits].parse().map_err(|_| format!("{text:?} is no duration"))?;
    match &text[digits..] {
        "ns" => Ok(Duration::from_nanos(number)),
        "us" => Ok(Duration::from_micros(number)),
        "ms" => Ok(Duration::from_millis(number)),
        "s" => Ok(Duration::from_secs(number)),
        _ => Err(format!("{text:?} is no duration of one unit")),
    }
}

/// Undoes the escaping of a path or query.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = (*first == b'%').then(|| tail.get(..2)).flatten();
        let escaped = escaped.and_then(|digits| std::str::from_utf8(digits).ok());
        match escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
