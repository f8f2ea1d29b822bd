//! Reads of keys that do not exist.

use consul_tests::unique;

use crate::clients::client;

#[tokio::test]
async fn get_of_missing_key_is_none_with_an_index() {
    let (kv, key) = (client().kv(), unique("missing"));
    let response = kv.get(&key).send().await.unwrap();
    assert_eq!(response.value, None);
    assert!(response.meta.index.unwrap() > 0);
    assert_eq!(response.meta.known_leader, Some(true));
    assert_eq!(kv.raw(&key).await.unwrap(), None);
}

#[tokio::test]
async fn list_and_keys_of_missing_prefix_are_empty_with_an_index() {
    let (kv, prefix) = (client().kv(), unique("missing-prefix"));
    let (list, keys) = (kv.list(&prefix).send().await.unwrap(), kv.keys(&prefix).send().await.unwrap());
    assert!(list.value.is_empty() && list.meta.index.is_some());
    assert!(keys.value.is_empty() && keys.meta.index.is_some());
}
