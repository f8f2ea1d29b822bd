//! Which endpoint a recorded request is, and how its answer is read.

use std::any::type_name;
use std::fmt::Debug;

use bytes::Bytes;
use consul_proto::{
    Endpoint, Method, OutputOf, Response, ResponseError, agent, catalog, decode, health, kv, session, status,
    txn,
};

/// An endpoint, without its type.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    method: Method,
    path: &'static str,
    /// Name of the endpoint's type.
    pub(crate) name: &'static str,
    /// Reads an answer; the value is in its `Debug` form.
    pub(crate) read: fn(http::Response<Bytes>) -> Result<Response<String>, ResponseError>,
}

/// The endpoint that writes requests like this one. Where none has the method, one of the same path.
pub(crate) fn route(method: &str, target: &str) -> Option<Route> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if let Some(key) = path.strip_prefix("/v1/kv/") {
        return Some(of_key(method, key, query));
    }
    let of_path: Vec<_> = routes().into_iter().filter(|route| fits(route.path, path)).collect();
    of_path.iter().find(|route| route.method == method).or(of_path.first()).cloned()
}

/// Every endpoint that recorded requests are looked up in.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        of::<agent::ReadSelf>(),
        of::<agent::service::Deregister>(),
        of::<agent::service::Register>(),
        of::<catalog::Datacenters>(),
        of::<catalog::Nodes>(),
        of::<catalog::Service>(),
        of::<catalog::Services>(),
        of::<health::Service>(),
        of::<kv::Delete>(),
        of::<kv::Get>(),
        of::<kv::Keys>(),
        of::<kv::List>(),
        of::<kv::Put>(),
        of::<kv::Raw>(),
        of::<session::Create>(),
        of::<session::Destroy>(),
        of::<session::Info>(),
        of::<session::List>(),
        of::<session::Node>(),
        of::<session::Renew>(),
        of::<status::Leader>(),
        of::<status::Peers>(),
        of::<txn::Apply>(),
    ]
}

/// The operations on keys share their path, and differ by the flags of the query.
fn of_key(method: &str, key: &str, query: &str) -> Route {
    let has = |flag| query.split('&').any(|pair| pair.split('=').next() == Some(flag));
    match method {
        "PUT" => of::<kv::Put>(),
        "DELETE" if key.is_empty() && has("recurse") => of::<kv::DeleteAll>(),
        "DELETE" => of::<kv::Delete>(),
        _ if has("keys") => of::<kv::Keys>(),
        _ if has("recurse") => of::<kv::List>(),
        _ if has("raw") => of::<kv::Raw>(),
        _ => of::<kv::Get>(),
    }
}

fn of<E: Endpoint>() -> Route
where
    OutputOf<E>: Debug,
{
    Route {
        method: E::METHOD,
        path: E::PATH,
        name: type_name::<E>(),
        read: |answer| decode::<E>(answer).map(|response| response.map(|value| format!("{value:?}"))),
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(segment), Some(text)) if segment.starts_with('{') || segment == text => {}
            _ => return false,
        }
    }
}
