//! Checks that no response makes a decoder panic, whatever its head and body are.

#[path = "recorded/exchange.rs"]
#[allow(dead_code, reason = "other tests use other parts of it")]
mod exchange;
#[path = "recorded/route.rs"]
#[allow(dead_code, reason = "other tests use other parts of it")]
mod route;

use bytes::Bytes;
use exchange::exchanges;
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, Strategy, any, prop_oneof};
use proptest::proptest;
use proptest::sample::{Index, select};
use route::routes;

const STATUSES: &[u16] = &[100, 200, 201, 204, 301, 400, 401, 403, 404, 405, 409, 413, 429, 500, 503, 999];

/// The headers that decoders read.
const HEADERS: &[&str] = &[
    "content-encoding",
    "content-length",
    "content-type",
    "location",
    "retry-after",
    "transfer-encoding",
    "x-consul-index",
    "x-consul-knownleader",
    "x-consul-lastcontact",
    "x-consul-query-backend",
    "x-consul-results-filtered-by-acls",
];

/// Values with a meaning in some header.
const VALUES: &[&str] = &[
    "0",
    "1",
    "-1",
    "1.5",
    "18446744073709551615",
    "18446744073709551616",
    "true",
    "gzip",
    "chunked",
    "application/json",
    "text/html",
    "streaming",
];

fn header_value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![select(VALUES).prop_map(|value| value.as_bytes().to_vec()), vec(any::<u8>(), 0..20)]
}

/// Returns recorded bodies with a few changed bytes, and arbitrary ones.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let exchanges = exchanges().into_iter().filter(|exchange| exchange.body.len() < 4096);
    let recorded: Vec<Vec<u8>> = exchanges.map(|exchange| exchange.body.to_vec()).collect();
    let changes = vec((any::<Index>(), any::<u8>()), 0..6);
    let changed = (select(recorded), changes, any::<Index>()).prop_map(|(mut body, changes, end)| {
        for (at, byte) in changes {
            if !body.is_empty() {
                let at = at.index(body.len());
                body[at] = byte;
            }
        }
        // Most bodies stay complete.
        body.truncate(end.index(4 * body.len() + 1));
        body
    });
    prop_oneof![4 => changed, 1 => vec(any::<u8>(), 0..200)]
}

fn response(status: u16, headers: &[(&str, Vec<u8>)], body: Bytes) -> http::Response<Bytes> {
    let mut response = http::Response::new(body);
    *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
    for (name, value) in headers {
        let name = http::HeaderName::try_from(*name).expect("a header name");
        if let Ok(value) = http::HeaderValue::from_bytes(value) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn s14_arbitrary_response_is_a_value_or_an_error_for_every_operation(
        status in select(STATUSES),
        headers in vec((select(HEADERS), header_value()), 0..5),
        body in body(),
    ) {
        let body = Bytes::from(body);
        for route in routes() {
            // Formatting the error must not panic either.
            let _ = (route.read)(response(status, &headers, body.clone())).map_err(|error| error.to_string());
        }
    }
}

#[test]
fn s14_deeply_nested_json_is_an_error() {
    const DEPTH: usize = 200_000;
    let (mut rejected, mut accepted) = (0, Vec::new());
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"Node\":", "}]")] {
        let body = Bytes::from(format!("{}1{}", open.repeat(DEPTH), close.repeat(DEPTH)));
        let length = body.len().to_string().into_bytes();
        let headers = [("content-length", length), ("x-consul-index", b"7".to_vec())];
        for route in routes() {
            match (route.read)(response(200, &headers, body.clone())) {
                Ok(_) => accepted.push(route.name),
                Err(_) => rejected += 1,
            }
        }
    }
    // The bodies of some operations are not decoded.
    assert!(rejected > 3 * accepted.len(), "accepted: {accepted:?}");
}
