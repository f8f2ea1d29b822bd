//! The status of the servers, on real agents.

use std::time::Duration;

use consul_client::RetryPolicy;
use consul_tests::Agent;
use tokio::time::sleep;

use crate::clients::{client, client_of};

#[tokio::test]
async fn single_server_is_the_leader() {
    let status = client().status();
    let leader = status.leader().await.unwrap().unwrap();
    assert_eq!(status.peers().await.unwrap(), [leader]);
}

#[tokio::test]
async fn cluster_without_a_quorum_reports_no_leader() {
    let cluster = Agent::builder().start_cluster();
    let client = client_of(&cluster.servers()[0]);
    client.kv().put("k", "v").await.unwrap();
    // The write needs only the two other servers, so this one may not have it yet.
    while client.kv().get("k").stale().await.unwrap().is_none() {
        sleep(Duration::from_millis(20)).await;
    }
    cluster.servers()[1..].iter().for_each(Agent::kill9);

    // For some time, the others are still considered alive, and requests to them fail.
    let error = loop {
        match client.kv().get("k").retry(RetryPolicy::never()).await {
            Err(error) if error.is_no_leader() => break error,
            Err(error) => assert!(error.is_retryable(), "{error:?}"),
            // A leader that has lost its followers still responds until it notices.
            Ok(entry) => assert_eq!(entry.unwrap().value, "v"),
        }
        sleep(Duration::from_millis(50)).await;
    };
    assert!(error.is_retryable());
    let error = client.kv().put("k", "w").retry(RetryPolicy::never()).await.unwrap_err();
    assert!(error.is_no_leader() && error.is_retryable() && !error.is_outcome_unknown(), "{error:?}");
    // A lost leader is still reported for some time.
    while client.status().leader().await.unwrap().is_some() {
        sleep(Duration::from_millis(50)).await;
    }
    let stale = client.kv().get("k").stale().send().await.unwrap();
    assert_eq!((stale.value.unwrap().value.as_ref(), stale.meta.known_leader), (&b"v"[..], Some(false)));
}
