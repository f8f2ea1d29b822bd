//! Checks that a server reads from a request exactly the arguments that were written, or that the request is rejected
//! before it is sent.
//!
//! The arguments are random strings of characters with a special meaning in URLs, paths or Consul. The server is a
//! model of how Go and Consul parse a request line.

#[path = "addressing/random.rs"]
mod random;
#[path = "addressing/server.rs"]
mod server;

use consul_proto::{
    EncodeError, Endpoint, InvalidArgument, Options, agent, catalog, encode, health, kv, session,
};
use random::Random;
use server::{Seen, query, seen_by_1_8, seen_by_1_22, segments};

const CASES: u32 = 20_000;

fn target<E: Endpoint>(endpoint: &E) -> Result<String, EncodeError> {
    encode(endpoint, &Options::default()).map(|request| request.uri().to_string())
}

/// Returns `true` if a key cannot be a path. Implemented independently of the code under test.
fn is_without_path(key: &str) -> bool {
    let (most, last) = key.rsplit_once('/').map_or((None, key), |(most, last)| (Some(most), last));
    let mut segments = most.into_iter().flat_map(|most| most.split('/')).chain([last]);
    key.chars().any(char::is_control)
        || most.into_iter().flat_map(|most| most.split('/')).any(str::is_empty)
        || segments.any(|segment| segment == "." || segment == "..")
}

/// Asserts that servers of both kinds read this key, if they accept it.
fn check_key(key: &str, encoded: Result<String, EncodeError>) {
    match encoded {
        Ok(target) => {
            assert!(!is_without_path(key), "{key:?} is sent as {target}");
            for seen in [seen_by_1_8(&target), seen_by_1_22(&target)] {
                assert!(
                    matches!(&seen, Seen::Rejected) || seen == Seen::Key(key.to_owned()),
                    "{key:?}: {seen:?}"
                );
            }
        }
        Err(EncodeError::Key { key: named, .. }) => {
            assert!(is_without_path(key), "{key:?} is rejected");
            assert_eq!(named, key);
        }
        // The text of an empty prefix names the operation that deletes all keys.
        Err(EncodeError::Argument { reason: InvalidArgument::Empty, .. } | EncodeError::Invalid { .. }) => {
            assert_eq!(key, "");
        }
        Err(error) => panic!("{key:?}: {error}"),
    }
}

#[test]
fn k1_keys_arrive_unchanged_or_are_rejected() {
    let mut random = Random::new(1);
    for _ in 0..CASES {
        let key = random.text();
        check_key(&key, target(&kv::Get::new(&key)));
        check_key(&key, target(&kv::Raw::new(&key)));
        check_key(&key, target(&kv::Put::new(&key, "v")));
        check_key(&key, target(&kv::Delete::new(&key)));
        check_key(&key, target(&kv::Delete::new(&key).recurse()));
    }
}

#[test]
fn k1_prefixes_arrive_unchanged_or_are_rejected() {
    let mut random = Random::new(2);
    for _ in 0..CASES {
        let prefix = random.text();
        check_key(&prefix, target(&kv::List::new(&prefix)));
        let separator = random.text();
        let keys = kv::Keys::new(&prefix).separator(&separator);
        let encoded = target(&keys);
        if let Ok(target) = &encoded {
            let pairs = [("keys".to_owned(), String::new()), ("separator".to_owned(), separator)];
            assert_eq!(query(target).as_deref(), Some(pairs.as_slice()), "{target}");
        }
        check_key(&prefix, encoded);
    }
    check_key("", target(&kv::List::new("")));
}

#[test]
fn model_servers_parse_known_targets() {
    for (target, by_1_8, by_1_22) in [
        ("/v1/kv/a%20b", Seen::Key("a b".to_owned()), Seen::Key("a b".to_owned())),
        ("/v1/kv/a+b", Seen::Key("a+b".to_owned()), Seen::Key("a+b".to_owned())),
        ("/v1/kv/dir/?recurse", Seen::Key("dir/".to_owned()), Seen::Key("dir/".to_owned())),
        ("/v1/kv/", Seen::Key(String::new()), Seen::Key(String::new())),
        ("/v1/kv/a//b", Seen::Other, Seen::Other),
        ("/v1/kv/a/../b", Seen::Other, Seen::Other),
        ("/v1/kv/c%2F%2Fd", Seen::Other, Seen::Key("c/d".to_owned())),
        ("/v1/kv/a%2F..%2Fb", Seen::Other, Seen::Key("b".to_owned())),
        ("/v1/kv/%20a", Seen::Key(" a".to_owned()), Seen::Rejected),
        ("/v1/kv/50%2520x", Seen::Key("50%20x".to_owned()), Seen::Rejected),
        ("/v1/kv/a%252e%252eb", Seen::Key("a%2e%2eb".to_owned()), Seen::Rejected),
        ("/v1/kv/%01x", Seen::Rejected, Seen::Rejected),
        ("/v1/kv/%zz", Seen::Rejected, Seen::Rejected),
    ] {
        assert_eq!((seen_by_1_8(target), seen_by_1_22(target)), (by_1_8, by_1_22), "{target}");
    }
}

#[test]
fn s3_ids_stay_in_their_segment() {
    let mut random = Random::new(3);
    for _ in 0..CASES {
        let id = random.text();
        for (front, target) in [
            ("/v1/session/node/", target(&session::Node::new(&id))),
            ("/v1/catalog/service/", target(&catalog::Service::new(&id))),
            ("/v1/health/service/", target(&health::Service::new(&id))),
            ("/v1/agent/service/deregister/", target(&agent::service::Deregister::new(&id))),
        ] {
            let Ok(target) = target else { continue };
            let seen = segments(&target).expect("a path that servers can decode");
            let expected: Vec<_> = front.trim_matches('/').split('/').chain([id.as_str()]).collect();
            assert_eq!(seen, expected, "{target}");
            assert_eq!(query(&target), Some(Vec::new()), "{target}");
            // Servers that look at the decoded path do not redirect it either.
            assert_ne!(seen_by_1_8(&target.replacen(front, "/v1/kv/", 1)), Seen::Other, "{target}");
        }
        for target in [
            target(&session::Info::new(&id)),
            target(&session::Renew::new(&id)),
            target(&session::Destroy::new(&id)),
        ] {
            assert!(target.is_err(), "{id:?} is not a UUID");
        }
    }
}

#[test]
fn s3_ids_cannot_leave_their_segment() {
    for id in ["../kv/x", "a//b", "/a", "", ".", ".."] {
        assert!(target(&session::Node::new(id)).is_err(), "{id:?}");
    }
    for (id, sent) in [
        ("a/b", "a%2Fb"),
        ("a/", "a%2F"),
        ("a%2fb", "a%252fb"),
        ("?x=1", "%3Fx%3D1"),
        ("#", "%23"),
        ("a&b;c", "a%26b%3Bc"),
    ] {
        assert_eq!(target(&session::Node::new(id)).expect("a segment"), format!("/v1/session/node/{sent}"));
    }
}

#[test]
fn s4_query_values_arrive_unchanged() {
    let mut random = Random::new(4);
    for _ in 0..CASES {
        let texts: [String; 6] = std::array::from_fn(|_| random.text());
        let [tag, datacenter, filter, near, hash, namespace] = texts.clone();
        let service = health::Service::new("web").tag(tag.clone()).tag("v1");
        let options =
            Options::new().datacenter(datacenter).namespace(namespace).filter(filter).near(near).hash(hash);
        let target = encode(&service, &options).expect("a request").uri().to_string();
        let [tag, datacenter, filter, near, hash, namespace] = texts;
        let expected = [
            ("tag", tag),
            ("tag", "v1".to_owned()),
            ("dc", datacenter),
            ("ns", namespace),
            ("filter", filter),
            ("near", near),
            ("hash", hash),
        ];
        let expected: Vec<_> = expected.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        assert_eq!(query(&target), Some(expected), "{target}");
    }
}
