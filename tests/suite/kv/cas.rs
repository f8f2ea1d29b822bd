//! Check-and-set writes and deletions.

use consul_client::kv::Kv;
use consul_tests::unique;

use crate::clients::client;

/// Creates a key, and returns it with the index of its last change.
async fn existing(name: &str) -> (Kv, String, u64) {
    let (kv, key) = (client().kv(), unique(name));
    kv.put(&key, "old").flags(1).await.unwrap();
    let index = kv.get(&key).await.unwrap().unwrap().modify_index;
    (kv, key, index)
}

async fn value(kv: &Kv, key: &str) -> Option<String> {
    kv.get(key).await.unwrap().map(|entry| entry.text().unwrap().to_owned())
}

#[tokio::test]
async fn put_with_cas_0_only_creates() {
    let (kv, key, _) = existing("cas-create").await;
    assert!(!kv.put(&key, "new").cas(0).await.unwrap().is_yes());
    assert_eq!(value(&kv, &key).await.unwrap(), "old");

    let missing = unique("cas-create-missing");
    assert!(kv.put(&missing, "new").cas(0).await.unwrap().is_yes());
    assert_eq!(value(&kv, &missing).await.unwrap(), "new");
}

#[tokio::test]
async fn put_with_cas_replaces_only_the_given_version() {
    let (kv, key, index) = existing("cas-replace").await;
    assert!(!kv.put(&key, "new").cas(index - 1).await.unwrap().is_yes());
    assert!(!kv.put(&key, "new").cas(index + 1).await.unwrap().is_yes());
    assert_eq!(value(&kv, &key).await.unwrap(), "old");
    assert!(kv.put(&key, "new").cas(index).await.unwrap().is_yes());
    assert_eq!(value(&kv, &key).await.unwrap(), "new");

    let missing = unique("cas-replace-missing");
    assert!(!kv.put(&missing, "new").cas(index).await.unwrap().is_yes());
    assert_eq!(value(&kv, &missing).await, None);
}

#[tokio::test]
async fn put_with_cas_of_the_same_value_keeps_the_index() {
    let (kv, key, index) = existing("cas-same").await;
    assert!(kv.put(&key, "old").flags(1).cas(index).await.unwrap().is_yes());
    assert_eq!(kv.get(&key).await.unwrap().unwrap().modify_index, index);
}

#[tokio::test]
async fn delete_with_cas_0_never_deletes() {
    let (kv, key, _) = existing("cas-delete-0").await;
    assert!(!kv.delete(&key).cas(0).await.unwrap().is_yes());
    assert_eq!(value(&kv, &key).await.unwrap(), "old");
    assert!(kv.delete(unique("cas-delete-0-missing")).cas(0).await.unwrap().is_yes());
}

#[tokio::test]
async fn delete_with_cas_deletes_only_the_given_version() {
    let (kv, key, index) = existing("cas-delete").await;
    assert!(!kv.delete(&key).cas(index + 1).await.unwrap().is_yes());
    assert_eq!(value(&kv, &key).await.unwrap(), "old");
    assert!(kv.delete(&key).cas(index).await.unwrap().is_yes());
    assert_eq!(value(&kv, &key).await, None);
    assert!(kv.delete(&key).cas(index).await.unwrap().is_yes(), "deleting a missing key succeeds");
}

#[tokio::test]
async fn delete_of_missing_key_succeeds() {
    let (kv, key, _) = existing("delete").await;
    kv.delete(&key).await.unwrap();
    kv.delete(&key).await.unwrap();
}
