//! Finds the endpoint of a recorded request, which decodes its response.

mod routes;

use std::any::type_name;
use std::fmt::Debug;

use bytes::Bytes;
use consul_proto::{Endpoint, Method, OutputOf, Response, ResponseError, agent, catalog, decode, kv};

pub(crate) use self::routes::routes;
use crate::exchange::Exchange;

/// A type-erased endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    method: Method,
    path: &'static str,
    /// Name of the endpoint's type.
    pub(crate) name: &'static str,
    /// Decodes a response and formats the value with `Debug`.
    pub(crate) read: fn(http::Response<Bytes>) -> Result<Response<String>, ResponseError>,
}

/// Returns the endpoint that sends requests like this one. If no endpoint has its method, returns one with the same
/// path.
pub(crate) fn route(exchange: &Exchange) -> Option<Route> {
    let (path, query) = exchange.target.split_once('?').unwrap_or((&exchange.target, ""));
    if let Some(key) = path.strip_prefix("/v1/kv/") {
        return Some(of_key(&exchange.method, key, query));
    }
    of_shared_path(&exchange.method, path, query, &exchange.request).or_else(|| {
        let of_path: Vec<_> =
            routes().into_iter().filter(|route| matches_template(route.path, path)).collect();
        let mut of_method = of_path.iter().filter(|route| route.method == *exchange.method);
        let first = of_method.next();
        if let (Some(first), Some(second)) = (first, of_method.next()) {
            panic!("{} and {} send {exchange}: `of_shared_path` has to decide", first.name, second.name);
        }
        first.or(of_path.first()).cloned()
    })
}

/// Returns the endpoint of operations that share method and path, and differ in the query or the body.
fn of_shared_path(method: &str, path: &str, query: &str, request: &str) -> Option<Route> {
    let disables = query.split('&').any(|pair| pair == "enable=false");
    Some(match (method, path) {
        ("GET", "/v1/agent/checks") if query.starts_with("filter=CheckID%20%3D%3D%20%22") => {
            of::<agent::check::Get>()
        }
        ("GET", "/v1/agent/checks") => of::<agent::check::List>(),
        ("GET", "/v1/agent/metrics") if query == "format=prometheus" => of::<agent::PrometheusMetrics>(),
        ("GET", "/v1/agent/metrics") => of::<agent::Metrics>(),
        ("PUT", "/v1/agent/maintenance") if disables => of::<agent::DisableMaintenance>(),
        ("PUT", "/v1/agent/maintenance") => of::<agent::EnableMaintenance>(),
        ("PUT", "/v1/catalog/deregister") if request.contains("\"ServiceID\"") => {
            of::<catalog::DeregisterService>()
        }
        ("PUT", "/v1/catalog/deregister") if request.contains("\"CheckID\"") => {
            of::<catalog::DeregisterCheck>()
        }
        ("PUT", "/v1/catalog/deregister") => of::<catalog::DeregisterNode>(),
        ("PUT", _) if path.starts_with("/v1/agent/service/maintenance/") => {
            if disables {
                of::<agent::service::DisableMaintenance>()
            } else {
                of::<agent::service::EnableMaintenance>()
            }
        }
        _ => return None,
    })
}

/// Returns the endpoint of an operation on keys. They share their path, and differ in the query's flags.
fn of_key(method: &str, key: &str, query: &str) -> Route {
    let has = |flag| query.split('&').any(|pair| pair.split('=').next() == Some(flag));
    match method {
        "PUT" if has("cas") || has("acquire") || has("release") => of::<kv::PutIf>(),
        "PUT" => of::<kv::Put>(),
        "DELETE" if has("cas") => of::<kv::DeleteIf>(),
        "DELETE" if key.is_empty() && has("recurse") => of::<kv::DeleteAll>(),
        "DELETE" if has("recurse") => of::<kv::DeleteTree>(),
        "DELETE" => of::<kv::Delete>(),
        _ if has("keys") => of::<kv::Keys>(),
        _ if has("recurse") => of::<kv::List>(),
        _ if has("raw") => of::<kv::Raw>(),
        _ => of::<kv::Get>(),
    }
}

/// Returns the route of an endpoint.
pub(crate) fn of<E: Endpoint>() -> Route
where
    OutputOf<E>: Debug,
{
    Route {
        method: E::METHOD,
        path: E::PATH,
        name: type_name::<E>(),
        read: |response| decode::<E>(response).map(|response| response.map(|value| format!("{value:?}"))),
    }
}

fn matches_template(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(rest), Some(_)) if rest.starts_with("{*") => return true,
            (Some(segment), Some(text)) if segment.starts_with('{') || segment == text => {}
            _ => return false,
        }
    }
}
