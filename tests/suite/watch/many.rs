//! More watches than a client has places for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use consul_client::Client;
use consul_client::session::SessionId;
use consul_tests::{Agent, unique};
use tokio::time::{Instant, sleep, timeout};

use crate::clients::{PATIENCE, client_of};
use crate::proxy::Proxy;

const WATCHES: usize = 215;

/// An agent allows 200 connections from one address, and counts those of requests that were abandoned as well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_watches_than_an_agent_takes_connections_all_see_their_changes_and_a_session_lives_on() {
    let agent = Agent::builder().start();
    let proxy = Arc::new(Proxy::to(agent.http_addr()).await);
    let (direct, client) = (client_of(&agent), Client::new(proxy.url()).unwrap());
    let keys: Vec<_> = (0..WATCHES).map(|_| unique("many")).collect();
    for key in &keys {
        direct.kv().put(key, "before").await.unwrap();
    }
    let most_open = watch_open(&proxy);
    let session = client.session().create().ttl(Duration::from_secs(10)).await.unwrap();
    let is_over = Arc::new(AtomicBool::new(false));
    let renewals = tokio::spawn(renew(client.clone(), session.clone(), Arc::clone(&is_over)));

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
            timeout(PATIENCE, seen).await.expect("every change is seen");
        }
    }
    // Longer than the session would live without being renewed.
    let (before, start) = (proxy.requests().len(), Instant::now());
    sleep(Duration::from_secs(21)).await;
    super::tell_rate("215 watches, nothing happens", proxy.requests().len() - before, start.elapsed());

    is_over.store(true, Ordering::SeqCst);
    assert!(renewals.await.unwrap() > 5);
    assert!(client.session().info(&session).await.unwrap().is_some(), "the session lives");
    let most_open = most_open.load(Ordering::SeqCst);
    assert!((128..=128 + 8 + 2).contains(&most_open), "{most_open} connections, with those of the session");
}

/// Renews a session until it is over; tells how often.
async fn renew(client: Client, session: SessionId, is_over: Arc<AtomicBool>) -> usize {
    let mut renewals = 0;
    while !is_over.load(Ordering::SeqCst) {
        client.session().renew(&session).await.unwrap().expect("the session is renewed in time");
        renewals += 1;
        sleep(Duration::from_secs(2)).await;
    }
    renewals
}

/// The most connections that are open at once from now on.
fn watch_open(proxy: &Arc<Proxy>) -> Arc<AtomicUsize> {
    let (most, proxy) = (Arc::new(AtomicUsize::new(0)), Arc::downgrade(proxy));
    let seen = Arc::clone(&most);
    tokio::spawn(async move {
        while let Some(proxy) = proxy.upgrade() {
            seen.fetch_max(proxy.open(), Ordering::SeqCst);
            sleep(Duration::from_millis(5)).await;
        }
    });
    most
}
