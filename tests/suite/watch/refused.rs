//! Watches whose token is deleted.

use std::time::{Duration, Instant};

use consul_client::{Client, Token};
use consul_proto::Method;
use consul_tests::Agent;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::{Subject, tell_rate};
use crate::clients::client_of;
use crate::proxy::Proxy;

const RULES: &str = r#"
    key_prefix "" { policy = "read" }
    node_prefix "" { policy = "read" }
    service_prefix "" { policy = "read" }
"#;

const WAIT: Duration = Duration::from_secs(1);
/// How long a view in the agent is believed.
const CONFIRM: Duration = Duration::from_secs(4);

/// When the token is deleted.
#[derive(Clone, Copy, Debug)]
enum Deleted {
    /// While a request waits.
    DuringWait,
    /// While none does: views in the agent answer the next ones as if nothing had happened.
    BetweenWaits,
}

#[tokio::test]
async fn a_deleted_token_is_told_soon_although_a_view_goes_on() {
    let agent = Agent::builder().acl().start();
    let policy = json!({ "Name": "reader", "Rules": RULES });
    create(&client_of(&agent), "/v1/acl/policy", policy).await;
    let mut cases = JoinSet::new();
    for deleted in [Deleted::DuringWait, Deleted::BetweenWaits] {
        for subject in Subject::both() {
            let proxy = Proxy::to(agent.http_addr()).await;
            cases.spawn(refuse(subject, deleted, proxy, client_of(&agent)));
        }
    }
    while let Some(case) = cases.join_next().await {
        case.unwrap();
    }
}

async fn refuse(subject: Subject, deleted: Deleted, proxy: Proxy, management: Client) {
    let token = create(&management, "/v1/acl/token", json!({ "Policies": [{ "Name": "reader" }] })).await;
    let secret: Token = token["SecretID"].as_str().unwrap().parse().unwrap();
    let client = Client::builder().address(proxy.url()).token(secret).build().unwrap();
    let mut watch =
        subject.watch(&client, |settings| (settings.wait, settings.reverify_interval) = (WAIT, CONFIRM));

    // As long as there are changes, nothing has to be confirmed.
    let start = Instant::now();
    let (mut round, mut changed, mut standstills) = (0, start, 0);
    while start.elapsed() < CONFIRM * 2 {
        watch.during(subject.set(&management, &round.to_string())).await;
        watch.until_value(&round.to_string()).await;
        // A machine that stands still for seconds lets time pass without changes, which is to be confirmed then.
        standstills += usize::from(changed.elapsed() > CONFIRM / 2);
        changed = Instant::now();
        watch.during(sleep(Duration::from_millis(300))).await;
        round += 1;
    }
    let without_index = || proxy.requests().iter().filter(|one| !one.target.contains("index=")).count();
    let asked_afresh = without_index() - 1;
    assert!(asked_afresh <= standstills, "{asked_afresh} times, and {standstills} standstills");

    // Once a state has been told, nothing is asked before somebody wants the next one.
    subject.set(&management, "last").await;
    watch.until_value("last").await;
    if let Deleted::DuringWait = deleted {
        watch.during(sleep(WAIT / 2)).await;
    }
    let accessor = token["AccessorID"].as_str().unwrap();
    let delete = management.request(Method::DELETE, format!("/v1/acl/token/{accessor}"));
    assert_eq!(delete.await.unwrap().status(), 200);
    let (start, asked) = (Instant::now(), proxy.requests().len());
    watch.until(|watch| !watch.degradations.is_empty()).await;
    let told = start.elapsed();
    assert!(watch.degradations[0].cause.is_permission_denied(), "{:?}", watch.degradations);
    watch.during(sleep(CONFIRM)).await;
    assert_eq!(watch.degradations.len(), 1, "told once");
    assert_eq!(watch.values.last().unwrap(), "last", "and the state stays");
    let requests = proxy.requests().len() - asked;
    let case = format!("{:?}, token deleted {deleted:?}, told after {told:.1?}", subject.kind);
    tell_rate(&case, requests, start.elapsed());
    assert!(requests <= 10, "{requests}");
}

async fn create(management: &Client, path: &str, what: Value) -> Value {
    let created = management.request(Method::PUT, path).json(&what).unwrap().await.unwrap();
    assert_eq!(created.status(), 200, "{created:?}");
    serde_json::from_slice(created.body()).unwrap()
}
