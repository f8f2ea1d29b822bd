//! Every recorded answer of a real server is a value, or the error that it should be.

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
    // Its response is that of any other deletion.
    "kv::delete_all::DeleteAll",
    // The recorded servers have no auth method to log in with.
    "acl::login::Login",
    "acl::logout::Logout",
];

/// Exchanges and the endpoints that they belong to. Some are of operations that no endpoint covers yet.
fn routed() -> impl Iterator<Item = (Exchange, Route)> {
    let exchanges = exchanges().into_iter().filter(|exchange| !is_of_no_endpoint(exchange));
    exchanges.filter_map(|exchange| route(&exchange).map(|route| (exchange, route)))
}

/// Requests that no endpoint makes: for the methods that there are, and for another form of the answer.
fn is_of_no_endpoint(exchange: &Exchange) -> bool {
    let answer = exchange.answer("");
    let is_text = |name| answer.headers().get(name).is_some_and(|form| form.as_bytes().starts_with(b"text/"));
    exchange.method == "OPTIONS"
        || exchange.target.ends_with("?format=text")
        // An agent without `prometheus_retention_time`, which the wire test of that page covers.
        || (exchange.target.ends_with("?format=prometheus") && (exchange.status == 415 || exchange.body.is_empty()))
        || answer.headers().contains_key("Content-Encoding")
        || (exchange.target.starts_with("/v1/agent/health/")
            && exchange.status == 200
            && is_text("Content-Type"))
}

fn has_index(exchange: &Exchange) -> bool {
    exchange.answer("").headers().contains_key("X-Consul-Index")
}

/// Whether the answer says something that is a value, of an endpoint like this one.
fn is_value(exchange: &Exchange, route: &Route) -> bool {
    let text = String::from_utf8_lossy(&exchange.body);
    match exchange.status {
        200 => true,
        // A key that does not exist; the index tells it from a route that does not.
        404 if exchange.target.starts_with("/v1/kv/") => has_index(exchange),
        404 if route.name.ends_with("coordinate::node::Node") => text.is_empty(),
        404 if route.name.ends_with("session::renew::Renew") => text.starts_with("Session id '"),
        404 if route.name.ends_with("agent::service::get::Get") => text.starts_with("unknown service ID"),
        // How a service is, unless it is a complaint about the request.
        404 | 429 | 503 if exchange.target.starts_with("/v1/agent/health/service/") => {
            exchange.answer("").headers().contains_key("X-Consul-Reason")
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
fn values_are_read() {
    for (exchange, route) in routed().filter(|(exchange, route)| is_value(exchange, route)) {
        match (route.read)(exchange.answer(exchange.body.clone())) {
            Ok(response) => assert_eq!(response.meta.index.is_some(), has_index(&exchange), "{exchange}"),
            Err(error) => panic!("{exchange}\n{error}"),
        }
    }
}

#[test]
fn absence_is_a_value() {
    let absent = routed().filter(|(exchange, _)| exchange.status == 404);
    let values: BTreeSet<_> = absent
        .filter_map(|(exchange, route)| {
            let response = (route.read)(exchange.answer(exchange.body.clone())).ok()?;
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

/// Servers say so with 200 and an empty document, where one thing was asked for as where many were.
#[test]
fn what_is_empty_is_absent_or_has_no_elements() {
    const ONE: [&str; 3] = ["legacy::info::Info", "catalog::node::Node", "session::info::Info"];
    let mut absent = BTreeSet::new();
    for (exchange, route) in routed().filter(|(exchange, _)| exchange.status == 200) {
        let empty = match exchange.body.trim_ascii() {
            b"null" | b"[]" => "[]",
            b"{}" => "{}",
            _ => continue,
        };
        let value = (route.read)(exchange.answer(exchange.body.clone())).map(|response| response.value);
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
fn refusals_and_failures_have_the_kind_they_should() {
    let mut used = BTreeSet::new();
    for (exchange, route) in routed().filter(|(exchange, route)| !is_value(exchange, route)) {
        let text = String::from_utf8_lossy(&exchange.body).trim().to_owned();
        let row = KINDS.iter().position(|&(status, part, _)| {
            status == exchange.status && if part.is_empty() { text.is_empty() } else { text.contains(part) }
        });
        let row = row.unwrap_or_else(|| panic!("{exchange}\nnobody has said what this means: {text}"));
        used.insert(row);
        match (route.read)(exchange.answer(exchange.body.clone())) {
            Err(ResponseError::Api(error)) => {
                // Index and leader tell the object that was asked for from the caller's token.
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
    assert!(unused.is_empty(), "no such answer is recorded: {unused:?}");
}

#[test]
fn nothing_that_was_recorded_is_a_riddle() {
    let riddles = KINDS.iter().filter(|(.., kind)| *kind == ApiErrorKind::Internal);
    assert!(riddles.eq([&(500, "", ApiErrorKind::Internal)]));
}

#[test]
fn failed_operations_have_the_kind_they_should() {
    let mut used = BTreeSet::new();
    for exchange in exchanges().into_iter().filter(|exchange| exchange.status == 409) {
        let outcome =
            decode::<txn::Apply>(exchange.answer(exchange.body.clone())).map(|response| response.value);
        let Ok(txn::Outcome::RolledBack(rolled_back)) = outcome else { panic!("{exchange}\n{outcome:?}") };
        assert!(!rolled_back.errors.is_empty(), "{exchange}");
        for error in rolled_back.errors {
            let row = OP_KINDS.iter().position(|(part, _)| error.what.contains(part));
            let row = row.unwrap_or_else(|| panic!("{exchange}\nnobody has said what this means: {error}"));
            used.insert(row);
            assert_eq!(error.kind(), OP_KINDS[row].1, "{exchange}\n{error}");
        }
    }
    assert_eq!(used.len(), OP_KINDS.len(), "no such answer is recorded");
}
