//! Legacy tokens, on real agents: those that have them, and those that have dropped them.

mod rules;
mod tokens;

use std::fmt::Debug;
use std::sync::OnceLock;

use consul_client::acl::legacy::{Legacy, Support};
use consul_client::{ApiErrorKind, Client, Error, ErrorKind, Token};
use consul_tests::Agent;

use crate::clients::{client, client_of};

/// An agent with ACLs, for all tests of this group.
fn agent() -> &'static Agent {
    static AGENT: OnceLock<Agent> = OnceLock::new();
    AGENT.get_or_init(|| Agent::builder().acl().start())
}

/// A client that may do everything.
fn management() -> Client {
    client_of(agent())
}

fn legacy() -> Legacy {
    management().acl().legacy()
}

/// Whether the server has dropped legacy tokens.
fn is_gone() -> bool {
    agent().since(1, 11)
}

/// Says that a server without legacy tokens told so.
fn assert_gone<T: Debug>(result: Result<T, Error>) {
    let error = result.expect_err("a server without legacy tokens has none");
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::UnknownRoute));
    assert!(!error.is_retryable() && !error.is_outcome_unknown() && !error.is_not_found());
}

fn assert_denied<T: Debug>(result: Result<T, Error>) {
    let error = result.expect_err("nobody may do this");
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::PermissionDenied));
    assert!(error.is_permission_denied() && !error.is_retryable());
}

#[tokio::test]
async fn acl_is_supported() {
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
    let answers = [
        support(management).await,
        support(without).await,
        support(with_unknown).await,
        support(client()).await,
    ];
    assert_eq!(answers, expected);
}

#[tokio::test]
async fn no_answer_is_no_value_of_support() {
    // Nobody listens on the port that nobody may open.
    let nobody = Client::new("127.0.0.1:1").unwrap();
    let error = nobody.acl().legacy().is_supported().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
}

#[tokio::test]
async fn acls_that_are_off_are_told() {
    let legacy = client().acl().legacy();
    if is_gone() {
        return assert_gone(legacy.create().await);
    }
    let error = legacy.create().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::AclDisabled));
    assert_eq!(legacy.list().await.unwrap_err().kind(), ErrorKind::Api(ApiErrorKind::AclDisabled));
}
