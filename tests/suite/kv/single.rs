//! Operations only touch the given key.

use consul_client::proto::{EncodeError, InvalidArgument, Method};
use consul_client::{ApiErrorKind, ErrorKind};
use consul_tests::unique;

use crate::clients::client;

#[tokio::test]
async fn delete_keeps_keys_with_the_same_prefix() {
    let (kv, prefix) = (client().kv(), unique("single"));
    let (foo, foobar) = (format!("{prefix}/foo"), format!("{prefix}/foobar"));
    kv.put(&foo, "1").await.unwrap();
    kv.put(&foobar, "2").await.unwrap();
    kv.put(format!("{foo}/below"), "3").await.unwrap();

    kv.delete(&foo).await.unwrap();

    assert_eq!(kv.get(&foo).await.unwrap(), None);
    assert_eq!(kv.keys(&prefix).await.unwrap(), [format!("{foo}/below"), foobar]);
}

#[tokio::test]
async fn delete_recurse_deletes_by_text_prefix() {
    let (kv, prefix) = (client().kv(), unique("recurse"));
    for name in ["a", "a/b", "ab", "b"] {
        kv.put(format!("{prefix}/{name}"), "x").await.unwrap();
    }
    kv.delete(format!("{prefix}/a")).recurse().await.unwrap();
    assert_eq!(kv.keys(&prefix).await.unwrap(), [format!("{prefix}/b")]);
}

#[tokio::test]
async fn empty_key_is_rejected_by_every_operation_on_one_key() {
    let kv = client().kv();
    let errors = [
        kv.get("").await.unwrap_err(),
        kv.raw("").await.unwrap_err(),
        kv.put("", "x").await.unwrap_err(),
        kv.delete("").await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Request);
        assert!(matches!(
            error.encode_error(),
            Some(EncodeError::Argument { name: "key", reason: InvalidArgument::Empty })
        ));
    }
    let error = kv.delete("").recurse().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Request && error.to_string().contains("delete_all()"), "{error}");
}

#[tokio::test]
async fn keys_with_a_separator_lists_one_level() {
    let (kv, prefix) = (client().kv(), unique("level"));
    for name in ["a", "b/c", "b/d", "e/"] {
        kv.put(format!("{prefix}/{name}"), name.to_owned()).await.unwrap();
    }
    let level = kv.keys(format!("{prefix}/")).separator("/").await.unwrap();
    assert_eq!(level, [format!("{prefix}/a"), format!("{prefix}/b/"), format!("{prefix}/e/")]);
    let entries = kv.list(format!("{prefix}/b")).await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.value.as_ref()).collect::<Vec<_>>(), [b"b/c", b"b/d"]);
}

#[tokio::test]
async fn s5_raw_request_returns_redirects_unfollowed() {
    let (client, name) = (client(), unique("redirect"));
    client.kv().put(format!("{name}/b"), "kept").await.unwrap();
    // Typed calls reject this key. A raw request sends it, and returns the response unchanged.
    let response = client.request(Method::DELETE, format!("/v1/kv/{name}//b")).await.unwrap();
    assert!(response.status().is_redirection(), "{}", response.status());
    assert_eq!(client.kv().get(format!("{name}/b")).await.unwrap().unwrap().value, "kept");
}

#[tokio::test]
async fn unknown_datacenter_is_an_error_kind() {
    let error = client().kv().get("any").datacenter("nowhere").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::UnknownDatacenter));
    assert!(!error.is_retryable());
}
