//! A watch of a store that is set back.

use std::time::{Duration, Instant};

use consul_client::Client;
use consul_proto::Method;
use consul_tests::Agent;

use super::{Subject, tell_rate};
use crate::clients::client_of;
use crate::proxy::Proxy;

/// Restoring need not wake anybody, so it is told when the wait is over.
const WAIT: Duration = Duration::from_secs(4);
/// Far less than the wait that watches have by default.
const LIMIT: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_restored_snapshot_is_told_when_the_wait_is_over() {
    let [key, service] = Subject::both();
    tokio::join!(restore(key), restore(service));
}

/// Watches an agent of its own, as others would lose what they hold.
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
    let (start, asked) = (Instant::now(), proxy.requests().len());
    watch.until(|watch| watch.values.len() > 2).await;
    assert!(start.elapsed() < LIMIT, "told after {:?}", start.elapsed());
    let case = format!("{:?}, restored snapshot", subject.kind);
    tell_rate(&case, proxy.requests().len() - asked, start.elapsed());

    watch.during(subject.set(&direct, "after")).await;
    watch.until_value("after").await;
    assert_eq!(watch.values, ["kept", "undone", "kept", "after"]);
}
