//! Services on a real agent, and their health.

use std::time::Duration;

use consul_client::agent::Check;
use consul_client::agent::service::{Definition, Weights};
use consul_client::health::{ServiceEntry, Status};
use consul_client::{Client, ErrorKind};
use consul_tests::unique;

use crate::clients::client;

/// Waits until the instances of the service satisfy `is`. The agent copies them to the catalog with a delay.
async fn until(client: &Client, service: &str, is: impl Fn(&[ServiceEntry]) -> bool) -> Vec<ServiceEntry> {
    let mut found = client.health().service(service).send().await.unwrap();
    while !is(&found.value) {
        let index = found.meta.index.unwrap();
        found = client.health().service(service).block(index, Duration::from_secs(2)).send().await.unwrap();
    }
    found.value
}

fn passing() -> Check {
    Check::ttl(Duration::from_secs(600)).status(Status::Passing)
}

#[tokio::test]
async fn service_is_registered_found_healthy_and_deregistered() {
    let (client, name) = (client(), unique("web"));
    let id = format!("{name}-1");
    let services = client.agent().service();
    let web = Definition::new(&name).id(&id).address("192.0.2.7").port(8080).tag("v1").tag("eu");
    services.register(web.meta("version", "7").check(passing())).await.unwrap();

    let found =
        until(&client, &name, |found| found.iter().any(|entry| entry.status() == Status::Passing)).await;
    let entry = &found[0];
    assert_eq!((entry.service.id.as_str(), entry.address(), entry.port()), (id.as_str(), "192.0.2.7", 8080));
    assert_eq!(entry.service.tags, ["v1", "eu"]);
    assert_eq!(entry.service.meta["version"], "7");

    let health = client.health();
    assert_eq!(health.service(&name).passing().await.unwrap(), found);
    assert_eq!(health.service(&name).tag("v1").tag("eu").await.unwrap().len(), 1);
    assert!(health.service(&name).tag("v1").tag("us").await.unwrap().is_empty());
    assert_eq!(client.catalog().service(&name).tag("eu").await.unwrap()[0].service_id, id);

    services.deregister(&id).await.unwrap();
    until(&client, &name, <[_]>::is_empty).await;
}

#[tokio::test]
async fn service_with_a_check_without_report_is_not_passing() {
    let (client, name) = (client(), unique("silent"));
    client
        .agent()
        .service()
        .register(Definition::new(&name).check(Check::ttl(Duration::from_secs(600))))
        .await
        .unwrap();
    let found = until(&client, &name, |found| !found.is_empty()).await;
    assert_eq!(found[0].status(), Status::Critical);
    assert!(client.health().service(&name).passing().await.unwrap().is_empty());
    client.agent().service().deregister(&name).await.unwrap();
}

#[tokio::test]
async fn unknown_service_has_no_instances_and_an_index() {
    let found = client().health().service(unique("nobody")).send().await.unwrap();
    assert!(found.value.is_empty() && found.meta.index.is_some());
}

#[tokio::test]
async fn values_that_every_agent_rejects_are_not_sent() {
    let services = client().agent().service();
    let odd = [
        services.register(""),
        services.register(Definition::new("web").address("0.0.0.0")),
        services.register(Definition::new("web").check(Check::ttl(Duration::ZERO))),
        services.register(Definition::new("").weights(Weights::default())),
    ];
    for register in odd {
        assert_eq!(register.await.unwrap_err().kind(), ErrorKind::Request);
    }
    for id in ["", "..", "a//b"] {
        assert_eq!(services.deregister(id).await.unwrap_err().kind(), ErrorKind::Request, "{id:?}");
    }
}
