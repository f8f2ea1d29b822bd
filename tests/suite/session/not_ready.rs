//! A node whose agent comes back is not ready for some seconds.

use std::future::IntoFuture;
use std::net::Ipv4Addr;

use consul_client::health::Status;
use consul_client::{ApiErrorKind, Client, ErrorKind, RetryPolicy};
use consul_tests::Agent;
use tokio::time::timeout;

use crate::clients::PATIENCE;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn session_is_created_once_the_servers_notice_that_its_node_is_back() {
    let server = Agent::builder().start();
    let member = Agent::builder().client_of([&server]).start();
    let client = client_of(&server);
    until_health_is(&client, member.node(), Status::Passing).await;
    member.pause();
    until_health_is(&client, member.node(), Status::Critical).await;

    let create = client.session().create().node(member.node());
    let error = create.clone().retry(RetryPolicy::never()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::NotReady), "{error}");
    assert!(error.is_retryable() && !error.is_outcome_unknown(), "{error}");

    let waiting = tokio::spawn(create.into_future());
    member.resume();
    let id = timeout(PATIENCE, waiting).await.expect("the node becomes ready").unwrap().unwrap();
    assert_eq!(client.session().info(&id).await.unwrap().unwrap().node, member.node());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn node_is_registered_under_another_id_once_the_servers_notice_that_it_is_gone() {
    let server = Agent::builder().start();
    let member = Agent::builder().client_of([&server]).start();
    let client = client_of(&server);
    until_health_is(&client, member.node(), Status::Passing).await;

    let node = consul_client::catalog::NodeRegistration::new(member.node(), Ipv4Addr::LOCALHOST.to_string())
        .id("6fbd0c9a-4f0b-4a55-9a53-0f2c7d3f9b27");
    let register = client.catalog().register(node);
    let error = register.clone().retry(RetryPolicy::never()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::NotReady), "{error}");
    assert!(error.is_retryable() && !error.is_outcome_unknown(), "{error}");

    let waiting = tokio::spawn(register.into_future());
    member.pause();
    timeout(PATIENCE, waiting).await.expect("the name becomes free").unwrap().unwrap();
}

/// A client whose writes are retried for a while: one is only if a whole attempt fits before its timeout.
fn client_of(agent: &Agent) -> Client {
    Client::builder().address(agent.url()).timeout(PATIENCE).build().unwrap()
}

/// Waits until the servers see the node in this state.
async fn until_health_is(client: &Client, node: &str, status: Status) {
    let mut checks = client.health().node(node).watch();
    let is_seen = async {
        loop {
            let found = checks.changed().await.expect("a watch does not end").unwrap();
            if found.iter().any(|check| check.id == "serfHealth" && check.status == status) {
                return;
            }
        }
    };
    timeout(PATIENCE, is_seen).await.expect("the servers notice");
}
