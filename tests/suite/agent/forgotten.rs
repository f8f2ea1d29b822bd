//! What an agent has never heard of, or has forgotten: one error, whatever its version says.

use std::time::Duration;

use consul_client::agent::Check;
use consul_client::agent::check::{Checks, Status};
use consul_client::{ApiErrorKind, Error};
use consul_tests::{Agent, unique};

use super::kind;
use crate::clients::{client, client_of};

const HOUR: Duration = Duration::from_secs(3600);

/// The four ways to report, all of which fail.
async fn reports(checks: &Checks, id: &str) -> [Error; 4] {
    [
        checks.pass(id).await.unwrap_err(),
        checks.warn(id).note("n").await.unwrap_err(),
        checks.fail(id).await.unwrap_err(),
        checks.update(id, Status::Passing, "o").await.unwrap_err(),
    ]
}

#[tokio::test]
async fn a_heartbeat_for_an_unknown_check_has_its_own_error() {
    for error in reports(&client().agent().check(), &unique("unknown")).await {
        assert_eq!(kind(&error), ApiErrorKind::UnknownCheck);
        assert!(error.is_not_found() && !error.is_retryable() && !error.is_outcome_unknown());
    }
}

#[tokio::test]
async fn so_has_one_with_acls() {
    let agent = Agent::builder().acl().start();
    for error in reports(&client_of(&agent).agent().check(), "unknown").await {
        assert_eq!(kind(&error), ApiErrorKind::UnknownCheck);
    }
    let checks = client_of(&agent).agent().check();
    assert_eq!(kind(&checks.deregister("unknown").await.unwrap_err()), ApiErrorKind::UnknownCheck);
    let services = client_of(&agent).agent().service();
    assert_eq!(kind(&services.deregister("unknown").await.unwrap_err()), ApiErrorKind::UnknownService);
    let refused = services.enable_maintenance("unknown").await.unwrap_err();
    assert_eq!(kind(&refused), ApiErrorKind::UnknownService);
}

#[tokio::test]
async fn so_has_one_for_a_check_that_takes_no_reports() {
    let (checks, id) = (client().agent().check(), unique("alias"));
    checks.register(&id, Check::alias(unique("nobody"))).await.unwrap();
    for error in reports(&checks, &id).await {
        // An old agent has the same words for this and for a check that it does not know.
        assert_eq!(kind(&error), ApiErrorKind::UnknownCheck);
    }
    checks.deregister(&id).await.unwrap();
}

#[tokio::test]
async fn an_agent_that_was_started_anew_says_that_it_has_forgotten() {
    let agent = Agent::builder().start();
    let client = client_of(&agent);
    let (checks, services) = (client.agent().check(), client.agent().service());
    let register = checks.register("alive", Check::ttl(HOUR));
    register.clone().await.unwrap();
    services.register("web").await.unwrap();
    checks.pass("alive").await.unwrap();

    agent.restart();
    for error in reports(&checks, "alive").await {
        assert_eq!(kind(&error), ApiErrorKind::UnknownCheck);
    }
    assert_eq!(checks.get("alive").await.unwrap(), None);
    assert_eq!(services.get("web").await.unwrap(), None);

    register.await.unwrap();
    checks.pass("alive").await.unwrap();
    assert_eq!(checks.get("alive").await.unwrap().unwrap().status, Status::Passing);
}
