//! Every key reaches its own place, or is refused.

use consul_client::proto::EncodeError;
use consul_client::{ApiErrorKind, Error, ErrorKind};
use consul_tests::unique;

use crate::clients::client;

/// Keys that every server takes in a path.
fn carried() -> Vec<String> {
    let long = "k/".repeat(2048);
    [
        "a b",
        "100%",
        "q?x",
        "h#x",
        "a+b",
        "quote\"",
        "back\\slash",
        "é☃😀",
        "dir/",
        "a%2Fb",
        ";&=:@,$!'()*",
        "..a/b..",
        &long,
    ]
    .map(str::to_owned)
    .into()
}

/// Keys that no server can be asked for by a path.
const NOT_CARRIED: [&str; 10] =
    ["a//b", "a/../b", "a/./b", "a/..", "a/.", "a//", "nul\0", "line\nbreak", "tab\t", "esc\u{1b}"];

#[tokio::test]
async fn keys_of_every_kind_make_the_round_trip() {
    let (kv, prefix) = (client().kv(), unique("keys"));
    for name in carried() {
        let key = format!("{prefix}/{name}");
        kv.put(&key, name.clone()).flags(7).await.unwrap();
        let entry = kv.get(&key).await.unwrap().unwrap_or_else(|| panic!("{key:?} is not there"));
        assert_eq!((&entry.key, entry.text().unwrap(), entry.flags), (&key, name.as_str(), 7));
        assert_eq!(kv.raw(&key).await.unwrap().unwrap(), name, "{key:?}");
        assert_eq!(kv.keys(&key).await.unwrap(), [key.as_str()]);
        assert_eq!(kv.list(&key).await.unwrap()[0].key, key);
        kv.delete(&key).await.unwrap();
        assert_eq!(kv.get(&key).await.unwrap(), None, "{key:?}");
    }
    assert!(kv.keys(&prefix).await.unwrap().is_empty());
}

#[tokio::test]
async fn keys_that_servers_would_fold_are_refused_and_nothing_is_touched() {
    let (kv, prefix) = (client().kv(), unique("refused"));
    for name in ["b", "a/b", "a", "a/"] {
        kv.put(format!("{prefix}/{name}"), "kept").await.unwrap();
    }
    let before = kv.list(&prefix).await.unwrap();
    let mut keys: Vec<_> = NOT_CARRIED.iter().map(|name| format!("{prefix}/{name}")).collect();
    keys.extend(["/a", "//", "/", ".", "..", "../agent/self"].map(str::to_owned));
    for key in keys {
        assert_refused(&key, kv.get(&key).await);
        assert_refused(&key, kv.raw(&key).await);
        assert_refused(&key, kv.list(&key).await);
        assert_refused(&key, kv.keys(&key).await);
        assert_refused(&key, kv.put(&key, "x").await);
        assert_refused(&key, kv.delete(&key).await);
        assert_refused(&key, kv.delete(&key).recurse().await);
    }
    assert_eq!(kv.list(&prefix).await.unwrap(), before);
}

fn assert_refused<T: std::fmt::Debug>(key: &str, result: Result<T, Error>) {
    let error = result.expect_err(key);
    assert_eq!(error.kind(), ErrorKind::Request, "{key:?}");
    assert!(matches!(error.encode_error(), Some(EncodeError::Key { .. })), "{key:?}: {error}");
    assert!(error.to_string().ends_with("a transaction can"), "{error}");
}

#[tokio::test]
async fn a_literal_percent_is_another_key_than_what_it_would_decode_to() {
    let (kv, prefix) = (client().kv(), unique("percent"));
    let (literal, slash) = (format!("{prefix}/a%2Fb"), format!("{prefix}/a/b"));
    kv.put(&literal, "literal").await.unwrap();
    kv.put(&slash, "slash").await.unwrap();
    assert_eq!(kv.get(&literal).await.unwrap().unwrap().value, "literal");
    assert_eq!(kv.get(&slash).await.unwrap().unwrap().value, "slash");
    kv.delete(&slash).await.unwrap();
    assert_eq!(kv.keys(&prefix).await.unwrap(), [literal]);
}

/// Newer servers refuse keys that older ones take; each either works or is told as what it is, and never becomes
/// another key.
#[tokio::test]
async fn keys_that_only_some_servers_refuse_are_told_as_such() {
    let (kv, prefix) = (client().kv(), unique("some"));
    kv.put(format!("{prefix}/neighbour"), "kept").await.unwrap();
    let names = [
        "trailing ",
        "50%20x",
        "a%2e%2eb",
        "nbsp\u{a0}",
        "zero\u{200b}width",
        "bom\u{feff}",
        "private\u{e000}",
    ];
    for name in names {
        let key = format!("{prefix}/{name}");
        match kv.put(&key, "x").await {
            Ok(()) => {
                assert_eq!(kv.get(&key).await.unwrap().unwrap().key, key);
                kv.delete(&key).await.unwrap();
            }
            Err(error) => {
                assert_key_refused(&key, &error);
                assert_key_refused(&key, &kv.get(&key).await.unwrap_err());
                assert_key_refused(&key, &kv.keys(&key).await.unwrap_err());
                assert_key_refused(&key, &kv.delete(&key).await.unwrap_err());
            }
        }
        assert_eq!(kv.keys(&prefix).await.unwrap(), [format!("{prefix}/neighbour")], "{key:?}");
    }
}

fn assert_key_refused(key: &str, error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::KeyRefused), "{key:?}: {error:?}");
    assert!(!error.is_retryable() && !error.is_outcome_unknown());
    assert!(error.to_string().contains("use a transaction"), "{error}");
}
