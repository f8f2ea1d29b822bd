//! Values and flags of every size.

use bytes::Bytes;
use consul_client::{ApiErrorKind, ErrorKind};
use consul_tests::unique;

use crate::clients::client;

/// The default limit of servers.
const LIMIT: usize = 524_288;

fn bytes(length: usize) -> Bytes {
    (0..length).map(|position| (position.wrapping_mul(31) + position / 256) as u8).collect()
}

#[tokio::test]
async fn values_up_to_the_limit_are_read_unchanged() {
    let (kv, key) = (client().kv(), unique("value"));
    for length in [0, 1, 255, 256, 257, LIMIT] {
        let value = bytes(length);
        kv.put(&key, value.clone()).await.unwrap();
        assert!(kv.get(&key).await.unwrap().unwrap().value == value, "{length} bytes as JSON");
        assert!(kv.raw(&key).await.unwrap().unwrap() == value, "{length} bytes raw");
        assert!(kv.list(&key).await.unwrap()[0].value == value, "{length} bytes in a list");
    }
}

#[tokio::test]
async fn value_above_the_limit_is_rejected() {
    let (kv, key) = (client().kv(), unique("large"));
    let error = kv.put(&key, bytes(LIMIT + 1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::TooLarge));
    assert!(!error.is_retryable() && !error.is_outcome_unknown());
    assert_eq!(kv.get(&key).await.unwrap(), None);
}

#[tokio::test]
async fn open_streams_a_value() {
    let (kv, key) = (client().kv(), unique("stream"));
    assert!(kv.raw(&key).open().await.unwrap().value.is_none());
    let value = bytes(LIMIT);
    kv.put(&key, value.clone()).await.unwrap();
    let response = kv.raw(&key).open().await.unwrap();
    assert!(response.meta.index.is_some());
    let (mut chunks, mut read) = (response.value.unwrap(), Vec::new());
    while let Some(chunk) = chunks.next().await {
        read.extend_from_slice(&chunk.unwrap());
    }
    assert!(read == value);
}

#[tokio::test]
async fn open_reports_error_responses() {
    let error = client().kv().raw("any").datacenter("nowhere").open().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::UnknownDatacenter));
}

#[tokio::test]
async fn flags_keep_all_64_bits() {
    let (kv, key) = (client().kv(), unique("flags"));
    for flags in [0, 1, (1 << 53) + 1, u64::MAX] {
        kv.put(&key, "x").flags(flags).await.unwrap();
        assert_eq!(kv.get(&key).await.unwrap().unwrap().flags, flags);
    }
    kv.put(&key, "x").await.unwrap();
    assert_eq!(kv.get(&key).await.unwrap().unwrap().flags, 0, "a write without flags resets them");
}
