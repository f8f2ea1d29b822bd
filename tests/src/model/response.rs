//! Responses, as servers write them.

use base64_simd::STANDARD;
use bytes::Bytes;
use serde::Serialize;

use super::store::{Entry, Session};

/// Returns `true` or `false`.
pub(super) fn flag(value: bool) -> http::Response<Bytes> {
    json(200, &value)
}

/// Returns the id of a new session.
pub(super) fn created(id: &str) -> http::Response<Bytes> {
    #[derive(Serialize)]
    struct Created<'a> {
        #[serde(rename = "ID")]
        id: &'a str,
    }
    json(200, &Created { id })
}

/// Returns a renewed session.
pub(super) fn session(session: &Session) -> http::Response<Bytes> {
    json(200, &[SessionJson::of(session)])
}

/// Returns a session that was read, or an empty list.
pub(super) fn session_read(index: u64, session: Option<&Session>) -> http::Response<Bytes> {
    let found: Vec<_> = session.map(SessionJson::of).into_iter().collect();
    with_index(json(200, &found), index)
}

/// Returns the response to a renewal of a session that does not exist.
pub(super) fn unknown_session(id: &str) -> http::Response<Bytes> {
    error(404, &format!("Session id '{id}' not found"))
}

/// Returns the entries that were read. No entry is a 404 without a body.
pub(super) fn entries<'a>(
    index: u64,
    entries: impl Iterator<Item = (&'a str, &'a Entry)>,
) -> http::Response<Bytes> {
    let entries: Vec<_> = entries.map(|(key, entry)| EntryJson::of(key, entry, true)).collect();
    if entries.is_empty() {
        let response = http::Response::builder().status(404).body(Bytes::new());
        return with_index(response.expect("the parts are valid"), index);
    }
    with_index(json(200, &entries), index)
}

/// Returns the results of a transaction. Values are left out, as none of the operations is a read in our transactions.
pub(super) fn committed(results: &[(&str, Entry)]) -> http::Response<Bytes> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Committed<'a> {
        results: Vec<OneResult<'a>>,
        errors: Option<()>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "UPPERCASE")]
    struct OneResult<'a> {
        kv: EntryJson<'a>,
    }
    let results = results.iter().map(|(key, entry)| OneResult { kv: EntryJson::of(key, entry, false) });
    json(200, &Committed { results: results.collect(), errors: None })
}

/// Returns the errors of a transaction, with the positions of their operations.
pub(super) fn rolled_back(errors: &[(usize, String)]) -> http::Response<Bytes> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct RolledBack<'a> {
        results: Option<()>,
        errors: Vec<OneError<'a>>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct OneError<'a> {
        op_index: usize,
        what: &'a str,
    }
    let errors = errors.iter().map(|(op_index, what)| OneError { op_index: *op_index, what });
    json(409, &RolledBack { results: None, errors: errors.collect() })
}

/// Returns an error that says that the request was not executed.
pub(super) fn no_leader() -> http::Response<Bytes> {
    error(500, "No cluster leader")
}

/// Returns an error that does not say whether the request was executed.
pub(super) fn connection_lost() -> http::Response<Bytes> {
    error(500, "rpc error making call: EOF")
}

pub(super) fn error(status: u16, text: &str) -> http::Response<Bytes> {
    let response =
        http::Response::builder().status(status).header("Content-Type", "text/plain; charset=utf-8");
    response.body(Bytes::copy_from_slice(text.as_bytes())).expect("the parts are valid")
}

fn json(status: u16, document: &impl Serialize) -> http::Response<Bytes> {
    let body = serde_json::to_vec(document).expect("the document can be written");
    let response = http::Response::builder().status(status).header("Content-Type", "application/json");
    response.body(body.into()).expect("the parts are valid")
}

fn with_index(mut response: http::Response<Bytes>, index: u64) -> http::Response<Bytes> {
    let headers = response.headers_mut();
    headers.insert("X-Consul-Index", index.into());
    headers.insert("X-Consul-KnownLeader", http::HeaderValue::from_static("true"));
    headers.insert("X-Consul-LastContact", 0.into());
    response
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct EntryJson<'a> {
    lock_index: u64,
    key: &'a str,
    flags: u64,
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'a str>,
    create_index: u64,
    modify_index: u64,
}

impl<'a> EntryJson<'a> {
    fn of(key: &'a str, entry: &'a Entry, with_value: bool) -> Self {
        let has_value = with_value && !entry.value.is_empty();
        Self {
            lock_index: entry.lock_index,
            key,
            flags: entry.flags,
            value: has_value.then(|| STANDARD.encode_to_string(&entry.value)),
            session: entry.session.as_deref(),
            create_index: entry.create_index,
            modify_index: entry.modify_index,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SessionJson<'a> {
    #[serde(rename = "ID")]
    id: &'a str,
    name: &'a str,
    node: String,
    lock_delay: u64,
    behavior: &'static str,
    #[serde(rename = "TTL")]
    ttl: String,
    node_checks: &'a [String],
    service_checks: Option<()>,
    create_index: u64,
    modify_index: u64,
}

impl<'a> SessionJson<'a> {
    fn of(session: &'a Session) -> Self {
        Self {
            id: &session.id,
            name: &session.name,
            node: format!("node-{}", session.node),
            lock_delay: session.lock_delay.as_nanos() as u64,
            behavior: if session.deletes_keys { "delete" } else { "release" },
            ttl: format!("{}s", session.ttl.as_secs()),
            node_checks: &session.node_checks,
            service_checks: None,
            create_index: session.create_index,
            modify_index: session.create_index,
        }
    }
}
