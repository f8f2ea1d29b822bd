//! Watches whose token is deleted.

use std::time::{Duration, Instant};

use consul_client::{Client, Token};
use consul_proto::Method;
use consul_tests::Agent;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::{Subject, report_rate};
use crate::clients::client_of;
use crate::proxy::Proxy;

const RULES: &str = r#"
    key_prefix "" { policy = "read" }
    node_prefix "" { policy = "read" }
    service_prefix "" { policy = "read" }
"#;

const WAIT: Duration = Duration::from_secs(1);
/// Time for which the agent's streaming backend is trusted.
const REVERIFY: Duration = Duration::from_secs(4);

/// When the token is deleted.
#[derive(Clone, Copy, Debug)]
enum Deleted {
    /// During a waiting request.
    DuringWait,
    /// Between two requests. The agent's streaming backend responds to the next ones as before.
    BetweenWaits,
}

#[tokio::test]
async fn deleted_token_degrades_the_watch_despite_streaming() {
    let agent = Agent::builder().acl().start();
    let policy = json!({ "Name": "reader", "Rules": RULES });
    create(&client_of(&agent), "/v1/acl/policy", policy).await;
    let mut cases = JoinSet::new();
    for deleted in [Deleted::DuringWait, Deleted::BetweenWaits] {
        for subject in Subject::both() {
            let proxy = Proxy::to(agent.http_addr()).await;
            cases.spawn(delete_token(subject, deleted, proxy, client_of(&agent)));
        }
    }
    while let Some(case) = cases.join_next().await {
        case.unwrap();
    }
}

async fn delete_token(subject: Subject, deleted: Deleted, proxy: Proxy, management: Client) {
    let token = create(&management, "/v1/acl/token", json!({ "Policies": [{ "Name": "reader" }] })).await;
    let secret: Token = token["SecretID"].as_str().unwrap().parse().unwrap();
    let client = Client::builder().address(proxy.url()).token(secret).build().unwrap();
    let mut watch =
        subject.watch(&client, |settings| (settings.wait, settings.reverify_interval) = (WAIT, REVERIFY));

    // While there are changes, the watch does not recheck.
    let start = Instant::now();
    let (mut round, mut changed, mut stalls) = (0, start, 0);
    while start.elapsed() < REVERIFY * 2 {
        watch.during(subject.set(&management, &round.to_string())).await;
        watch.until_value(&round.to_string()).await;
        // If the test machine stalls for seconds, there are no changes, and the watch rightly rechecks.
        stalls += usize::from(changed.elapsed() > REVERIFY / 2);
        changed = Instant::now();
        watch.during(sleep(Duration::from_millis(300))).await;
        round += 1;
    }
    let without_index = || proxy.requests().iter().filter(|one| !one.target.contains("index=")).count();
    let rechecks = without_index() - 1;
    assert!(rechecks <= stalls, "{rechecks} rechecks, {stalls} stalls");

    // After yielding a state, the watch sends no request until it is polled.
    subject.set(&management, "last").await;
    watch.until_value("last").await;
    if let Deleted::DuringWait = deleted {
        watch.during(sleep(WAIT / 2)).await;
    }
    let accessor = token["AccessorID"].as_str().unwrap();
    let delete = management.request(Method::DELETE, format!("/v1/acl/token/{accessor}"));
    assert_eq!(delete.await.unwrap().status(), 200);
    let (start, requests_before) = (Instant::now(), proxy.requests().len());
    watch.until(|watch| !watch.degradations.is_empty()).await;
    let reported_after = start.elapsed();
    assert!(watch.degradations[0].cause.is_permission_denied(), "{:?}", watch.degradations);
    watch.during(sleep(REVERIFY)).await;
    assert_eq!(watch.degradations.len(), 1, "reported once");
    assert_eq!(watch.values.last().unwrap(), "last", "the state is kept");
    let requests = proxy.requests().len() - requests_before;
    let case = format!("{:?}, token deleted {deleted:?}, reported after {reported_after:.1?}", subject.kind);
    report_rate(&case, requests, start.elapsed());
    assert!(requests <= 10, "{requests}");
}

async fn create(management: &Client, path: &str, what: Value) -> Value {
    let created = management.request(Method::PUT, path).json(&what).unwrap().await.unwrap();
    assert_eq!(created.status(), 200, "{created:?}");
    serde_json::from_slice(created.body()).unwrap()
}
