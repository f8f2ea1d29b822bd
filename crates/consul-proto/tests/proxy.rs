//! A response that Consul did not write is an unexpected response, whatever its status: never a value, absence or an
//! error that a program would act on.

#[path = "recorded/exchange.rs"]
#[allow(dead_code, reason = "other tests use other parts of it")]
mod exchange;
#[path = "recorded/route.rs"]
#[allow(dead_code, reason = "other tests use other parts of it")]
mod route;

use bytes::Bytes;
use consul_proto::ResponseError;
use route::routes;

const STATUSES: [u16; 21] =
    [200, 201, 202, 204, 206, 400, 401, 403, 404, 405, 408, 409, 410, 413, 418, 429, 431, 500, 502, 503, 504];

/// Headers and bodies of pages that proxies, gateways and other servers send.
const PAGES: &[(&[(&str, &str)], &str)] = &[
    (
        &[("Content-Type", "text/html"), ("Server", "nginx")],
        "<html><head><title>Sign in</title></head></html>",
    ),
    (&[("Content-Type", "text/html; charset=utf-8")], ""),
    (
        &[("Cache-Control", "no-cache"), ("Content-Type", "text/html")],
        "<html><body><h1>503</h1></body></html>\n",
    ),
    (
        &[("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff")],
        "404 page not found\n",
    ),
    (
        &[("Content-Type", "text/plain"), ("Server", "envoy")],
        "upstream connect error or disconnect/reset before headers",
    ),
    (&[("Content-Type", "text/plain"), ("Server", "envoy")], "RBAC: access denied"),
    (&[("Content-Type", "text/plain")], "Forbidden"),
    (&[("Content-Type", "text/plain")], "Gateway Timeout"),
    (&[("Content-Type", "text/plain")], "OK"),
    (
        &[("Content-Type", "application/json"), ("Server", "kong")],
        r#"{"message":"no Route matched with those values"}"#,
    ),
    (&[("Content-Type", "application/json")], r#"{"status":"maintenance"}"#),
    (&[("Content-Type", "application/problem+json")], r#"{"title":"Not Found","status":404}"#),
    (&[("Content-Type", "application/json")], r#"{"error":{"code":404,"message":"Permission denied"}}"#),
];

fn response(status: u16, headers: &[(&str, &str)], body: &'static str) -> http::Response<Bytes> {
    let mut response = http::Response::builder().status(status).header("Content-Length", body.len());
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(Bytes::from_static(body.as_bytes())).expect("a response")
}

#[test]
fn proxy_page_is_unexpected_at_every_status() {
    let mut wrong = Vec::new();
    // What is translated is plain text without a header of Consul, as a page may be.
    for route in routes().into_iter().filter(|route| !route.name.contains("::translate")) {
        for status in STATUSES {
            for (headers, body) in PAGES {
                match (route.read)(response(status, headers, body)) {
                    Err(ResponseError::Decode(error)) => assert_eq!(error.status().as_u16(), status),
                    other => wrong.push(format!("{} {status} {body}: {other:?}", route.name)),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn empty_page_is_unexpected_unless_consul_sends_the_same() {
    let empty: &[(&str, &str)] = &[("Server", "nginx"), ("Date", "Sat, 28 Nov 2026 15:00:00 GMT")];
    for route in routes() {
        for status in STATUSES.into_iter().filter(|status| *status != 200) {
            let result = (route.read)(response(status, empty, ""));
            assert!(matches!(result, Err(ResponseError::Decode(_))), "{} {status}: {result:?}", route.name);
        }
    }
}

#[test]
fn header_with_two_values_is_unexpected_everywhere() {
    for route in routes() {
        for name in ["X-Consul-Index", "X-Consul-Knownleader", "Content-Type"] {
            let response = response(200, &[(name, "7"), (name, "x")], "[]");
            match (route.read)(response) {
                Err(ResponseError::Decode(error)) => {
                    assert!(error.to_string().contains("has two values"), "{error}")
                }
                other => panic!("{} {name}: {other:?}", route.name),
            }
        }
    }
}

#[test]
fn content_encoding_is_unexpected_everywhere() {
    for route in routes() {
        let headers = [("Content-Encoding", "gzip"), ("X-Consul-Index", "7")];
        match (route.read)(response(200, &headers, "[]")) {
            Err(ResponseError::Decode(error)) => {
                assert!(error.to_string().contains("content encoding"), "{error}")
            }
            other => panic!("{}: {other:?}", route.name),
        }
    }
}
