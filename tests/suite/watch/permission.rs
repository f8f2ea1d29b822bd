//! Watches whose token loses permissions.

use std::time::{Duration, Instant};

use consul_client::{Client, ErrorKind, Token};
use consul_proto::{ApiErrorKind, Method};
use consul_tests::{Agent, unique};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::report_rate;
use crate::clients::{PATIENCE, client_of};

const RULES: &str = r#"
    key_prefix "" { policy = "read" }
    node_prefix "" { policy = "read" }
    service_prefix "" { policy = "read" }
"#;
const WAIT: Duration = Duration::from_secs(1);
const RETRY: Duration = Duration::from_secs(1);

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Limits {
    connections: u32,
}

/// Since 1.11, servers report that ACLs have filtered a result. Older ones return an empty list.
#[tokio::test]
async fn lost_permission_keeps_the_values_of_a_typed_prefix_and_of_a_health_view() {
    let agent = Agent::builder().acl().start();
    let management = client_of(&agent);
    let policy = put(&management, "/v1/acl/policy", json!({ "Name": "reader", "Rules": RULES })).await;
    let token = put(&management, "/v1/acl/token", json!({ "Policies": [{ "Name": "reader" }] })).await;
    let secret = Token::new(token["SecretID"].as_str().unwrap()).unwrap();
    let client = Client::builder().address(agent.url()).token(secret).build().unwrap();

    let (prefix, service) = (unique("permission"), unique("permission"));
    management.kv().put(format!("{prefix}/connections"), "5").await.unwrap();
    management.agent().service().register(&*service).await.unwrap();
    let list = client.kv().list(format!("{prefix}/")).watch();
    let config = list.wait(WAIT).rejected_retry_delay(RETRY).config::<Limits>().view();
    let health = client.health().service(&service).watch();
    let health = health.wait(WAIT).rejected_retry_delay(RETRY).view();
    timeout(PATIENCE, config.wait_for(Option::is_some)).await.unwrap().unwrap();
    timeout(PATIENCE, health.wait_for(|instances| !instances.is_empty())).await.unwrap().unwrap();

    let path = format!("/v1/acl/policy/{}", policy["ID"].as_str().unwrap());
    put(
        &management,
        &path,
        json!({ "Name": "reader", "Rules": r#"key_prefix "other" { policy = "read" }"# }),
    )
    .await;
    let (start, mut reports) = (Instant::now(), (config.clone(), health.clone()));
    if !agent.since(1, 11) {
        timeout(PATIENCE, config.wait_for(Option::is_none)).await.unwrap().unwrap();
        timeout(PATIENCE, health.wait_for(Vec::is_empty)).await.unwrap().unwrap();
        assert!(config.degraded_for().is_none() && health.degraded_for().is_none());
        return;
    }
    let degraded = async {
        while config.degraded_for().is_none() || health.degraded_for().is_none() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, degraded).await.expect("both are degraded");
    report_rate("typed prefix and health view, permission lost", 2, start.elapsed());
    // After several more requests, each view still has one report.
    sleep(3 * (WAIT + RETRY)).await;
    let denied = Some(ErrorKind::Api(ApiErrorKind::PermissionDenied));
    assert_eq!(config.snapshot().degraded().map(|degraded| degraded.cause.kind()), denied);
    assert_eq!(health.snapshot().degraded().map(|degraded| degraded.cause.kind()), denied);
    assert_eq!(config.value().unwrap().as_ref(), &Some(Limits { connections: 5 }));
    assert_eq!(health.value().unwrap().len(), 1);
    for (view, count) in [(count(&mut reports.0).await, "config"), (count(&mut reports.1).await, "health")] {
        assert_eq!(view, 1, "{count}: one snapshot");
    }

    put(&management, &path, json!({ "Name": "reader", "Rules": RULES })).await;
    let recovered = async {
        while config.degraded_for().is_some() || health.degraded_for().is_some() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, recovered).await.expect("both recover");
    assert_eq!(config.value().unwrap().as_ref(), &Some(Limits { connections: 5 }));
}

/// Counts the pending snapshots.
async fn count<T: PartialEq + Send + Sync + 'static>(view: &mut consul_client::View<T>) -> usize {
    let mut count = 0;
    while timeout(Duration::from_millis(100), view.next()).await.is_ok() {
        count += 1;
    }
    count
}

async fn put(management: &Client, path: &str, what: Value) -> Value {
    let response = management.request(Method::PUT, path).json(&what).unwrap().await.unwrap();
    assert_eq!(response.status(), 200, "{response:?}");
    serde_json::from_slice(response.body()).unwrap()
}
