//! Checks that no recorded list of a real server has two items with the same key.

#[path = "recorded/exchange.rs"]
#[allow(dead_code, reason = "other tests use other parts of it")]
mod exchange;

use std::collections::{BTreeMap, HashSet};

use consul_proto::diff::Keyed;
use consul_proto::{Endpoint, OutputOf, catalog, decode, health, kv, session};
use exchange::{Exchange, exchanges};

/// Asserts that the keys in each response of an endpoint are unique, and returns the number of items.
fn items<E: Endpoint>(is_of: fn(&Exchange) -> bool) -> usize
where
    OutputOf<E>: IntoIterator<Item: Keyed>,
{
    let mut count = 0;
    for exchange in exchanges().iter().filter(|exchange| exchange.status == 200 && is_of(exchange)) {
        let Ok(response) = decode::<E>(exchange.response(exchange.body.clone())) else {
            panic!("{exchange}")
        };
        let items: Vec<_> = response.value.into_iter().collect();
        let keys = items.iter().map(Keyed::key).collect::<HashSet<_>>().len();
        assert_eq!(keys, items.len(), "{exchange}");
        count += keys;
    }
    count
}

fn starts(exchange: &Exchange, start: &str) -> bool {
    exchange.method == "GET" && exchange.target.starts_with(start)
}

#[test]
fn items_of_recorded_lists_have_unique_keys() {
    let counts = BTreeMap::from([
        (
            "entries",
            items::<kv::List>(|exchange| starts(exchange, "/v1/kv/") && exchange.target.contains("recurse")),
        ),
        (
            "keys",
            items::<kv::Keys>(|exchange| starts(exchange, "/v1/kv/") && exchange.target.contains("keys")),
        ),
        ("nodes", items::<catalog::Nodes>(|exchange| starts(exchange, "/v1/catalog/nodes"))),
        ("services", items::<catalog::Services>(|exchange| starts(exchange, "/v1/catalog/services"))),
        ("catalog", items::<catalog::Service>(|exchange| starts(exchange, "/v1/catalog/service/"))),
        ("health", items::<health::Service>(|exchange| starts(exchange, "/v1/health/service/"))),
        ("sessions", items::<session::List>(|exchange| starts(exchange, "/v1/session/list"))),
    ]);
    assert!(counts.values().all(|count| *count > 1), "{counts:?}");
}
