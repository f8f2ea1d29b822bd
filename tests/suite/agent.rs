//! The agent, its checks and its services, on real agents.

mod check;
mod check_kinds;
mod cluster;
mod forgotten;
mod names;
mod opaque;
mod service;
mod service_health;

use std::time::Duration;

use consul_client::agent::TokenKind;
use consul_client::agent::check::Status;
use consul_client::{ApiErrorKind, Client, Error, ErrorKind};
use consul_tests::{Agent, shared_agent};

use crate::clients::{PATIENCE, client, client_of};

/// Repeats `probe` until it returns a value, for changes that no blocking query reports.
async fn eventually<T: Send, F: Future<Output = Option<T>> + Send>(probe: impl Fn() -> F + Send + Sync) -> T {
    let asking = async {
        loop {
            match probe().await {
                Some(found) => return found,
                None => tokio::time::sleep(Duration::from_millis(25)).await,
            }
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.expect("not within the time limit")
}

/// Returns the kind of an error response.
fn kind(error: &Error) -> ApiErrorKind {
    match error.kind() {
        ErrorKind::Api(kind) => kind,
        other => panic!("{other:?}: {error}"),
    }
}

#[tokio::test]
async fn read_self_returns_the_configuration() {
    let this = client().agent().read_self().await.unwrap();
    assert_eq!((this.config.datacenter.as_str(), this.config.server), ("dc1", true));
    assert_eq!(this.config.node_name, shared_agent().node());
    assert_eq!(this.debug_config["Datacenter"], "dc1", "the complete configuration");
}

#[tokio::test]
async fn read_self_returns_the_agent_as_a_member() {
    let this = client().agent().read_self().await.unwrap();
    let members = client().agent().members().await.unwrap();
    assert_eq!(members, [this.member]);
}

#[tokio::test]
async fn version_returns_the_build_since_1_16() {
    let version = client().agent().version().await;
    if shared_agent().since(1, 16) {
        assert_eq!(version.unwrap().human_version, shared_agent().version().to_string());
    } else {
        assert_eq!(kind(&version.unwrap_err()), ApiErrorKind::UnknownRoute);
    }
}

#[tokio::test]
async fn host_returns_information_about_the_machine() {
    let host = client().agent().host().await.unwrap();
    assert_eq!(host.host["os"], std::env::consts::OS);
    assert!(host.memory["total"].as_u64() > Some(0) && host.disk["total"].as_u64() > Some(0));
    assert!(host.collection_time > 0);
}

#[tokio::test]
async fn metrics_returns_runtime_statistics() {
    // An agent that has just started has no metrics yet.
    let metrics = eventually(async || {
        let metrics = client().agent().metrics().await.unwrap();
        metrics.gauges.iter().any(|gauge| gauge.name.ends_with("runtime.alloc_bytes")).then_some(metrics)
    })
    .await;
    assert!(metrics.timestamp.ends_with("UTC"), "{}", metrics.timestamp);
    assert!(metrics.samples.iter().all(|sample| sample.count > 0 && sample.min <= sample.max));
}

#[tokio::test]
async fn prometheus_metrics_require_a_retention_time() {
    let agent = Agent::builder().config(r#"{ "telemetry": { "prometheus_retention_time": "60s" } }"#).start();
    let metrics = client_of(&agent).agent().metrics().prometheus().await.unwrap();
    assert!(metrics.contains("# TYPE go_goroutines gauge"), "{metrics}");
    // The agents of most tests have the default, which keeps no metrics.
    let error = client().agent().metrics().prometheus().await.unwrap_err();
    assert!(!error.is_retryable(), "{error}");
}

#[tokio::test]
async fn maintenance_of_a_node_is_enabled_and_disabled() {
    let agent = Agent::builder().start();
    let client = client_of(&agent);
    let marker = async || client.agent().check().get("_node_maintenance").await.unwrap();
    assert_eq!(marker().await, None);

    client.agent().enable_maintenance().reason("new disk & fan").await.unwrap();
    let check = marker().await.unwrap();
    assert_eq!((check.notes.as_str(), &check.status), ("new disk & fan", &Status::Critical));
    assert!(check.is_maintenance());
    client.agent().enable_maintenance().reason("another").await.unwrap();
    assert_eq!(marker().await.unwrap().notes, "new disk & fan", "the first reason stays");

    client.agent().disable_maintenance().await.unwrap();
    assert_eq!(marker().await, None);
    client.agent().disable_maintenance().await.unwrap();
    client.agent().enable_maintenance().await.unwrap();
    assert!(marker().await.unwrap().notes.contains("no reason was provided"));
}

#[tokio::test]
async fn reload_succeeds() {
    client().agent().reload().await.unwrap();
}

#[tokio::test]
async fn leave_ends_the_agent() {
    let agent = Agent::builder().start();
    // The agent can end before its response is complete.
    if let Err(error) = client_of(&agent).agent().leave().await {
        assert!(matches!(error.kind(), ErrorKind::Transport(_)), "{error:?}");
    }
    eventually(async || (!agent.is_running()).then_some(())).await;
}

#[tokio::test]
async fn update_token_changes_the_agents_tokens() {
    let agent = Agent::builder().acl().start();
    let (client, key) = (client_of(&agent), "agent-token");
    let anonymous =
        Client::builder().address(agent.url()).timeout(PATIENCE).attempt_timeout(PATIENCE).build().unwrap();
    assert!(anonymous.kv().put(key, "1").await.unwrap_err().is_permission_denied());
    assert!(
        anonymous.agent().update_token(TokenKind::Default, "x").await.unwrap_err().is_permission_denied()
    );

    client.agent().update_token(TokenKind::Default, agent.token().unwrap()).await.unwrap();
    anonymous.kv().put(key, "1").await.unwrap();
    client.agent().update_token(TokenKind::Default, "").await.unwrap();
    assert!(anonymous.kv().put(key, "1").await.unwrap_err().is_permission_denied());

    let recovery = client.agent().update_token(TokenKind::AgentRecovery, "").await;
    if agent.since(1, 11) {
        recovery.unwrap();
    } else {
        assert!(recovery.unwrap_err().is_not_found());
        client.agent().update_token(TokenKind::from("agent_master"), "").await.unwrap();
    }
    let disabled = crate::clients::client().agent().update_token(TokenKind::Agent, "").await.unwrap_err();
    assert_eq!(kind(&disabled), ApiErrorKind::AclDisabled);
}
