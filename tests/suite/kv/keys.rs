//! Every key is read and written unchanged, or rejected.

use consul_client::proto::{EncodeError, Method};
use consul_client::{ApiErrorKind, Error, ErrorKind};
use consul_tests::unique;

use crate::clients::client;

/// Returns keys that every server accepts in a path.
fn accepted_keys() -> Vec<String> {
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

/// Keys that cannot be sent in a path.
const REJECTED: [&str; 10] =
    ["a//b", "a/../b", "a/./b", "a/..", "a/.", "a//", "nul\0", "line\nbreak", "tab\t", "esc\u{1b}"];

#[tokio::test]
async fn special_keys_can_be_written_read_and_deleted() {
    let (kv, prefix) = (client().kv(), unique("keys"));
    for name in accepted_keys() {
        let key = format!("{prefix}/{name}");
        kv.put(&key, name.clone()).flags(7).await.unwrap();
        let entry = kv.get(&key).await.unwrap().unwrap_or_else(|| panic!("{key:?} does not exist"));
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
async fn keys_that_servers_would_normalize_are_rejected() {
    let (kv, prefix) = (client().kv(), unique("refused"));
    for name in ["b", "a/b", "a", "a/"] {
        kv.put(format!("{prefix}/{name}"), "kept").await.unwrap();
    }
    let before = kv.list(&prefix).await.unwrap();
    let mut keys: Vec<_> = REJECTED.iter().map(|name| format!("{prefix}/{name}")).collect();
    keys.extend(["/a", "//", "/", ".", "..", "../agent/self"].map(str::to_owned));
    for key in keys {
        assert_rejected(&key, kv.get(&key).await);
        assert_rejected(&key, kv.raw(&key).await);
        assert_rejected(&key, kv.list(&key).await);
        assert_rejected(&key, kv.keys(&key).await);
        assert_rejected(&key, kv.put(&key, "x").await);
        assert_rejected(&key, kv.delete(&key).await);
        assert_rejected(&key, kv.delete(&key).recurse().await);
    }
    assert_eq!(kv.list(&prefix).await.unwrap(), before);
}

fn assert_rejected<T: std::fmt::Debug>(key: &str, result: Result<T, Error>) {
    let error = result.expect_err(key);
    assert_eq!(error.kind(), ErrorKind::Request, "{key:?}");
    assert!(matches!(error.encode_error(), Some(EncodeError::Key { .. })), "{key:?}: {error}");
    assert!(error.to_string().ends_with("use a transaction"), "{error}");
}

#[tokio::test]
async fn key_with_literal_percent_is_not_decoded() {
    let (kv, prefix) = (client().kv(), unique("percent"));
    let (literal, slash) = (format!("{prefix}/a%2Fb"), format!("{prefix}/a/b"));
    kv.put(&literal, "literal").await.unwrap();
    kv.put(&slash, "slash").await.unwrap();
    assert_eq!(kv.get(&literal).await.unwrap().unwrap().value, "literal");
    assert_eq!(kv.get(&slash).await.unwrap().unwrap().value, "slash");
    kv.delete(&slash).await.unwrap();
    assert_eq!(kv.keys(&prefix).await.unwrap(), [literal]);
}

/// Newer servers reject some keys that older servers accept. Each key either works or is an error of the kind
/// `KeyRefused`, and never becomes another key.
#[tokio::test]
async fn keys_that_some_servers_reject_work_or_report_it() {
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

#[tokio::test]
async fn key_that_is_not_utf8_is_deleted_only_with_its_prefix() {
    let (client, prefix) = (client(), unique("not-utf8"));
    let path = format!("/v1/kv/{prefix}/a%FFb");
    let put = client.request(Method::PUT, &path).body("x").await.unwrap();
    assert_eq!(put.status(), 200);
    let listed = client.kv().keys(format!("{prefix}/")).await.unwrap();
    assert_eq!(listed, [format!("{prefix}/a\u{fffd}b")]);

    // The replacement character names another key.
    assert_eq!(client.kv().get(&listed[0]).await.unwrap(), None);
    client.kv().delete(&listed[0]).await.unwrap();
    assert_eq!(client.request(Method::GET, &path).await.unwrap().status(), 200);
    client.kv().delete(format!("{prefix}/")).recurse().await.unwrap();
    assert_eq!(client.request(Method::GET, &path).await.unwrap().status(), 404);
}
