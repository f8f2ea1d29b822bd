//! Blocking queries.

use std::time::Duration;

use consul_tests::unique;

use crate::clients::client;

/// Much longer than a test. A query that returns has been woken.
const WAIT: Duration = Duration::from_secs(50);

#[tokio::test]
async fn blocking_query_of_missing_key_returns_when_it_is_created() {
    let (kv, key) = (client().kv(), unique("create"));
    let absent = kv.get(&key).send().await.unwrap();
    assert_eq!(absent.value, None);
    let mut index = absent.meta.index.unwrap();

    let writer = {
        let (kv, key) = (kv.clone(), key.clone());
        tokio::spawn(async move { kv.put(&key, "here").await.unwrap() })
    };
    let entry = loop {
        // Consul 1.8 also wakes it for writes to other keys.
        let response = kv.get(&key).block(index, WAIT).send().await.unwrap();
        index = response.meta.index.unwrap();
        if let Some(entry) = response.value {
            break entry;
        }
    };
    assert_eq!(entry.value, "here");
    writer.await.unwrap();
}

#[tokio::test]
async fn blocking_query_returns_the_change_that_wakes_it() {
    let (kv, key) = (client().kv(), unique("change"));
    kv.put(&key, "old").await.unwrap();
    let index = kv.get(&key).send().await.unwrap().meta.index.unwrap();
    let (read, written) = tokio::join!(kv.get(&key).block(index, WAIT).send(), async {
        kv.put(unique("unrelated"), "x").await.unwrap();
        kv.put(&key, "new").await
    });
    let response = read.unwrap();
    written.unwrap();
    assert_eq!(response.value.unwrap().value, "new");
    assert!(response.meta.index.unwrap() > index);
}

#[tokio::test]
async fn blocking_query_without_a_change_returns_the_current_value() {
    let (kv, key) = (client().kv(), unique("quiet"));
    kv.put(&key, "same").await.unwrap();
    let index = kv.get(&key).send().await.unwrap().meta.index.unwrap();
    let response = kv.get(&key).block(index, Duration::from_millis(100)).send().await.unwrap();
    assert_eq!(response.meta.index, Some(index));
    assert_eq!(response.value.unwrap().value, "same");
}

#[tokio::test]
async fn timeout_of_a_blocking_query_includes_its_wait() {
    let (kv, key) = (client().kv(), unique("deadline"));
    kv.put(&key, "same").await.unwrap();
    let index = kv.get(&key).send().await.unwrap().meta.index.unwrap();
    // Shorter than the wait. The attempt only succeeds if the wait extends the timeout.
    let timeout = Duration::from_millis(1500);
    let response = kv.get(&key).block(index, Duration::from_secs(3)).timeout(timeout).send().await;
    assert_eq!(response.unwrap().meta.index, Some(index));
}

#[tokio::test]
async fn timeout_ends_a_call_with_the_right_outcome() {
    let agent = consul_tests::Agent::builder().start();
    let kv = crate::clients::client_of(&agent).kv();
    kv.put("any", "x").await.unwrap();
    agent.pause();
    let read = kv.get("any").timeout(Duration::from_millis(300)).await.unwrap_err();
    let write = kv.put("any", "y").timeout(Duration::from_millis(300)).await.unwrap_err();
    agent.resume();
    assert!(read.is_timeout() && read.is_retryable() && !read.is_outcome_unknown());
    assert!(write.is_timeout() && !write.is_retryable() && write.is_outcome_unknown());
}
