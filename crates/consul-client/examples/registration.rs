//! Registration of checks and services, their health, and maintenance mode of a node.
//!
//! ```sh
//! CONSUL_HTTP_ADDR=127.0.0.1:8500 cargo run -p consul-client --example registration
//! ```
//!
//! Deletes everything that it creates.

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::time::Duration;

use consul_client::Client;
use consul_client::agent::Check;
use consul_client::agent::service::Definition;
use consul_client::health::Status;

type Failure = Box<dyn std::error::Error>;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let client = Client::from_env()?;
    let agent = client.agent();
    let this = agent.read_self().await?;
    println!("{} runs Consul {} in {}", this.config.node_name, this.config.version, this.config.datacenter);
    // The complete configuration differs between versions.
    println!("it was started with {} settings", this.debug_config.len());
    println!(
        "and has {} checks, {} services",
        agent.check().list().await?.len(),
        agent.service().list().await?.len()
    );

    node_maintenance(&client).await?;
    check(&client).await?;
    service(&client).await?;
    health(&client, this.config.node_name.as_str()).await?;
    Ok(())
}

async fn node_maintenance(client: &Client) -> Result<(), Failure> {
    let agent = client.agent();
    // Maintenance mode is a critical check of the node, so all of its services are critical.
    agent.enable_maintenance().reason("new disk").await?;
    let check = agent.check().get("_node_maintenance").await?.ok_or("no check of maintenance")?;
    println!("the node is in maintenance mode: {}, {:?}", check.status, check.notes);
    assert_eq!((check.status, check.notes.as_str()), (Status::Critical, "new disk"));
    agent.disable_maintenance().await?;
    assert_eq!(agent.check().get("_node_maintenance").await?, None);
    Ok(())
}

async fn check(client: &Client) -> Result<(), Failure> {
    let checks = client.agent().check();
    // Without an id, the name is the id.
    checks.register("example-backup", Check::ttl(MINUTE)).await?;
    let backup = checks.get("example-backup").await?.ok_or("the check is not there")?;
    println!("{} is {} until it reports", backup.name, backup.status);
    assert_eq!(backup.status, Status::Critical);

    // A check converts to its id.
    checks.pass(&backup).note("7 of 7").await?;
    let backup = checks.get(&backup).await?.ok_or("the check is gone")?;
    println!("then it is {}: {}", backup.status, backup.output);
    assert_eq!((backup.status.clone(), backup.output.as_str()), (Status::Passing, "7 of 7"));
    checks.warn(&backup).note("6 of 7").await?;
    checks.fail(&backup).note("0 of 7").await?;
    checks.deregister(&backup).await?;

    let forgotten = checks.pass(&backup).await.expect_err("the agent no longer has the check");
    println!("another report: {:?}", forgotten.kind());
    assert!(forgotten.is_not_found());
    Ok(())
}

async fn service(client: &Client) -> Result<(), Failure> {
    let services = client.agent().service();
    let plain = Definition::new("example-plain");
    services.register(&plain).await?;
    // A definition converts to its id too.
    services.enable_maintenance(&plain).reason("new version").await?;
    let health = services.health_by_id(&plain).await?.ok_or("the service is not there")?;
    println!("{} is in {}", health.service.name, health.status);
    assert_eq!(health.status, Status::Maintenance);
    services.disable_maintenance(&plain).await?;
    let health = services.health_by_id(&plain).await?.ok_or("the service is gone")?;
    assert_eq!(health.status, Status::Passing);
    services.deregister(&plain).await?;
    assert_eq!(services.get(&plain).await?, None);
    Ok(())
}

/// The servers know the health of services on all agents.
async fn health(client: &Client, node: &str) -> Result<(), Failure> {
    let (services, health) = (client.agent().service(), client.health());
    let alive = Check::ttl(MINUTE).status(Status::Passing);
    let web = Definition::new("example-web");
    services.register(web.clone().id("example-web-1").port(8080).tag("v1").check(alive)).await?;
    services.register(web.id("example-web-2").port(8081).tag("v2").check(Check::ttl(MINUTE))).await?;

    // An agent copies its services to the catalog with a delay: wait for the next change.
    let both = health.service("example-web");
    let mut found = both.clone().send().await?;
    while found.value.len() < 2 || found.value.iter().any(|instance| instance.checks.len() < 2) {
        let index = found.meta.index.ok_or("no index to wait on")?;
        found = both.clone().block(index, Duration::from_secs(10)).send().await?;
    }

    let tagged = health.service("example-web").tag("v1").await?;
    for instance in &tagged {
        let (service, checks) = (&instance.service, &instance.checks);
        println!(
            "{} at {}:{}, with {} checks",
            service.id,
            instance.address(),
            instance.port(),
            checks.len()
        );
    }
    assert_eq!((tagged.len(), tagged[0].service.id.as_str()), (1, "example-web-1"));
    let passing = health.service("example-web").passing().await?;
    assert_eq!(passing, tagged, "the other one has not reported yet");

    let of_node = health.node(node).await?;
    let of_service = health.checks("example-web").await?;
    let critical = health.state(Status::Critical).await?;
    println!("{} checks of the node, {} of the service", of_node.len(), of_service.len());
    println!("critical: {:?}", critical.iter().map(|check| &check.id).collect::<Vec<_>>());
    assert!(of_node.iter().any(|check| check.id == "serfHealth"));
    assert_eq!(of_service.len(), 2);
    assert!(critical.iter().any(|check| check.service_id == "example-web-2"));

    services.deregister("example-web-1").await?;
    services.deregister("example-web-2").await?;
    Ok(())
}
