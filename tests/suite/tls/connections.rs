//! Connections over TLS: their number, and errors.

#![allow(clippy::print_stdout, reason = "figures for the log of a run")]

use std::future::IntoFuture;
use std::net::TcpStream;
use std::time::Duration;

use consul_client::{Client, ErrorKind, View};
use consul_tests::unique;
use tokio::time::{Instant, sleep, timeout};

use super::{SERVER_NAMES, Secured};
use crate::clients::PATIENCE;
use crate::proxy::Proxy;

const WATCHES: usize = 300;
/// Two for long polls, one for other requests.
const CONNECTIONS: usize = 3;

type Views = Vec<View<Option<bytes::Bytes>>>;

/// Gives each key the value, and returns how long it took until every view had it.
async fn deliver(writer: &Client, keys: &[String], views: &Views, value: &str) -> Duration {
    let start = Instant::now();
    for key in keys {
        writer.kv().put(key, value.to_owned()).await.unwrap();
    }
    for view in views {
        let seen = view.wait_for(|seen| seen.as_deref() == Some(value.as_bytes()));
        timeout(PATIENCE, seen).await.expect("every change is seen").unwrap();
    }
    start.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s13_three_hundred_watches_share_three_connections_and_outlive_their_loss() {
    let secured = Secured::start();
    let proxy = Proxy::to_tls(secured.agent.https_addr()).await;
    let writer = secured.client();
    let client = secured.client_at(proxy.address()).max_long_polls(480).build().unwrap();
    let keys: Vec<_> = (0..WATCHES).map(|_| unique("tls-watch")).collect();
    for key in &keys {
        writer.kv().put(key, "first").await.unwrap();
    }
    let most_open = proxy.watch_open();
    let views: Views = keys.iter().map(|key| client.kv().raw(key).view()).collect();
    for view in &views {
        timeout(PATIENCE, view.ready()).await.unwrap().unwrap();
    }
    let took = deliver(&writer, &keys, &views, "second").await;
    println!("{WATCHES} writes and their delivery over TLS: {took:.2?}");
    let start = Instant::now();
    client.kv().put(&keys[0], "beside").await.unwrap();
    println!("write beside {WATCHES} polls: {:.2?}", start.elapsed());
    assert!(most_open.most() <= CONNECTIONS, "{} connections", most_open.most());

    proxy.reset();
    let took = deliver(&writer, &keys, &views, "third").await;
    println!("{WATCHES} writes and their delivery after the loss of all connections: {took:.2?}");
    assert!(took < Duration::from_secs(20), "{took:?}");
    let lost = Instant::now();
    proxy.reset();
    for view in &views {
        let confirmed = async {
            while view.last_confirmed().is_none_or(|age| age > lost.elapsed()) {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, confirmed).await.expect("every view is confirmed again");
    }
    let took = lost.elapsed();
    println!("{WATCHES} watches confirmed again after the loss of all connections: {took:.2?}");
    assert!(took < Duration::from_secs(20), "{took:?}");
    assert!(views.iter().all(|view| view.degraded_for().is_none()), "too short a loss to be reported");
    assert!(most_open.most() <= CONNECTIONS, "{} connections", most_open.most());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b36_renewal_and_write_take_no_longer_beside_cancelled_polls() {
    let secured = Secured::start();
    let proxy = Proxy::to_tls(secured.agent.https_addr()).await;
    let client = secured.client_at(proxy.address()).max_long_polls(480).build().unwrap();
    let most_open = proxy.watch_open();
    let session = client.session().create().ttl(Duration::from_secs(10)).await.unwrap();
    let keys: Vec<_> = (0..250).map(|_| unique("cancelled")).collect();
    let mut views: Views = keys.iter().map(|key| client.kv().raw(key).view()).collect();
    for view in &views {
        timeout(PATIENCE, view.ready()).await.unwrap().unwrap();
    }
    // A poll that is cancelled while it connects would leave a connection to be opened again.
    timeout(PATIENCE, proxy.until_accepted(CONNECTIONS))
        .await
        .expect("more polls than one connection carries");
    deliver(&secured.client(), &keys, &views, "all poll").await;
    views.truncate(150);
    let start = Instant::now();
    client.session().renew(&session).await.unwrap().expect("the session lives");
    client.kv().put(&keys[0], "v").await.unwrap();
    let took = start.elapsed();
    println!("renewal and write beside 150 polls and 100 cancelled ones: {took:.2?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert!(most_open.most() <= CONNECTIONS, "{} connections", most_open.most());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b33_write_at_the_connection_limit_is_unsent_and_succeeds_once_a_connection_is_free() {
    const LIMIT: usize = 4;
    let limit = format!("limits {{ http_max_conns_per_client = {LIMIT} }}");
    let secured = Secured::start_with(&limit, |ca| ca.sign(SERVER_NAMES));
    let address = secured.agent.https_addr();
    let proxy = Proxy::to_tls(address).await;
    let client = secured.client_at(proxy.address()).build().unwrap();
    let taken: Vec<_> = (0..LIMIT).map(|_| TcpStream::connect(address).unwrap()).collect();

    let key = unique("limit");
    let short = client.kv().put(&key, "early").timeout(Duration::from_secs(2));
    let error = short.attempt_timeout(Duration::from_millis(300)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Connect | ErrorKind::Timeout), "{error:?}");
    assert!(error.is_unsent() && !error.is_outcome_unknown() && error.is_retryable(), "{error:?}");
    assert!(error.attempts() > 1, "{error:?}");

    let write = tokio::spawn(client.kv().put(&key, "late").into_future());
    let attempts = proxy.accepted() + 3;
    timeout(PATIENCE, proxy.until_accepted(attempts)).await.expect("the write is sent again");
    drop(taken);
    timeout(PATIENCE, write).await.unwrap().unwrap().unwrap();
    let entry = client.kv().get(&key).await.unwrap().unwrap();
    assert_eq!((&*entry.value, entry.create_index), (b"late".as_slice(), entry.modify_index), "written once");
}
