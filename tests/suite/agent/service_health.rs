//! The health of services at a real agent.

use std::time::Duration;

use consul_client::ErrorKind;
use consul_client::agent::Check;
use consul_client::agent::check::Status;
use consul_client::agent::service::Definition;
use consul_tests::{Agent, unique};

use crate::clients::{client, client_of};

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn health_by_id_and_by_name_report_status_and_checks() {
    let (agent, name) = (client().agent(), unique("graded"));
    let services = agent.service();
    let ids = [1, 2].map(|number| format!("{name}-{number}"));
    for id in &ids {
        let ttl = Check::ttl(HOUR).status(Status::Passing);
        services.register(Definition::new(&name).id(id).check(ttl)).await.unwrap();
    }
    let is = async || services.health_by_id(&ids[0]).await.unwrap().unwrap().status;
    let check = format!("service:{}", ids[0]);
    assert_eq!(is().await, Status::Passing);
    for (word, status) in [("warning", Status::Warning), ("critical", Status::Critical)] {
        agent.check().mark(&check, word).output("o").await.unwrap();
        assert_eq!(is().await, status);
        let mut all = services.health_by_name(&name).await.unwrap();
        all.sort_by(|a, b| a.service.id.cmp(&b.service.id));
        let seen: Vec<_> = all.iter().map(|health| (health.service.id.as_str(), &health.status)).collect();
        assert_eq!(seen, [(ids[0].as_str(), &status), (ids[1].as_str(), &Status::Passing)]);
        assert!(all[0].checks.iter().any(|found| found.id == check.as_str() && found.output == "o"));
    }
    services.enable_maintenance(&ids[0]).await.unwrap();
    assert_eq!(is().await, Status::Maintenance);
    for id in &ids {
        services.deregister(id).await.unwrap();
    }
}

#[tokio::test]
async fn missing_service_has_no_health() {
    let (services, nobody) = (client().agent().service(), unique("nobody"));
    assert_eq!(services.health_by_id(&nobody).await.unwrap(), None);
    assert_eq!(services.health_by_name(&nobody).await.unwrap(), []);
    for odd in ["", "..", "a//b"] {
        assert_eq!(services.health_by_id(odd).await.unwrap_err().kind(), ErrorKind::Request);
        assert_eq!(services.health_by_name(odd).await.unwrap_err().kind(), ErrorKind::Request);
    }
}

#[tokio::test]
async fn service_that_may_not_be_read_is_an_error() {
    let agent = Agent::builder().acl().start();
    client_of(&agent).agent().service().register("web").await.unwrap();
    let services = client_of(&agent).without_token().agent().service();
    assert!(services.health_by_id("web").await.unwrap_err().is_permission_denied());
    assert!(services.health_by_name("web").await.unwrap_err().is_permission_denied());
    assert!(services.get("web").await.unwrap_err().is_permission_denied());
    assert!(services.list().await.unwrap().is_empty(), "a list without it");
}
