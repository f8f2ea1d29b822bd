//! The texts of all errors, and their maximum length.

use std::error::Error;
use std::fmt::{Debug, Display, Write as _};

use bytes::Bytes;
use consul_proto::acl::legacy::{Rules, RulesError};
use consul_proto::txn::{Apply, Outcome, RolledBack};
use consul_proto::{
    ApiErrorKind, DecodeError, EncodeError, Endpoint, InvalidArgument, ResponseError, decode, kv,
};
use expect_test::expect;
use proptest::prelude::*;

fn response(status: u16, headers: &[(&str, &str)], body: &str) -> http::Response<Bytes> {
    let mut response = http::Response::builder().status(status);
    for (name, value) in headers {
        // Bytes above ASCII are valid in a header.
        response = response.header(*name, http::HeaderValue::from_bytes(value.as_bytes()).expect("a value"));
    }
    response.body(Bytes::copy_from_slice(body.as_bytes())).expect("a response")
}

fn error<E: Endpoint>(status: u16, headers: &[(&str, &str)], body: &str) -> ResponseError {
    decode::<E>(response(status, headers, body)).err().expect("an error")
}

fn rolled_back(whats: &[&str]) -> RolledBack {
    let errors: Vec<_> = whats
        .iter()
        .enumerate()
        .map(|(index, what)| serde_json::json!({ "OpIndex": index, "What": what }))
        .collect();
    let body = serde_json::json!({ "Results": null, "Errors": errors }).to_string();
    match decode::<Apply>(response(409, &[("Content-Type", "application/json")], &body)) {
        Ok(response) => match response.value {
            Outcome::RolledBack(rolled_back) => rolled_back,
            Outcome::Committed(_) => panic!("was committed"),
        },
        Err(error) => panic!("{error}"),
    }
}

fn encode_errors(text: &str) -> Vec<EncodeError> {
    vec![
        EncodeError::Argument { name: "service", reason: InvalidArgument::Empty },
        EncodeError::Key { name: "key", key: text.to_owned(), reason: InvalidArgument::EmptySegment },
        EncodeError::Conflict { first: "cached", second: "consistent" },
        EncodeError::Invalid { name: "ttl", reason: text.to_owned() },
        EncodeError::TooLong { length: 70_000, limit: 65_534 },
        EncodeError::Body(text.to_owned()),
        EncodeError::Template("a segment has no argument"),
    ]
}

#[test]
fn kinds_have_stable_names_and_texts() {
    use ApiErrorKind as K;
    let kinds = [
        K::NotFound,
        K::UnknownCheck,
        K::UnknownService,
        K::UnknownSession,
        K::UnknownNode,
        K::UnknownDatacenter,
        K::UnknownRoute,
        K::PermissionDenied,
        K::UnknownToken,
        K::AclDisabled,
        K::EnterpriseOnly,
        K::KeyRefused,
        K::TooLarge,
        K::InvalidRequest,
        K::Redirect,
        K::NoLeader,
        K::Unavailable,
        K::NotReady,
        K::RateLimited,
        K::TooManyConnections,
        K::Internal,
        K::UnexpectedStatus,
    ];
    let mut texts = String::new();
    for kind in kinds {
        let _ = writeln!(texts, "{}: {kind}", kind.as_str());
    }
    expect![[r#"
        not_found: not found
        unknown_check: check not found
        unknown_service: service not found
        unknown_session: session not found
        unknown_node: node not found
        unknown_datacenter: datacenter not found
        unknown_route: operation not supported by the server
        permission_denied: permission denied
        unknown_token: token not found
        acl_disabled: ACLs are disabled
        enterprise_only: requires Consul Enterprise
        key_refused: key not accepted in a path by the server, use a transaction
        too_large: request too large
        invalid_request: invalid request
        redirect: unexpected redirect
        no_leader: no cluster leader
        unavailable: temporarily unavailable
        not_ready: node or check is not ready
        rate_limited: rate limit exceeded
        too_many_connections: too many connections
        internal: server error
        unexpected_status: unexpected status
    "#]]
    .assert_eq(&texts);
}

#[test]
fn invalid_requests() {
    let mut texts = lines(encode_errors("a//b"));
    for reason in [
        InvalidArgument::Empty,
        InvalidArgument::DotSegment,
        InvalidArgument::EmptySegment,
        InvalidArgument::ControlCharacter,
        InvalidArgument::Unprintable,
    ] {
        let _ = writeln!(texts, "{}", EncodeError::Argument { name: "id", reason });
    }
    expect![[r#"
        service is empty
        key "a//b" has an empty segment, which a path cannot contain; use a transaction
        cached and consistent exclude each other
        ttl a//b
        path and query have 70000 bytes, at most 65534 are possible
        request body cannot be encoded as JSON: a//b
        path template does not match its arguments: a segment has no argument
        id is empty
        id has a segment "." or ".."
        id has an empty segment
        id has a control character
        id has a character that is not printable
    "#]]
    .assert_eq(&texts);
}

#[test]
fn error_responses() {
    let get = error::<kv::Get>;
    let texts = lines([
        get(500, &[], "No cluster leader"),
        get(403, &[], "Permission denied: token with AccessorID 'a' lacks permission 'key:read' on \"k\""),
        get(301, &[("Location", "/v1/kv/b")], ""),
        get(429, &[], ""),
        get(500, &[("X-Consul-Index", "1")], "a text that no rule knows"),
        get(502, &[("Content-Type", "text/html")], "<html>\n<h1>Bad Gateway</h1>"),
        get(200, &[("Content-Type", "text/html")], "<html>log in"),
        get(200, &[("X-Consul-Index", "7"), ("Content-Type", "application/json")], "[{\"Key\":7}]"),
        get(200, &[("X-Consul-Index", "7"), ("Content-Type", "application/json")], "[{\"Key\""),
        get(200, &[("X-Consul-Index", "7"), ("Content-Encoding", "gzip")], "?"),
        get(200, &[("X-Consul-Index", "7"), ("X-Consul-Index", "8")], "[]"),
        get(404, &[], "not here"),
        error::<kv::Put>(200, &[], "false"),
        error::<kv::Raw>(200, &[], "value"),
    ]);
    expect![[r#"
        no cluster leader (status 500): No cluster leader
        permission denied (status 403): Permission denied: token with AccessorID 'a' lacks permission 'key:read' on "k"
        unexpected redirect to /v1/kv/b (status 301)
        rate limit exceeded (status 429)
        server error (status 500): a text that no rule knows
        unexpected response: not from Consul (status 502, content type text/html), body starts with "<html>\n<h1>Bad Gateway</h1>"
        unexpected response: not from Consul (status 200, content type text/html)
        unexpected response: [0].Key: invalid type: integer, expected a string (status 200, content type application/json)
        unexpected response: EOF while parsing an object at line 1 column 7 (status 200, content type application/json)
        unexpected response: content encoding "gzip" was not requested (status 200, no content type)
        unexpected response: header x-consul-index has two values (status 200, no content type)
        unexpected response: not from Consul (status 404, no content type), body starts with "not here"
        unexpected response: expected true (status 200, no content type)
        unexpected response: X-Consul-Index is missing (status 200, no content type)
    "#]].assert_eq(&texts);
}

#[test]
fn values_that_cannot_be_decoded() {
    let texts = lines([
        DecodeError::value(Some("app/limits: timeout_ms".to_owned()), "invalid type: text, expected u64"),
        DecodeError::value(None, "expected value at line 1 column 1"),
    ]);
    expect![[r#"
        value cannot be decoded: app/limits: timeout_ms: invalid type: text, expected u64
        value cannot be decoded: expected value at line 1 column 1
    "#]]
    .assert_eq(&texts);
}

#[test]
fn rolled_back_transactions() {
    let texts = lines([
        rolled_back(&["failed to set key \"a\", index is stale"]),
        rolled_back(&["key \"a\" doesn't exist", "Permission denied", "x", "y", "z"]),
    ]);
    expect![[r#"
        transaction rolled back: operation 0: failed to set key "a", index is stale
        transaction rolled back: operation 0: key "a" doesn't exist, operation 1: Permission denied, operation 2: x, and 2 more
    "#]].assert_eq(&texts);
}

#[test]
fn invalid_rules() {
    let texts = lines(
        [r#"{"key":"#, "key \"a\" {", r#"{"key":{"a":{}}}"#, r#"{"key":{"a":{"policy":"read","x":""}}}"#]
            .map(|text| text.parse::<Rules>().expect_err("invalid")),
    );
    expect![[r#"
        rules are not valid JSON: EOF while parsing a value at line 1 column 7
        rules are not valid HCL: a closing brace is missing in line 1
        invalid rules: key."a" has no policy
        invalid rules: key."a".x is not a field of a rule
    "#]]
    .assert_eq(&texts);
}

fn lines<E: Display>(errors: impl IntoIterator<Item = E>) -> String {
    errors.into_iter().map(|error| format!("{error}\n")).collect()
}

/// Maximum length of an error text, in characters: three texts of 500 and three names of 200 characters, and the text
/// around them.
const LONGEST: usize = 2500;

fn assert_short<E: Display + Debug>(error: E) {
    for shown in [error.to_string(), format!("{error:?}"), format!("{error:#?}")] {
        assert!(shown.chars().count() <= LONGEST, "{} characters: {shown}", shown.chars().count());
        assert!(!error.to_string().contains(['\n', '\u{1b}']), "{error}");
    }
}

fn assert_all_short(text: &str) {
    for error in encode_errors(text) {
        assert!(error.source().is_none());
        assert_short(error);
    }
    for status in [200, 301, 403, 404, 409, 500, 502] {
        let header: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        for media in ["text/plain", "text/html", "application/json", &header] {
            let headers =
                [("Content-Type", media), ("Location", header.as_str()), ("X-Consul-Index", header.as_str())];
            for result in [
                decode::<kv::Get>(response(status, &headers, text)).map(drop),
                decode::<kv::List>(response(status, &headers, &format!("[{{\"{text}\":1,\"Key\":7}}]")))
                    .map(drop),
                decode::<Apply>(response(status, &headers, text)).map(drop),
            ] {
                let Err(error) = result else { continue };
                match &error {
                    ResponseError::Api(error) => assert_short(error),
                    ResponseError::Decode(error) => assert_short(error),
                    _ => {}
                }
                assert_short(error);
            }
        }
    }
    assert_short(DecodeError::value(Some(text.to_owned()), text));
    for count in [1, 3, 20] {
        let rolled_back = rolled_back(&vec![text; count]);
        assert_short(&rolled_back.errors[0]);
        assert_short(rolled_back);
    }
    let rules = [
        text.to_owned(),
        format!("{{{text}"),
        serde_json::json!({ text: "read" }).to_string(),
        serde_json::json!({ "key": { text: { "policy": 7 } } }).to_string(),
        serde_json::json!({ "key": { text: { text: text } } }).to_string(),
    ];
    for rules in rules {
        if let Err(error) = rules.parse::<Rules>() {
            assert_short(error);
        }
    }
    assert_short(RulesError::Part { path: text.to_owned(), reason: "is not an object" });
    let transaction = Apply::new().set(text, "v").get(format!("{text}//"));
    if let Err(error) = consul_proto::encode(&transaction, &consul_proto::Options::default()) {
        assert_short(error);
    }
    for key in [text.to_owned(), format!("{text}//{text}")] {
        if let Err(error) = consul_proto::encode(&kv::Get::new(key), &consul_proto::Options::default()) {
            assert_short(error);
        }
    }
}

#[test]
fn no_text_of_an_error_is_long() {
    for text in ["a", "\u{1b}", "\"", "\\", "é", "\u{202e}", "\n", "'\" "] {
        assert_all_short(&text.repeat(10_000 / text.len()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]
    #[test]
    fn texts_of_errors_have_a_limit(text in r#"(\PC|[\n\x1b"\\]|/){0,3000}"#) {
        assert_all_short(&text);
    }
}
