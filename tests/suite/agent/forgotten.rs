//! Unknown checks and services, with the same error on all versions.

use std::time::Duration;

use consul_client::agent::Check;
use consul_client::agent::check::{Checks, Status};
use consul_client::{ApiErrorKind, Error};
use consul_tests::{Agent, unique};

use super::kind;
use crate::clients::{client, client_of};

const HOUR: Duration = Duration::from_secs(3600);

/// Returns the errors of all operations that report a status.
async fn reports(checks: &Checks, id: &str) -> [Error; 4] {
    [
        checks.pass(id).await.unwrap_err(),
        checks.warn(id).note("n").await.unwrap_err(),
        checks.fail(id).await.unwrap_err(),
        checks.update(id, Status::Passing).output("o").await.unwrap_err(),
    ]
}

#[tokio::test]
async fn report_to_an_unknown_check_has_its_own_error() {
    for error in reports(&client().agent().check(), &unique("unknown")).await {
        assert_eq!(kind(&error), ApiErrorKind::UnknownCheck);
        assert!(error.is_not_found() && !error.is_retryable() && !error.is_outcome_unknown());
    }
}

#[tokio::test]
async fn report_to_an_unknown_check_has_its_own_error_with_acls() {
    let agent = Agent::builder().acl().start();
    for error in reports(&client_of(&agent).agent().check(), "unknown").await {
        assert_eq!(kind(&error), ApiErrorKind::UnknownCheck);
    }
    let checks = client_of(&agent).agent().check();
    assert_eq!(kind(&checks.deregister("unknown").await.unwrap_err()), ApiErrorKind::UnknownCheck);
    let services = client_of(&agent).agent().service();
    assert_eq!(kind(&services.deregister("unknown").await.unwrap_err()), ApiErrorKind::UnknownService);
    let error = services.enable_maintenance("unknown").await.unwrap_err();
    assert_eq!(kind(&error), ApiErrorKind::UnknownService);
}

#[tokio::test]
async fn report_to_another_kind_of_check_has_the_same_error() {
    let (checks, id) = (client().agent().check(), unique("alias"));
    checks.register(&id, Check::alias(unique("nobody"))).await.unwrap();
    for error in reports(&checks, &id).await {
        // An old agent has the same text for this and for an unknown check.
        assert_eq!(kind(&error), ApiErrorKind::UnknownCheck);
    }
    checks.deregister(&id).await.unwrap();
}

#[tokio::test]
async fn agent_that_has_lost_its_data_accepts_the_registration_again() {
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
