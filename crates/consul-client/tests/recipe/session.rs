//! Sessions that are kept alive.

use std::future::IntoFuture;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use consul_client::transport::Hint;
use consul_client::{Error, ErrorKind, Observer};
use tokio::time::{sleep, timeout};

use crate::server::Server;

#[tokio::test(start_paused = true)]
async fn session_lives_as_long_as_its_guard() {
    let server = Server::new();
    let session = server.client().session().keep_alive().name("worker").await.unwrap();
    assert!(server.state().sessions.contains(session.id().as_str()));
    sleep(Duration::from_secs(600)).await;
    assert!(session.is_held() && session.valid_for() > Duration::from_secs(8));
    let renewals = server.times("renew");
    assert!(renewals.windows(2).all(|pair| pair[1] - pair[0] <= Duration::from_millis(4510)), "{renewals:?}");
    session.close().await.unwrap();
    assert!(server.state().sessions.is_empty());
    assert!(server.state().requests.iter().all(|(_, _, hint)| *hint == Some(Hint::Reserved)));
}

#[tokio::test(start_paused = true)]
async fn dropped_guard_destroys_its_session_in_the_background() {
    let server = Server::new();
    let client = server.client();
    drop(client.session().keep_alive().await.unwrap());
    server.until_sessions(0).await;
    assert_eq!(server.times("renew"), []);
}

#[tokio::test(start_paused = true)]
async fn dropped_future_destroys_the_session_that_it_created() {
    let server = Server::new();
    let client = server.client();
    let mut start = client.session().keep_alive().into_future();
    assert!(timeout(Duration::from_millis(2), &mut start).await.is_err());
    drop(start);
    sleep(Duration::from_secs(1)).await;
    server.until_sessions(0).await;
    assert_eq!(server.times("create").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn l5_loss_is_reported_within_the_lease_if_nothing_responds() {
    let server = Server::new();
    let session = server.client().session().keep_alive().await.unwrap();
    sleep(Duration::from_secs(20)).await;
    server.state().is_frozen = true;
    let last_good = *server.times("renew").last().unwrap();
    let error = session.lost().await;
    assert_eq!(error.kind(), ErrorKind::Lost, "{error}");
    let lost_at = tokio::time::Instant::now();
    assert!(!session.is_held() && session.valid_for().is_zero());
    // 13.5 s after the last good renewal was sent, not after its response.
    let since_start = server.times("renew").len();
    assert!(since_start > 5, "{since_start} renewals");
    let lease = Duration::from_millis(13_500);
    let elapsed = server.elapsed_at(lost_at);
    assert!(
        elapsed >= last_good + lease && elapsed <= last_good + lease + Duration::from_millis(5),
        "{elapsed:?}"
    );
    assert!(timeout(Duration::from_millis(1), session.lost()).await.is_ok(), "also after the loss");
}

#[tokio::test(start_paused = true)]
async fn any_number_of_callers_can_wait_for_the_loss() {
    let server = Server::new();
    let session = Arc::new(server.client().session().keep_alive().await.unwrap());
    let waiters: Vec<_> = (0..20)
        .map(|_| {
            let session = Arc::clone(&session);
            tokio::spawn(async move { session.lost().await })
        })
        .collect();
    sleep(Duration::from_secs(1)).await;
    server.state().sessions.clear();
    for waiter in waiters {
        let error = waiter.await.unwrap();
        assert_eq!(error.to_string(), "session was lost: the session has ended");
    }
    assert!(!session.is_held());
    let error = Arc::into_inner(session).unwrap().close().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Lost);
}

#[tokio::test(start_paused = true)]
async fn renewals_are_not_queued_behind_calls_and_watches() {
    let server = Server::new();
    let client = server.client_with(|builder| builder.max_in_flight(1).max_long_polls(1));
    let session = client.session().keep_alive().await.unwrap();
    // One call and one watch use all there is, and many more wait. The server never responds to them.
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.kv().get("k").timeout(Duration::from_secs(3600)).await })
        })
        .collect();
    let views: Vec<_> = (0..20).map(|n| client.kv().get(format!("k{n}")).view()).collect();
    sleep(Duration::from_secs(120)).await;
    assert!(session.is_held());
    session.close().await.unwrap();
    calls.iter().for_each(tokio::task::JoinHandle::abort);
    drop(views);
}

#[test]
fn guard_reports_the_loss_when_its_runtime_has_shut_down() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (server, session) = runtime.block_on(async {
        let server = Server::new();
        let session = server.client().session().keep_alive().await.unwrap();
        (server, session)
    });
    assert!(session.is_held());
    drop(runtime);
    assert!(!session.is_held(), "nothing renews it");
    let other = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let error = other.block_on(session.lost());
    assert_eq!(error.kind(), ErrorKind::Lost);
    assert!(error.to_string().contains("has ended with its runtime"), "{error}");
    // Neither blocks nor panics.
    drop(session);
    assert_eq!(server.state().sessions.len(), 1, "it ends with its TTL");
}

#[test]
fn guard_can_be_dropped_outside_of_a_runtime() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (server, session) = runtime.block_on(async {
        let server = Server::new();
        let session = server.client().session().keep_alive().await.unwrap();
        (server, session)
    });
    drop(session);
    runtime.block_on(async { timeout(Duration::from_secs(60), server.until_sessions(0)).await.unwrap() });
}

#[tokio::test(start_paused = true)]
async fn session_that_cannot_be_created_in_time_is_an_error_and_leaves_nothing() {
    let server = Server::new();
    server.state().is_frozen = true;
    let client = server.client();
    let error = client.session().keep_alive().timeout(Duration::from_secs(20)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert_eq!(error.route(), Some("/v1/session/create"));
    let invalid = client.session().keep_alive().ttl(Duration::from_secs(1)).await.unwrap_err();
    assert_eq!(invalid.kind(), ErrorKind::Request);
    let invalid = client.session().keep_alive().lock_delay(Duration::ZERO).node_checks(["serfHealth"]);
    assert_eq!(invalid.await.unwrap_err().kind(), ErrorKind::Request);
}

/// Records the leases of a client.
#[derive(Debug, Default)]
struct Leases(Mutex<Vec<String>>);

impl Observer for Leases {
    fn lease_started(&self, recipe: &str) {
        self.0.lock().unwrap().push(format!("{recipe} started"));
    }

    fn lease_lost(&self, recipe: &str, error: &Error) {
        self.0.lock().unwrap().push(format!("{recipe} lost: {}", error.kind()));
    }
}

#[tokio::test(start_paused = true)]
async fn observer_sees_each_lease_once() {
    let (server, leases) = (Server::new(), Arc::new(Leases::default()));
    let observer = Arc::clone(&leases);
    let client = server.client_with(|builder| builder.observer(observer));
    let kept = client.session().keep_alive().await.unwrap();
    let lost = client.session().keep_alive().await.unwrap();
    server.state().sessions.remove(lost.id().as_str());
    lost.lost().await;
    kept.close().await.unwrap();
    sleep(Duration::from_secs(60)).await;
    assert_eq!(*leases.0.lock().unwrap(), ["session started", "session started", "session lost: lost"]);
}
