//! Typed values.

use std::collections::BTreeMap;

use consul_client::ErrorKind;
use consul_client::codec::{Codec, CodecError};
use consul_client::proto::EncodeError;
use consul_tests::unique;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::clients::{PATIENCE, client};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Theme {
    color: String,
    sizes: Vec<u8>,
}

fn theme() -> Theme {
    Theme { color: "blå".to_owned(), sizes: vec![1, 2] }
}

#[tokio::test]
async fn put_as_and_get_as_use_json_flags_and_cas() {
    let (kv, key) = (client().kv(), unique("typed"));
    assert_eq!(kv.get_as::<Theme>(&key).await.unwrap(), None);
    assert!(kv.put_as(&key, &theme()).flags(7).cas(0).await.unwrap().is_yes());
    assert!(!kv.put_as(&key, &theme()).cas(0).await.unwrap().is_yes());
    let typed = kv.get_as::<Theme>(&key).send().await.unwrap();
    assert!(typed.meta.index.is_some());
    let typed = typed.value.unwrap();
    assert_eq!((typed.value, typed.entry.flags), (theme(), 7));
    assert_eq!(Some(typed.entry.clone()), kv.get(&key).await.unwrap());
    assert_eq!(typed.entry.value, "{\"color\":\"blå\",\"sizes\":[1,2]}");

    assert!(kv.put_as(&key, "only text").cas(typed.entry.modify_index).await.unwrap().is_yes());
    assert_eq!(kv.get_as::<String>(&key).stale().await.unwrap().unwrap().value, "only text");
}

#[tokio::test]
async fn put_as_acquires_and_releases() {
    let (client, key) = (client(), unique("typed-lock"));
    let id = client.session().create().await.unwrap();
    assert!(client.kv().put_as(&key, &1).acquire(&id).await.unwrap().is_yes());
    let held = client.kv().get_as::<u8>(&key).await.unwrap().unwrap();
    assert_eq!(held.entry.session.as_ref(), Some(&id));
    assert!(client.kv().put_as(&key, &2).release(&id).await.unwrap().is_yes());
    assert_eq!(client.kv().get_as::<u8>(&key).await.unwrap().unwrap().entry.session, None);
    client.session().destroy(&id).await.unwrap();
}

#[tokio::test]
async fn get_as_can_block() {
    let (kv, key) = (client().kv(), unique("typed-wait"));
    let index = kv.get_as::<u8>(&key).send().await.unwrap().meta.index.unwrap();
    let waits = tokio::spawn({
        let wait = kv.get_as::<u8>(&key).block(index, PATIENCE);
        async move { wait.await.unwrap() }
    });
    kv.put_as(&key, &7).await.unwrap();
    let mut read = waits.await.unwrap();
    if read.is_none() {
        // Some servers also wake it for other keys.
        read = kv.get_as::<u8>(&key).await.unwrap();
    }
    assert_eq!(read.unwrap().value, 7);
}

#[tokio::test]
async fn decode_error_has_the_path_without_the_value() {
    let (kv, key) = (client().kv(), unique("typed-invalid"));
    kv.put(&key, r#"{"color":"red","sizes":[1,300]}"#).await.unwrap();
    let error = kv.get_as::<Theme>(&key).await.unwrap_err();
    assert_eq!((error.kind(), error.route()), (ErrorKind::Decode, Some("/v1/kv/{*key}")));
    assert!(!error.is_retryable() && !error.is_outcome_unknown());
    assert_eq!(error.decode_error().unwrap().path(), Some(format!("{key}: sizes[1]").as_str()));

    for value in ["hunter2", ""] {
        kv.put(&key, value).await.unwrap();
        let error = kv.get_as::<Theme>(&key).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(!format!("{error:?} {error}").contains("hunter2"), "{error:?}");
    }
}

#[tokio::test]
async fn values_that_cannot_be_encoded_are_not_sent() {
    let (kv, key) = (client().kv(), unique("typed-unencodable"));
    let unencodable: BTreeMap<(u8, u8), u8> = [((1, 2), 3)].into();
    let error = kv.put_as(&key, &unencodable).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    let cause = error.encode_error();
    assert!(matches!(cause, Some(EncodeError::Invalid { name: "value", .. })), "{error:?}");
    assert_eq!(kv.get(&key).await.unwrap(), None);
    for error in [kv.put_as("", &1).await.unwrap_err(), kv.get_as::<u8>("a//b").await.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Request);
    }
}

/// A codec that writes JSON backwards.
#[derive(Debug)]
struct Mirror;

impl Codec for Mirror {
    fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CodecError> {
        let mut bytes = serde_json::to_vec(value).map_err(CodecError::new)?;
        bytes.reverse();
        Ok(bytes)
    }

    fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
        let bytes: Vec<_> = bytes.iter().rev().copied().collect();
        serde_json::from_slice(&bytes).map_err(CodecError::new)
    }
}

#[tokio::test]
async fn other_codecs_are_used_for_reads_and_writes() {
    let (kv, key) = (client().kv(), unique("typed-codec"));
    let mirror = kv.codec::<Mirror>();
    mirror.put_as(&key, &12).await.unwrap();
    assert_eq!(mirror.get_as::<u8>(&key).await.unwrap().unwrap().value, 12);
    let plain = kv.get_as::<u8>(&key).await.unwrap().unwrap();
    assert_eq!((plain.value, plain.entry.value.as_ref()), (21, b"21".as_ref()));
    kv.put(&key, "}").await.unwrap();
    assert_eq!(mirror.get_as::<u8>(&key).await.unwrap_err().kind(), ErrorKind::Decode);
}
