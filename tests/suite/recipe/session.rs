//! Sessions that are kept alive.

use std::time::Duration;

use consul_client::recipe::SessionGuard;
use consul_client::{Client, ErrorKind};
use consul_tests::{Agent, unique};
use tokio::time::{Instant, sleep, timeout};

use crate::clients::{PATIENCE, client, client_of};

/// Servers end a session after twice its TTL, which is at least 10 seconds.
const BEYOND_TTL: Duration = Duration::from_secs(24);

async fn is_known(client: &Client, session: &SessionGuard) -> bool {
    client.session().info(session).consistent().await.unwrap().is_some()
}

/// Waits until the servers do not know the session.
async fn until_destroyed(client: &Client, id: &str) {
    let destroyed = async {
        while client.session().info(id).consistent().await.unwrap().is_some() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, destroyed).await.expect("the session is destroyed");
}

#[tokio::test]
async fn session_is_renewed_beyond_its_ttl_and_destroyed_by_close() {
    let client = client();
    let name = unique("kept");
    let session = client.session().keep_alive().name(&name).ttl(Duration::from_secs(10)).await.unwrap();
    sleep(BEYOND_TTL).await;
    assert!(session.is_held() && is_known(&client, &session).await);
    let read = client.session().info(&session).await.unwrap().unwrap();
    assert_eq!((&read.name, read.ttl), (&name, Some(Duration::from_secs(10))));
    let id = session.id().clone();
    session.close().await.unwrap();
    assert_eq!(client.session().info(&id).await.unwrap(), None);
}

#[tokio::test]
async fn dropped_guard_destroys_its_session() {
    let client = client();
    let session = client.session().keep_alive().await.unwrap();
    assert!(is_known(&client, &session).await);
    let id = session.id().to_string();
    drop(session);
    until_destroyed(&client, &id).await;
}

#[tokio::test]
async fn session_that_a_third_party_destroys_is_reported_lost() {
    let client = client();
    let session = client.session().keep_alive().ttl(Duration::from_secs(10)).await.unwrap();
    client.session().destroy(&session).await.unwrap();
    let error = timeout(session.valid_for(), session.lost()).await.expect("before the lease ends");
    assert_eq!(error.kind(), ErrorKind::Lost, "{error}");
    assert!(!session.is_held());
}

#[tokio::test]
async fn session_that_the_servers_reject_is_an_error() {
    let client = client();
    let start = client.session().keep_alive().node_checks([unique("no-such-check")]);
    let error = timeout(PATIENCE, start.start()).await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Api(_)), "{error}");
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn l37_client_destroys_no_session_but_its_own() {
    let name = unique("same-name");
    let (one, other) = (client(), client());
    let first = one.session().keep_alive().name(&name).await.unwrap();
    let second = other.session().keep_alive().name(&name).await.unwrap();
    let key = unique("l37");
    assert!(one.kv().put(&key, "first").acquire(&first).await.unwrap().is_yes());
    second.close().await.unwrap();
    drop(other.session().keep_alive().name(&name).await.unwrap());
    assert_eq!(other.close(PATIENCE).await, []);
    assert!(first.is_held() && is_known(&one, &first).await);
    let entry = one.kv().get(&key).consistent().await.unwrap().unwrap();
    assert_eq!(entry.session.as_ref(), Some(first.id()));
    first.close().await.unwrap();
    one.kv().delete(&key).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l9_session_is_kept_while_watches_use_all_connections_of_the_agent() {
    let agent = Agent::builder().config("limits { http_max_conns_per_client = 20 }").start();
    let client = Client::new(agent.url()).unwrap();
    let session = client.session().keep_alive().ttl(Duration::from_secs(10)).await.unwrap();
    let views: Vec<_> = (0..60).map(|n| client.kv().get(format!("l9/{n}")).view()).collect();
    let end = Instant::now() + BEYOND_TTL;
    while Instant::now() < end {
        assert!(session.is_held(), "{}", session.lost().await);
        sleep(Duration::from_millis(100)).await;
    }
    drop(views);
    assert!(session.is_held());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l5_loss_is_reported_within_the_lease_when_the_agent_is_frozen() {
    let agent = Agent::builder().start();
    let client = client_of(&agent);
    let session = client.session().keep_alive().ttl(Duration::from_secs(10)).await.unwrap();
    sleep(Duration::from_secs(4)).await;
    agent.pause();
    let (frozen_at, valid_for) = (Instant::now(), session.valid_for());
    assert!(valid_for <= Duration::from_secs(9), "10 seconds less a tenth");
    let error = session.lost().await;
    // The clock of this thread may be late, but never early.
    assert!(frozen_at.elapsed() + Duration::from_secs(4) >= valid_for, "{:?}", frozen_at.elapsed());
    assert_eq!(error.kind(), ErrorKind::Lost, "{error}");
    assert!(!session.is_held() && session.valid_for().is_zero());
    agent.resume();
    // It does not come back.
    sleep(Duration::from_secs(1)).await;
    assert!(!session.is_held());
    let id = session.id().to_string();
    assert_eq!(session.close().await.unwrap_err().kind(), ErrorKind::Lost);
    until_destroyed(&client, &id).await;
}

#[tokio::test]
async fn x3_close_lists_the_sessions_that_a_dead_agent_keeps() {
    let agent = Agent::builder().start();
    let client = client_of(&agent);
    let mut sessions = Vec::new();
    for _ in 0..5 {
        sessions.push(client.session().keep_alive().await.unwrap());
    }
    agent.kill9();
    let start = Instant::now();
    let left = client.close(Duration::from_secs(3)).await;
    assert_eq!(left.len(), 5, "{left:?}");
    assert!(start.elapsed() < Duration::from_secs(30), "ten times the limit: {:?}", start.elapsed());
}
