//! Legacy tokens on real agents that support them, and on agents that have removed them.

mod rules;
mod tokens;

use std::fmt::Debug;
use std::sync::OnceLock;

use consul_client::acl::legacy::{Legacy, Support};
use consul_client::{ApiErrorKind, Client, Error, ErrorKind, Token};
use consul_tests::Agent;

use crate::clients::{client, client_of};

/// Returns the agent with ACLs that all tests of this group share.
fn agent() -> &'static Agent {
    static AGENT: OnceLock<Agent> = OnceLock::new();
    AGENT.get_or_init(|| Agent::builder().acl().start())
}

/// Returns a client with the management token.
fn management() -> Client {
    client_of(agent())
}

fn legacy() -> Legacy {
    management().acl().legacy()
}

/// Returns `true` if the server has removed legacy tokens.
fn is_gone() -> bool {
    agent().since(1, 11)
}

/// Asserts that the server reported legacy tokens as unsupported.
fn assert_gone<T: Debug>(result: Result<T, Error>) {
    let error = result.expect_err("the server has no legacy tokens");
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::UnknownRoute));
    assert!(!error.is_retryable() && !error.is_outcome_unknown() && !error.is_not_found());
}

fn assert_denied<T: Debug>(result: Result<T, Error>) {
    let error = result.expect_err("the token has no permission");
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::PermissionDenied));
    assert!(error.is_permission_denied() && !error.is_retryable());
}

#[tokio::test]
async fn is_supported_depends_on_version_and_token() {
    let support = |client: Client| async move { client.acl().legacy().is_supported().await.unwrap() };
    let unknown = Token::new("5ecb1a60-0000-4000-8000-000000000000").unwrap();
    let expected = if is_gone() {
        [Support::Gone; 4]
    } else {
        [Support::Enabled, Support::NotAllowed, Support::NotAllowed, Support::Disabled]
    };
    let management = management();
    let without = management.without_token();
    let with_unknown = management.with_token(unknown);
    let support_seen = [
        support(management).await,
        support(without).await,
        support(with_unknown).await,
        support(client()).await,
    ];
    assert_eq!(support_seen, expected);
}

#[tokio::test]
async fn is_supported_fails_if_no_agent_responds() {
    // Port 1 is privileged, and no process listens on it.
    let unreachable = Client::new("127.0.0.1:1").unwrap();
    let error = unreachable.acl().legacy().is_supported().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
}

#[tokio::test]
async fn disabled_acls_are_reported() {
    let legacy = client().acl().legacy();
    if is_gone() {
        return assert_gone(legacy.create().await);
    }
    let error = legacy.create().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::AclDisabled));
    assert_eq!(legacy.list().await.unwrap_err().kind(), ErrorKind::Api(ApiErrorKind::AclDisabled));
}
