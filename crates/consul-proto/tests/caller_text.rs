//! A text that the caller supplies never decides what an error means.

use bytes::Bytes;
use consul_proto::{
    ApiErrorKind, Endpoint, ResponseError, agent, catalog, decode, event, health, kv, session,
};

/// Names that are error texts themselves.
const NAMES: [&str; 8] = [
    "No cluster leader",
    "rpc error making call: No cluster leader",
    "rate limit exceeded",
    "ACL not found",
    "Permission denied",
    "No path to datacenter",
    "' is in critical state",
    "x\" does not have associated TTL",
];

fn kind<E: Endpoint>(status: u16, text: &str) -> Option<ApiErrorKind> {
    // As 1.8 sends it, without headers that show who wrote it.
    let response =
        http::Response::builder().status(status).header("Content-Type", "text/plain; charset=utf-8");
    let response = response.body(Bytes::copy_from_slice(text.as_bytes())).expect("a response");
    match decode::<E>(response) {
        Err(ResponseError::Api(error)) => Some(error.kind()),
        _ => None,
    }
}

#[test]
fn names_of_the_caller_do_not_change_the_kind() {
    use ApiErrorKind as K;
    for name in NAMES {
        for prefix in ["", "apply failed: ", "rpc error making call: apply failed: "] {
            let text = format!("{prefix}Missing check '{name}' registration");
            assert_eq!(kind::<session::Create>(500, &text), Some(K::InvalidRequest), "{text}");
        }
        for (kind, expected, text) in [
            (
                kind::<session::Renew> as fn(u16, &str) -> Option<K>,
                None,
                format!("Session id '{name}' not found"),
            ),
            (kind::<session::Create>, Some(K::NotReady), format!("Check '{name}' is in critical state")),
            (
                kind::<agent::check::Pass>,
                Some(K::UnknownCheck),
                format!("CheckID \"{name}\" does not have associated TTL"),
            ),
            (kind::<agent::check::Pass>, Some(K::UnknownCheck), format!("Unknown check \"{name}\"")),
            (
                kind::<agent::ForceLeave>,
                Some(K::UnknownNode),
                format!("agent: No node found with name '{name}'"),
            ),
            (kind::<catalog::Register>, Some(K::UnknownService), format!("Unknown service ID '{name}'")),
            (
                kind::<kv::Put>,
                Some(K::UnknownSession),
                format!("raft apply failed: invalid session \"{name}\""),
            ),
            (
                kind::<kv::Put>,
                Some(K::InvalidRequest),
                format!("strconv.ParseUint: parsing \"{name}\": invalid syntax"),
            ),
            (
                kind::<event::Fire>,
                Some(K::InvalidRequest),
                format!("Invalid node filter: error parsing regexp: {name}"),
            ),
            (kind::<health::Service>, Some(K::InvalidRequest), format!("Selector \"{name}\" is not valid")),
        ] {
            let status = if text.starts_with("Session id") { 404 } else { 500 };
            assert_eq!(kind(status, &text), expected, "{text}");
        }
    }
}

#[test]
fn acl_not_found_means_the_callers_token_unless_the_store_was_read() {
    let kind = |headers: &[(&str, &str)]| {
        let mut response = http::Response::builder().status(403);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        match decode::<consul_proto::acl::legacy::TranslateToken>(
            response.body("ACL not found".into()).expect("valid"),
        ) {
            Err(ResponseError::Api(error)) => error.kind(),
            other => panic!("{other:?}"),
        }
    };
    let own = [("X-Consul-Index", "1"), ("X-Consul-KnownLeader", "false")];
    let object = [("X-Consul-Index", "62"), ("X-Consul-KnownLeader", "true")];
    assert_eq!(kind(&own), ApiErrorKind::UnknownToken);
    assert_eq!(kind(&[]), ApiErrorKind::UnknownToken);
    assert_eq!(kind(&object), ApiErrorKind::NotFound);
}

#[test]
fn the_streaming_backend_reports_an_unknown_token() {
    let text = "rpc error: code = Unknown desc = ACL not found";
    assert_eq!(kind::<health::Service>(403, text), Some(ApiErrorKind::UnknownToken));
}
