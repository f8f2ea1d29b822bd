//! The connections of a client.

use std::future::IntoFuture;
use std::time::Duration;

use consul_client::Client;
use consul_tests::{Agent, shared_agent, unique};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

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

/// Connection limit of the agent in the next test.
const LIMIT: usize = 10;

#[tokio::test]
async fn silent_clients_leave_an_agents_connections_to_others() {
    let agent = Agent::builder().config(format!("limits {{ http_max_conns_per_client = {LIMIT} }}")).start();
    let clients = [(); 4].map(|()| {
        let builder = Client::builder().address(agent.url()).timeout(PATIENCE);
        builder.idle_timeout(Duration::from_secs(2)).build().unwrap()
    });
    for client in &clients {
        // More concurrent requests than the agent allows, so some are rejected and sent again.
        let kv = client.kv();
        let calls: Vec<_> = (0..2 * LIMIT).map(|_| tokio::spawn(kv.get("k").into_future())).collect();
        for call in calls {
            assert_eq!(call.await.unwrap().unwrap(), None);
        }
    }
    // The clients make no further call, and close their connections themselves.
    let others = async {
        while connections(&agent).await < LIMIT {
            sleep(Duration::from_millis(200)).await;
        }
    };
    timeout(PATIENCE, others).await.expect("all connections are available to others");
    drop(clients);
}

/// Opens connections up to the limit, and returns the number that the agent serves.
async fn connections(agent: &Agent) -> usize {
    let (mut open, mut served) = (Vec::new(), 0);
    for _ in 0..LIMIT {
        let mut stream = TcpStream::connect(agent.http_addr()).await.unwrap();
        let request = b"GET /v1/status/leader HTTP/1.1\r\nHost: agent\r\n\r\n";
        let mut start = [0; 12];
        let exchange = async {
            stream.write_all(request).await?;
            stream.read_exact(&mut start).await
        };
        let is_served = timeout(PATIENCE, exchange).await.unwrap().is_ok() && &start == b"HTTP/1.1 200";
        served += usize::from(is_served);
        open.push(stream);
    }
    served
}

#[tokio::test]
async fn call_dropped_in_flight_closes_its_connection() {
    let (client, proxy) = counted().await;
    let (kv, key) = (client.kv(), unique("dropped"));
    kv.put(&key, "x").await.unwrap();
    let index = kv.get(&key).send().await.unwrap().meta.index.unwrap();

    let read = kv.get(&key).block(index, Duration::from_secs(300));
    let mut read = Box::pin(read.send());
    // Much shorter than the server's wait, so the call is in flight when it is dropped.
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
