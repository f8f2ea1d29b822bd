//! A server with one key, that does what a test wants.

use std::collections::BTreeMap;
use std::time::Duration;

use base64_simd::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};

use super::{KEY, secs};
use crate::machine::Instant;
use crate::machine::lock::FLAGS;

/// What becomes of requests.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reply {
    /// They are handled.
    Normal,
    /// They do not arrive.
    Lost,
    /// They are handled, and the response is lost.
    Unanswered,
    /// The response is this error.
    Error(u16, &'static str),
    /// They are handled, and the response arrives after this time.
    Slow(Duration),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Key {
    pub(super) index: u64,
    pub(super) flags: u64,
    pub(super) value: String,
    pub(super) session: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Server {
    pub(super) index: u64,
    pub(super) key: Option<Key>,
    sessions: Vec<String>,
    created: u64,
    /// By the beginning of method and path. The longest one counts.
    replies: BTreeMap<&'static str, Reply>,
    /// Results of writes that were handled on arrival.
    results: Vec<(Bytes, http::Uri, http::Response<Bytes>)>,
    pub(super) delayed_until: Option<Instant>,
    /// The state of a key that changes hands: when, and to which session.
    pub(super) changes: Vec<(Instant, Option<String>)>,
}

impl Server {
    pub(super) fn reply(&mut self, start: &'static str, reply: Reply) {
        self.replies.insert(start, reply);
    }

    pub(super) fn sessions(&self) -> Vec<&str> {
        self.sessions.iter().map(String::as_str).collect()
    }

    /// Writes the key.
    pub(super) fn write(&mut self, value: &str, flags: u64, session: Option<String>) {
        self.index += 1;
        self.key = Some(Key { index: self.index, flags, value: value.to_owned(), session });
    }

    /// Ends all sessions; a key that one holds is free, and in its lock-delay until then.
    pub(super) fn end_sessions(&mut self, delayed_until: Instant) {
        self.sessions.clear();
        if let Some(key) = self.key.clone() {
            self.write(&key.value, key.flags, None);
            self.delayed_until = Some(delayed_until);
        }
    }

    /// Frees a key that somebody else holds.
    pub(super) fn end_sessions_of_others(&mut self, delayed_until: Instant) {
        self.write("theirs", FLAGS, None);
        self.delayed_until = Some(delayed_until);
    }

    /// Ends all sessions, which hold nothing.
    pub(super) fn forget_sessions(&mut self) {
        self.sessions.clear();
    }

    pub(super) fn next_at(&self) -> Option<Instant> {
        self.changes.first().map(|(at, _)| *at)
    }

    pub(super) fn advance(&mut self, now: Instant) {
        while self.next_at().is_some_and(|at| at <= now) {
            let (_, session) = self.changes.remove(0);
            self.write("theirs", FLAGS, session);
        }
    }

    fn reply_to(&self, request: &http::Request<Bytes>) -> Reply {
        let line = format!("{} {}", request.method(), request.uri());
        let matching = self.replies.iter().filter(|(start, _)| line.starts_with(**start));
        matching.max_by_key(|(start, _)| start.len()).map_or(Reply::Normal, |(_, reply)| reply.clone())
    }

    /// Handles a write.
    pub(super) fn arrived(&mut self, now: Instant, request: &http::Request<Bytes>) {
        if request.method() == "PUT" && !matches!(self.reply_to(request), Reply::Lost | Reply::Error(..)) {
            let response = self.write_response(now, request);
            if self.reply_to(request) == Reply::Unanswered {
                return;
            }
            self.results.push((request.body().clone(), request.uri().clone(), response));
        }
    }

    /// Returns a response and when it arrives, if there is one by now.
    pub(super) fn respond(
        &mut self,
        now: Instant,
        sent_at: Instant,
        request: &http::Request<Bytes>,
    ) -> Option<(Instant, http::Response<Bytes>)> {
        let reply = self.reply_to(request);
        if matches!(reply, Reply::Lost | Reply::Unanswered) {
            return None;
        }
        let delay = if let Reply::Slow(delay) = reply { delay } else { Duration::from_millis(1) };
        if let Reply::Error(status, text) = reply {
            let response = http::Response::builder().status(status).body(Bytes::from_static(text.as_bytes()));
            return Some((now + delay, response.expect("valid")));
        }
        if request.method() == "PUT" {
            let done =
                |(body, uri, _): &(Bytes, http::Uri, _)| body == request.body() && uri == request.uri();
            let found = self.results.iter().position(done)?;
            return Some((now + delay, self.results.remove(found).2));
        }
        if request.uri().path().starts_with("/v1/session/info/") {
            let id = request.uri().path().rsplit('/').next().unwrap_or_default();
            return Some((now + delay, ok(&json!([{ "ID": id, "Name": "theirs", "Node": "node-b" }]))));
        }
        let index = self.key.as_ref().map_or(self.index.max(1), |key| key.index);
        if number(request, "index=").is_some_and(|seen| seen >= index)
            && wait_ends_at(sent_at, request).is_some_and(|end| now < end)
        {
            return None;
        }
        Some((now + delay, self.read(index)))
    }

    fn read(&self, index: u64) -> http::Response<Bytes> {
        let mut response = match &self.key {
            Some(key) => ok(&json!([key.document()])),
            None => http::Response::builder().status(404).body(Bytes::new()).expect("valid"),
        };
        response.headers_mut().insert("X-Consul-Index", index.into());
        response
    }

    fn write_response(&mut self, now: Instant, request: &http::Request<Bytes>) -> http::Response<Bytes> {
        let path = request.uri().path();
        let id = path.rsplit('/').next().unwrap_or_default().to_owned();
        if path == "/v1/session/create" {
            self.created += 1;
            let id = format!("{:08x}-0000-0000-0000-000000000000", self.created);
            self.sessions.push(id.clone());
            return ok(&json!({ "ID": id }));
        }
        if path.starts_with("/v1/session/renew/") {
            let ttl = "15s";
            if !self.sessions.contains(&id) {
                let text = format!("Session id '{id}' not found");
                return http::Response::builder().status(404).body(text.into()).expect("valid");
            }
            return ok(&json!([{ "ID": id, "TTL": ttl }]));
        }
        if path.starts_with("/v1/session/destroy/") {
            self.sessions.retain(|session| *session != id);
            let holder = self.key.as_ref().and_then(|key| key.session.clone());
            if holder.as_ref() == Some(&id) {
                self.end_sessions(now + secs(15));
            }
            return ok(&json!(true));
        }
        if path == "/v1/txn" {
            return self.transact(now, request.body());
        }
        // `?release=`
        let query = request.uri().query().unwrap_or_default().to_owned();
        let holder = self.key.as_ref().and_then(|key| key.session.clone());
        let is_ours = holder.is_some_and(|holder| query.contains(&format!("release={holder}")));
        if is_ours {
            let value = String::from_utf8_lossy(request.body()).into_owned();
            let flags = query.split('&').find_map(|pair| pair.strip_prefix("flags="));
            self.write(&value, flags.and_then(|flags| flags.parse().ok()).unwrap_or(0), None);
        }
        ok(&json!(is_ours))
    }

    fn transact(&mut self, now: Instant, body: &Bytes) -> http::Response<Bytes> {
        let operations: Vec<Value> = serde_json::from_slice(body).expect("valid");
        let locks = |operation: &Value| operation["KV"]["Verb"] == "lock";
        if self.delayed_until.is_some_and(|until| now < until) && operations.iter().any(locks) {
            return rolled_back(&format!("failed to lock key {KEY:?} due to lock delay"));
        }
        let before = (self.index, self.key.clone());
        let mut results = Vec::new();
        for operation in &operations {
            match self.operate(&operation["KV"]) {
                Ok(()) => results.extend(self.key.as_ref().map(|key| json!({ "KV": key.document() }))),
                Err(text) => {
                    (self.index, self.key) = before;
                    return rolled_back(&text);
                }
            }
        }
        ok(&json!({ "Results": results, "Errors": null }))
    }

    fn operate(&mut self, operation: &Value) -> Result<(), String> {
        let session = operation["Session"].as_str().map(str::to_owned);
        let holder = self.key.as_ref().and_then(|key| key.session.clone());
        let decoded = operation["Value"].as_str().map(|value| STANDARD.decode_to_vec(value).expect("valid"));
        let value = String::from_utf8(decoded.unwrap_or_default()).expect("valid");
        let flags = operation["Flags"].as_u64().unwrap_or(0);
        match operation["Verb"].as_str().unwrap_or_default() {
            "check-index" => match &self.key {
                Some(key) if operation["Index"] == key.index => Ok(()),
                _ => Err(format!("failed index check for key {KEY:?}, current modify index 1 != 2")),
            },
            "check-not-exists" if self.key.is_none() => Ok(()),
            "check-not-exists" => Err(format!("key {KEY:?} exists")),
            "lock" if session.as_ref().is_none_or(|session| !self.sessions.contains(session)) => {
                Err("invalid session \"\"".to_owned())
            }
            "lock" if holder.is_none() || holder == session => {
                self.write(&value, flags, session);
                Ok(())
            }
            "lock" => Err(format!("failed to lock key {KEY:?}, lock is already held")),
            "unlock" if holder.is_some() && holder == session => {
                self.write(&value, flags, None);
                Ok(())
            }
            "unlock" => Err(format!("failed to unlock key {KEY:?}, lock isn't held")),
            "delete" => {
                self.index += 1;
                self.key = None;
                Ok(())
            }
            other => Err(format!("unknown {other}")),
        }
    }
}

impl Key {
    fn document(&self) -> Value {
        let value = STANDARD.encode_to_string(&self.value);
        let Self { index, flags, session, .. } = self;
        let mut document = json!({ "Key": KEY, "Flags": flags, "Value": value, "ModifyIndex": index });
        if let Some(session) = session {
            document["Session"] = session.as_str().into();
        }
        document
    }
}

/// Returns when a read stops waiting.
pub(super) fn wait_ends_at(sent_at: Instant, request: &http::Request<Bytes>) -> Option<Instant> {
    Some(sent_at + Duration::from_millis(number(request, "wait=")?))
}

fn number(request: &http::Request<Bytes>, name: &str) -> Option<u64> {
    let value = request.uri().query()?.split('&').find_map(|pair| pair.strip_prefix(name))?;
    value.trim_end_matches("ms").parse().ok()
}

fn ok(document: &Value) -> http::Response<Bytes> {
    let response = http::Response::builder().header("Content-Type", "application/json");
    response.body(document.to_string().into()).expect("valid")
}

fn rolled_back(text: &str) -> http::Response<Bytes> {
    let document = json!({ "Results": null, "Errors": [{ "OpIndex": 0, "What": text }] });
    let mut response = ok(&document);
    *response.status_mut() = http::StatusCode::CONFLICT;
    response
}
