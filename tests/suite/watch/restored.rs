//! A watch during the restore of a snapshot.

use std::time::{Duration, Instant};

use consul_client::Client;
use consul_proto::Method;
use consul_tests::Agent;

use super::{Subject, report_rate};
use crate::clients::client_of;
use crate::proxy::Proxy;

/// Restoring may not wake blocking queries, so the watch sees it when the wait ends.
const WAIT: Duration = Duration::from_secs(4);
/// Much less than the default wait of watches.
const LIMIT: Duration = Duration::from_secs(30);

#[tokio::test]
async fn restored_snapshot_is_seen_when_the_wait_ends() {
    let [key, service] = Subject::both();
    tokio::join!(restore(key), restore(service));
}

/// Uses its own agent, since restoring resets everything on it.
async fn restore(subject: Subject) {
    let agent = Agent::builder().start();
    let direct = client_of(&agent);
    let proxy = Proxy::to(agent.http_addr()).await;
    let client = Client::builder().address(proxy.url()).build().unwrap();
    let mut watch = subject.watch(&client, |settings| settings.wait = WAIT);

    subject.set(&direct, "kept").await;
    watch.until_value("kept").await;
    let snapshot = direct.request(Method::GET, "/v1/snapshot").await.unwrap();
    assert_eq!(snapshot.status(), 200);
    watch.during(subject.set(&direct, "undone")).await;
    watch.until_value("undone").await;

    let restore = direct.request(Method::PUT, "/v1/snapshot").body(snapshot.into_body());
    assert_eq!(watch.during(restore.into_future()).await.unwrap().status(), 200);
    let (start, requests_before) = (Instant::now(), proxy.requests().len());
    watch.until(|watch| watch.values.len() > 2).await;
    assert!(start.elapsed() < LIMIT, "seen after {:?}", start.elapsed());
    let case = format!("{:?}, restored snapshot", subject.kind);
    report_rate(&case, proxy.requests().len() - requests_before, start.elapsed());

    watch.during(subject.set(&direct, "after")).await;
    watch.until_value("after").await;
    assert_eq!(watch.values, ["kept", "undone", "kept", "after"]);
}
