//! Checks that every recorded response of a real server is decoded as a value or as the expected error.

#[path = "recorded/exchange.rs"]
mod exchange;
#[path = "recorded/kinds.rs"]
mod kinds;
#[path = "recorded/route.rs"]
mod route;

use std::collections::BTreeSet;

use consul_proto::{ApiErrorKind, ResponseError, decode, txn};
use exchange::{Exchange, exchanges};
use kinds::{KINDS, OP_KINDS};
use route::{Route, route, routes};

/// Endpoints without a recorded response of their own, and why.
const NOT_RECORDED: &[&str] = &[
    // Its response equals that of other deletions.
    "kv::delete_all::DeleteAll",
    // The recorded servers have no auth method to log in with.
    "acl::login::Login",
    "acl::logout::Logout",
];

/// Returns exchanges with their endpoints. Exchanges of operations without an endpoint are left out.
fn routed() -> impl Iterator<Item = (Exchange, Route)> {
    let exchanges = exchanges().into_iter().filter(|exchange| !has_no_endpoint(exchange));
    exchanges.filter_map(|exchange| route(&exchange).map(|route| (exchange, route)))
}

/// Returns `true` for requests that no endpoint sends: for the allowed methods, and for another format of the
/// response.
fn has_no_endpoint(exchange: &Exchange) -> bool {
    let response = exchange.response("");
    let is_text =
        |name| response.headers().get(name).is_some_and(|form| form.as_bytes().starts_with(b"text/"));
    exchange.method == "OPTIONS"
        || exchange.target.ends_with("?format=text")
        // An agent without `prometheus_retention_time`. The wire test of that page covers it.
        || (exchange.target.ends_with("?format=prometheus") && (exchange.status == 415 || exchange.body.is_empty()))
        || response.headers().contains_key("Content-Encoding")
        || (exchange.target.starts_with("/v1/agent/health/")
            && exchange.status == 200
            && is_text("Content-Type"))
}

fn has_index(exchange: &Exchange) -> bool {
    exchange.response("").headers().contains_key("X-Consul-Index")
}

/// Returns `true` if the response is a value of its endpoint, not an error.
fn is_value(exchange: &Exchange, route: &Route) -> bool {
    let text = String::from_utf8_lossy(&exchange.body);
    match exchange.status {
        200 => true,
        // The key does not exist. Without an index, the route does not exist.
        404 if exchange.target.starts_with("/v1/kv/") => has_index(exchange),
        404 if route.name.ends_with("coordinate::node::Node") => text.is_empty(),
        404 if route.name.ends_with("session::renew::Renew") => text.starts_with("Session id '"),
        404 if route.name.ends_with("agent::service::get::Get") => text.starts_with("unknown service ID"),
        // The health of a service. Without this header, it is an error of the request.
        404 | 429 | 503 if exchange.target.starts_with("/v1/agent/health/service/") => {
            exchange.response("").headers().contains_key("X-Consul-Reason")
        }
        409 => route.name.ends_with("txn::apply::Apply"),
        _ => false,
    }
}

#[test]
fn every_endpoint_is_recorded() {
    let recorded: BTreeSet<_> = routed().map(|(_, route)| route.name).collect();
    for route in routes() {
        let is_excepted = NOT_RECORDED.iter().any(|name| route.name.ends_with(name));
        assert_eq!(recorded.contains(route.name), !is_excepted, "{}", route.name);
    }
}

#[test]
fn recorded_values_are_decoded() {
    for (exchange, route) in routed().filter(|(exchange, route)| is_value(exchange, route)) {
        match (route.read)(exchange.response(exchange.body.clone())) {
            Ok(response) => assert_eq!(response.meta.index.is_some(), has_index(&exchange), "{exchange}"),
            Err(error) => panic!("{exchange}\n{error}"),
        }
    }
}

#[test]
fn recorded_404_of_missing_objects_is_an_empty_value() {
    let absent = routed().filter(|(exchange, _)| exchange.status == 404);
    let values: BTreeSet<_> = absent
        .filter_map(|(exchange, route)| {
            let response = (route.read)(exchange.response(exchange.body.clone())).ok()?;
            Some((route.name.rsplit("::").next(), response.value))
        })
        .collect();
    let value = |name, value: &str| (Some(name), value.to_owned());
    assert_eq!(
        values,
        BTreeSet::from([
            value("Get", "None"),
            value("HealthById", "None"),
            value("HealthByName", "[]"),
            value("Keys", "[]"),
            value("List", "[]"),
            value("Node", "None"),
            value("Renew", "None"),
        ])
    );
}

/// If objects do not exist, servers respond with 200 and an empty document, for operations that read one object as
/// for lists.
#[test]
fn empty_document_is_none_or_an_empty_list() {
    const ONE: [&str; 3] = ["legacy::info::Info", "catalog::node::Node", "session::info::Info"];
    let mut absent = BTreeSet::new();
    for (exchange, route) in routed().filter(|(exchange, _)| exchange.status == 200) {
        let empty = match exchange.body.trim_ascii() {
            b"null" | b"[]" => "[]",
            b"{}" => "{}",
            _ => continue,
        };
        let value = (route.read)(exchange.response(exchange.body.clone())).map(|response| response.value);
        match ONE.iter().find(|one| route.name.ends_with(*one)) {
            Some(one) => {
                absent.insert(one);
                assert_eq!(value.ok().as_deref(), Some("None"), "{exchange}");
            }
            None => assert_eq!(value.ok().as_deref(), Some(empty), "{exchange}"),
        }
    }
    assert_eq!(absent.len(), ONE.len());
}

#[test]
fn error_responses_have_the_expected_kind() {
    let mut used = BTreeSet::new();
    for (exchange, route) in routed().filter(|(exchange, route)| !is_value(exchange, route)) {
        let text = String::from_utf8_lossy(&exchange.body).trim().to_owned();
        let row = KINDS.iter().position(|&(status, part, _)| {
            status == exchange.status && if part.is_empty() { text.is_empty() } else { text.contains(part) }
        });
        let row = row.unwrap_or_else(|| panic!("{exchange}\nno row in KINDS for: {text}"));
        used.insert(row);
        match (route.read)(exchange.response(exchange.body.clone())) {
            Err(ResponseError::Api(error)) => {
                // With this header, the missing token is the requested object, not the caller's token.
                let is_object =
                    text == "ACL not found" && exchange.header("X-Consul-Knownleader") == Some("true");
                let kind = if is_object { ApiErrorKind::NotFound } else { KINDS[row].2 };
                assert_eq!(error.kind(), kind, "{exchange}\n{text}");
                assert_eq!((error.status().as_u16(), error.message()), (exchange.status, text.as_str()));
            }
            other => panic!("{exchange}\n{other:?}"),
        }
    }
    let unused: Vec<_> = (0..KINDS.len()).filter(|row| !used.contains(row)).map(|row| KINDS[row]).collect();
    assert!(unused.is_empty(), "no such response is recorded: {unused:?}");
}

#[test]
fn only_the_empty_500_is_internal() {
    let internal = KINDS.iter().filter(|(.., kind)| *kind == ApiErrorKind::Internal);
    assert!(internal.eq([&(500, "", ApiErrorKind::Internal)]));
}

#[test]
fn failed_operations_have_the_expected_kind() {
    let mut used = BTreeSet::new();
    for exchange in exchanges().into_iter().filter(|exchange| exchange.status == 409) {
        let outcome =
            decode::<txn::Apply>(exchange.response(exchange.body.clone())).map(|response| response.value);
        let Ok(txn::Outcome::RolledBack(rolled_back)) = outcome else { panic!("{exchange}\n{outcome:?}") };
        assert!(!rolled_back.errors.is_empty(), "{exchange}");
        for error in rolled_back.errors {
            let row = OP_KINDS.iter().position(|(part, _)| error.what.contains(part));
            let row = row.unwrap_or_else(|| panic!("{exchange}\nno row in OP_KINDS for: {error}"));
            used.insert(row);
            assert_eq!(error.kind(), OP_KINDS[row].1, "{exchange}\n{error}");
        }
    }
    assert_eq!(used.len(), OP_KINDS.len(), "rows of OP_KINDS without a recorded response");
}
