//! Values and flags are exact.

use bytes::Bytes;
use consul_client::{ApiErrorKind, ErrorKind};
use consul_tests::unique;

use crate::clients::client;

/// What a server takes unless it is configured otherwise.
const LIMIT: usize = 524_288;

fn bytes(length: usize) -> Bytes {
    (0..length).map(|position| (position.wrapping_mul(31) + position / 256) as u8).collect()
}

#[tokio::test]
async fn kv_put_and_kv_get_are_exact_for_every_byte_up_to_the_limit() {
    let (kv, key) = (client().kv(), unique("value"));
    for length in [0, 1, 255, 256, 257, LIMIT] {
        let value = bytes(length);
        kv.put(&key, value.clone()).await.unwrap();
        assert!(kv.get(&key).await.unwrap().unwrap().value == value, "{length} bytes as JSON");
        assert!(kv.raw(&key).await.unwrap().unwrap() == value, "{length} bytes as they are");
        assert!(kv.list(&key).await.unwrap()[0].value == value, "{length} bytes in a list");
    }
}

#[tokio::test]
async fn one_byte_more_is_too_large_and_nothing_is_written() {
    let (kv, key) = (client().kv(), unique("large"));
    let error = kv.put(&key, bytes(LIMIT + 1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::TooLarge));
    assert!(!error.is_retryable() && !error.is_outcome_unknown());
    assert_eq!(kv.get(&key).await.unwrap(), None);
}

#[tokio::test]
async fn a_value_can_be_read_as_a_stream() {
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
async fn a_refused_stream_tells_why() {
    let error = client().kv().raw("any").datacenter("nowhere").open().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::UnknownDatacenter));
}

#[tokio::test]
async fn flags_keep_all_their_bits() {
    let (kv, key) = (client().kv(), unique("flags"));
    for flags in [0, 1, (1 << 53) + 1, u64::MAX] {
        kv.put(&key, "x").flags(flags).await.unwrap();
        assert_eq!(kv.get(&key).await.unwrap().unwrap().flags, flags);
    }
    kv.put(&key, "x").await.unwrap();
    assert_eq!(kv.get(&key).await.unwrap().unwrap().flags, 0, "a write without flags resets them");
}
