//! Transactions, on a real agent.

mod objects;

use consul_client::txn::{KvOp, Op, OpErrorKind, Outcome};
use consul_client::{ApiErrorKind, ErrorKind};
use consul_tests::{require, shared_agent, unique};

use crate::clients::client;

#[tokio::test]
async fn transaction_is_atomic() {
    let (client, prefix) = (client(), unique("txn"));
    let (a, b) = (format!("{prefix}/a"), format!("{prefix}/b"));
    let outcome = client.txn().set(&a, "1").set(&b, "2").await.unwrap();
    assert!(outcome.is_committed());

    let outcome = client.txn().set(&a, "3").check_not_exists(&b).delete(&b).await.unwrap();
    let Outcome::RolledBack(why) = outcome else { panic!("{outcome:?}") };
    assert_eq!(
        why.errors.iter().map(|error| (error.op_index, error.kind())).collect::<Vec<_>>(),
        [(1, OpErrorKind::Conflict)]
    );
    assert!(why.is_conflict());
    assert_eq!(client.kv().get(&a).await.unwrap().unwrap().value, "1");
    assert_eq!(client.kv().get(&b).await.unwrap().unwrap().value, "2");
}

#[tokio::test]
async fn every_failed_operation_is_reported_with_its_index() {
    let (client, prefix) = (client(), unique("txn-errors"));
    client.kv().put(format!("{prefix}/a"), "1").await.unwrap();
    let outcome = client
        .txn()
        .set(format!("{prefix}/new"), "x")
        .check_index(format!("{prefix}/a"), 1)
        .get(format!("{prefix}/missing"))
        .lock(format!("{prefix}/a"), "x", "5a2cb9d3-5a2c-b9d3-5a2c-b9d35a2cb9d3")
        .await
        .unwrap();
    let Outcome::RolledBack(why) = outcome else { panic!("{outcome:?}") };
    let kinds: Vec<_> = why.errors.iter().map(|error| (error.op_index, error.kind())).collect();
    assert_eq!(
        kinds,
        [(1, OpErrorKind::Conflict), (2, OpErrorKind::NotFound), (3, OpErrorKind::InvalidSession)]
    );
}

/// Keys that cannot be sent in a path, or only to some servers. A transaction accepts all of them.
#[tokio::test]
async fn every_key_except_the_empty_one_can_be_written() {
    let (client, prefix) = (client(), unique("txn-keys"));
    let long = "k/".repeat(2048);
    let names = [
        "a//b",
        "a/../b",
        "a/./b",
        "..",
        ".",
        "a//",
        "nul\0",
        "line\nbreak",
        "tab\t",
        " space ",
        "50%20x",
        "a%2e%2eb",
        "a b",
        "100%",
        "q?x",
        "h#x",
        "a+b",
        "quote\"",
        "back\\slash",
        "é☃😀",
        "nbsp\u{a0}",
        "dir/",
        "a%2Fb",
        &long,
    ];
    let keys: Vec<_> = names.iter().map(|name| format!("{prefix}/{name}")).collect();
    for key in keys.iter().map(String::as_str).chain(["/lead", "//", "../agent/self"]) {
        assert!(client.txn().set(key, key.to_owned()).await.unwrap().is_committed(), "{key:?}");
        let read = client.txn().get(key).await.unwrap();
        let entry = read.entries().next().unwrap_or_else(|| panic!("{key:?} is not there"));
        assert_eq!((entry.key.as_str(), entry.value.as_ref()), (key, key.as_bytes()));
        assert!(client.txn().delete(key).await.unwrap().is_committed(), "{key:?}");
        assert!(client.txn().check_not_exists(key).await.unwrap().is_committed(), "{key:?}");
    }
    assert!(client.kv().keys(&prefix).await.unwrap().is_empty());
    assert_eq!(client.txn().set("", "x").await.unwrap_err().kind(), ErrorKind::Request);
    assert_eq!(client.txn().await.unwrap_err().kind(), ErrorKind::Request, "nothing to do is a mistake");
}

#[tokio::test]
async fn values_and_flags_are_read_unchanged() {
    let (client, key) = (client(), unique("txn-values"));
    let value: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let set = KvOp::set(&key, &value).flags(u64::MAX);
    assert!(client.txn().op(set).await.unwrap().is_committed());
    let entry = client.kv().get(&key).await.unwrap().unwrap();
    assert!(entry.value == value && entry.flags == u64::MAX);
    let read = client.txn().get(&key).stale().await.unwrap();
    assert!(read.entries().next().unwrap().value == value);
    client.txn().set(&key, "").await.unwrap().into_committed().unwrap();
    assert_eq!(client.kv().get(&key).await.unwrap().unwrap().value, "");
}

#[tokio::test]
async fn every_verb_has_its_effect() {
    let (client, prefix) = (client(), unique("txn-verbs"));
    let [a, b, lock] = ["a", "b", "lock"].map(|name| format!("{prefix}/{name}"));
    let session = client.session().create().await.unwrap();

    assert!(client.txn().cas(&a, "1", 0).await.unwrap().is_committed());
    assert!(!client.txn().cas(&a, "2", 0).await.unwrap().is_committed());
    let index = client.kv().get(&a).await.unwrap().unwrap().modify_index;
    assert!(client.txn().check_index(&a, index).cas(&a, "2", index).await.unwrap().is_committed());
    assert!(!client.txn().delete_cas(&a, index).await.unwrap().is_committed());

    let locked = client.txn().lock(&lock, "held", &session).await.unwrap();
    let entry = locked.entries().next().unwrap();
    assert_eq!(entry.session.as_ref(), Some(&session));
    assert!(client.txn().check_session(&lock, &session).set(&b, "guarded").await.unwrap().is_committed());
    assert!(client.txn().unlock(&lock, "free", &session).await.unwrap().is_committed());
    assert!(!client.txn().check_session(&lock, &session).set(&b, "late").await.unwrap().is_committed());
    assert_eq!(client.kv().get(&b).await.unwrap().unwrap().value, "guarded");

    let tree = client.txn().get_tree(format!("{prefix}/")).await.unwrap();
    assert_eq!(tree.entries().map(|entry| entry.key.as_str()).collect::<Vec<_>>(), [&a, &b, &lock]);
    assert!(client.txn().delete(&a).delete_tree(format!("{prefix}/")).await.unwrap().is_committed());
    assert!(client.kv().keys(&prefix).await.unwrap().is_empty());
    client.session().destroy(&session).await.unwrap();
}

#[tokio::test]
async fn get_or_empty_of_missing_key_is_empty() {
    let outcome = client().txn().get_or_empty(unique("txn-empty")).await.unwrap();
    match outcome {
        Outcome::Committed(_) => {
            let entry = outcome.entries().next().unwrap();
            assert_eq!((entry.modify_index, entry.value.len()), (0, 0));
        }
        // Supported since 1.14.
        Outcome::RolledBack(why) => assert_eq!(why.errors[0].kind(), OpErrorKind::Unsupported),
    }
}

#[tokio::test]
async fn transaction_above_the_limits_is_too_large() {
    let (client, prefix) = (client(), unique("txn-limits"));
    let too_many = (0..200).map(|number| Op::from(KvOp::set(format!("{prefix}/{number}"), "x")));
    let error = too_many.fold(client.txn(), |txn, op| txn.op(op)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::TooLarge));
    // The value alone is below the limit, but not its base64 encoding.
    let error = client.txn().set(&prefix, vec![0; 524_288]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::TooLarge));
    assert!(client.kv().keys(&prefix).await.unwrap().is_empty());
}

#[tokio::test]
async fn newer_servers_accept_128_operations() {
    require!(shared_agent().since(1, 14), "128 operations came with 1.14");
    let (client, prefix) = (client(), unique("txn-128"));
    let ops = (0..128).map(|number| Op::from(KvOp::set(format!("{prefix}/{number}"), "x")));
    assert!(ops.fold(client.txn(), |txn, op| txn.op(op)).await.unwrap().is_committed());
    assert_eq!(client.kv().keys(&prefix).await.unwrap().len(), 128);
}

#[tokio::test]
async fn results_have_the_index_of_their_operation() {
    let (client, prefix) = (client(), unique("txn-results"));
    let [a, b] = ["a", "b"].map(|name| format!("{prefix}/{name}"));
    let txn = client.txn().set(&a, "").check_not_exists(&b).delete(&b).get(&a).get_tree(&prefix);
    let outcome = txn.await.unwrap();
    let operations: Vec<_> = outcome.results().iter().map(|result| result.operation).collect();
    assert_eq!(operations, [Some(0), Some(3), Some(4)]);
    assert_eq!(outcome.results_of(3).filter_map(|result| result.entry()).count(), 1);
    assert_eq!(outcome.results_of(1).count(), 0);
}
