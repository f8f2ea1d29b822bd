//! What a client does with its connections.

use std::time::Duration;

use consul_client::Client;
use consul_tests::{shared_agent, unique};
use tokio::time::timeout;

use crate::clients::PATIENCE;
use crate::proxy::Proxy;

async fn counted() -> (Client, Proxy) {
    let proxy = Proxy::to(shared_agent().http_addr()).await;
    let client =
        Client::builder().address(proxy.url()).timeout(PATIENCE).attempt_timeout(PATIENCE).build().unwrap();
    (client, proxy)
}

#[tokio::test]
async fn thousand_sequential_calls_use_one_connection() {
    let (client, proxy) = counted().await;
    let (kv, key) = (client.kv(), unique("row"));
    for round in 0..250 {
        kv.put(&key, round.to_string()).await.unwrap();
        assert_eq!(kv.get(&key).await.unwrap().unwrap().value, round.to_string());
        assert_eq!(kv.raw(&key).await.unwrap().unwrap(), round.to_string());
        assert_eq!(kv.get(unique("nothing")).await.unwrap(), None);
    }
    assert_eq!(proxy.accepted(), 1);
}

#[tokio::test]
async fn call_dropped_in_flight_closes_its_connection() {
    let (client, proxy) = counted().await;
    let (kv, key) = (client.kv(), unique("dropped"));
    kv.put(&key, "x").await.unwrap();
    let index = kv.get(&key).send().await.unwrap().meta.index.unwrap();

    let read = kv.get(&key).block(index, Duration::from_secs(300));
    let mut read = Box::pin(read.send());
    // Far too short for the server's wait: the call is in mid-flight when it is dropped.
    assert!(timeout(Duration::from_millis(200), &mut read).await.is_err());
    proxy.until_open(1).await;
    drop(read);
    timeout(PATIENCE, proxy.until_open(0)).await.expect("connection is closed");

    assert_eq!(kv.get(&key).await.unwrap().unwrap().value, "x", "and the client goes on with another one");
    assert_eq!(proxy.accepted(), 2);
}

#[tokio::test]
async fn stream_dropped_early_closes_its_connection() {
    let (client, proxy) = counted().await;
    let (kv, key) = (client.kv(), unique("dropped-stream"));
    kv.put(&key, vec![7; 524_288]).await.unwrap();
    let mut chunks = kv.raw(&key).open().await.unwrap().value.unwrap();
    assert!(chunks.next().await.unwrap().unwrap().len() < 524_288);
    drop(chunks);
    timeout(PATIENCE, proxy.until_open(0)).await.expect("connection is closed");
}

#[tokio::test]
async fn clones_share_their_connections() {
    let (client, proxy) = counted().await;
    for _ in 0..3 {
        let clone = client.with_datacenter("dc1");
        assert!(clone.kv().keys(unique("none")).await.unwrap().is_empty());
    }
    assert_eq!(proxy.accepted(), 1);
}
