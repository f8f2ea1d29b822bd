//! Which endpoint a recorded request is, and how its answer is read.

use std::any::type_name;
use std::fmt::Debug;

use bytes::Bytes;
use consul_proto::{
    Endpoint, Method, OutputOf, Response, ResponseError, acl, agent, catalog, decode, event, health, kv,
    session, status, txn,
};

use crate::exchange::Exchange;

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
pub(crate) fn route(exchange: &Exchange) -> Option<Route> {
    let (path, query) = exchange.target.split_once('?').unwrap_or((&exchange.target, ""));
    if let Some(key) = path.strip_prefix("/v1/kv/") {
        return Some(of_key(&exchange.method, key, query));
    }
    of_shared_path(path, query, &exchange.request).or_else(|| {
        let of_path: Vec<_> = routes().into_iter().filter(|route| fits(route.path, path)).collect();
        of_path.iter().find(|route| route.method == *exchange.method).or(of_path.first()).cloned()
    })
}

/// Every endpoint that recorded requests are looked up in. Of those that share a path, the first is due unless
/// [`of_shared_path`] knows better.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        of::<acl::legacy::Clone>(),
        of::<acl::legacy::Create>(),
        of::<acl::legacy::Destroy>(),
        of::<acl::legacy::Info>(),
        of::<acl::legacy::List>(),
        of::<acl::legacy::Translate>(),
        of::<acl::legacy::TranslateToken>(),
        of::<acl::legacy::Update>(),
        of::<agent::EnableMaintenance>(),
        of::<agent::DisableMaintenance>(),
        of::<agent::ForceLeave>(),
        of::<agent::Host>(),
        of::<agent::Join>(),
        of::<agent::Leave>(),
        of::<agent::Members>(),
        of::<agent::Metrics>(),
        of::<agent::ReadSelf>(),
        of::<agent::Reload>(),
        of::<agent::UpdateToken>(),
        of::<agent::Version>(),
        of::<agent::check::Deregister>(),
        of::<agent::check::Fail>(),
        of::<agent::check::List>(),
        of::<agent::check::Get>(),
        of::<agent::check::Pass>(),
        of::<agent::check::Register>(),
        of::<agent::check::Update>(),
        of::<agent::check::Warn>(),
        of::<agent::service::Deregister>(),
        of::<agent::service::EnableMaintenance>(),
        of::<agent::service::DisableMaintenance>(),
        of::<agent::service::Get>(),
        of::<agent::service::HealthById>(),
        of::<agent::service::HealthByName>(),
        of::<agent::service::List>(),
        of::<agent::service::Register>(),
        of::<catalog::Connect>(),
        of::<catalog::Datacenters>(),
        of::<catalog::DeregisterNode>(),
        of::<catalog::DeregisterCheck>(),
        of::<catalog::DeregisterService>(),
        of::<catalog::GatewayServices>(),
        of::<catalog::Node>(),
        of::<catalog::NodeServices>(),
        of::<catalog::Nodes>(),
        of::<catalog::Register>(),
        of::<catalog::Service>(),
        of::<catalog::Services>(),
        of::<event::Fire>(),
        of::<event::List>(),
        of::<health::Checks>(),
        of::<health::Connect>(),
        of::<health::Ingress>(),
        of::<health::Node>(),
        of::<health::Service>(),
        of::<health::State>(),
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

/// Operations that share method and path with another, and differ by the query or the body.
fn of_shared_path(path: &str, query: &str, request: &str) -> Option<Route> {
    let disables = query.split('&').any(|pair| pair == "enable=false");
    match path {
        "/v1/agent/checks" if query.starts_with("filter=CheckID%20%3D%3D%20%22") => {
            Some(of::<agent::check::Get>())
        }
        "/v1/agent/maintenance" if disables => Some(of::<agent::DisableMaintenance>()),
        "/v1/catalog/deregister" if request.contains("\"ServiceID\"") => {
            Some(of::<catalog::DeregisterService>())
        }
        "/v1/catalog/deregister" if request.contains("\"CheckID\"") => Some(of::<catalog::DeregisterCheck>()),
        _ if path.starts_with("/v1/agent/service/maintenance/") && disables => {
            Some(of::<agent::service::DisableMaintenance>())
        }
        _ => None,
    }
}

/// The operations on keys share their path, and differ by the flags of the query.
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
            (Some(rest), Some(_)) if rest.starts_with("{*") => return true,
            (Some(segment), Some(text)) if segment.starts_with('{') || segment == text => {}
            _ => return false,
        }
    }
}
