//! More watches than a client has permits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use consul_client::Client;
use consul_client::session::SessionId;
use consul_tests::{Agent, unique};
use tokio::time::{Instant, sleep, timeout};

use crate::clients::{PATIENCE, client_of};
use crate::proxy::Proxy;

const WATCHES: usize = 215;

/// An agent allows 200 connections from one address, including those of abandoned requests.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_watches_than_connections_see_all_changes_while_a_session_is_renewed() {
    let agent = Agent::builder().start();
    let proxy = Proxy::to(agent.http_addr()).await;
    let (direct, client) = (client_of(&agent), Client::new(proxy.url()).unwrap());
    let keys: Vec<_> = (0..WATCHES).map(|_| unique("many")).collect();
    for key in &keys {
        direct.kv().put(key, "before").await.unwrap();
    }
    let most_open = proxy.watch_open();
    let session = client.session().create().ttl(Duration::from_secs(10)).await.unwrap();
    let has_ended = Arc::new(AtomicBool::new(false));
    let renewals = tokio::spawn(renew(client.clone(), session.clone(), Arc::clone(&has_ended)));

    let views: Vec<_> = keys.iter().map(|key| client.kv().raw(key).view()).collect();
    for view in &views {
        timeout(PATIENCE, view.ready()).await.unwrap().unwrap();
    }
    for round in 0..3 {
        let value = format!("round {round}");
        for key in &keys {
            direct.kv().put(key, value.clone()).await.unwrap();
        }
        for view in &views {
            let mut view = view.clone();
            let seen = async {
                while view.value().unwrap().as_deref() != Some(value.as_bytes()) {
                    view.changed().await.unwrap().unwrap();
                }
            };
            timeout(PATIENCE, seen).await.expect("the view yields the change");
        }
    }
    // Longer than the session's TTL.
    let (before, start) = (proxy.requests().len(), Instant::now());
    sleep(Duration::from_secs(21)).await;
    super::report_rate("215 idle watches", proxy.requests().len() - before, start.elapsed());

    has_ended.store(true, Ordering::SeqCst);
    assert!(renewals.await.unwrap() > 5);
    assert!(client.session().info(&session).await.unwrap().is_some(), "the session exists");
    let most_open = most_open.most();
    assert!(
        (128..=128 + 8 + 2).contains(&most_open),
        "{most_open} connections, including those of the session"
    );
}

/// Renews a session until the flag is set. Returns the number of renewals.
async fn renew(client: Client, session: SessionId, has_ended: Arc<AtomicBool>) -> usize {
    let mut renewals = 0;
    while !has_ended.load(Ordering::SeqCst) {
        client.session().renew(&session).await.unwrap().expect("the session is renewed in time");
        renewals += 1;
        sleep(Duration::from_secs(2)).await;
    }
    renewals
}
