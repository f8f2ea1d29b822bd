//! Deregistering nodes, services and checks.

use consul_client::catalog::{CheckId, CheckRegistration, HealthCheck, ServiceId};
use consul_client::{Client, ErrorKind};
use consul_tests::unique;

use crate::clients::client;

/// Registers a node with the services `web` and `db`, a check of `web`, and a check of the node.
async fn node(client: &Client, name: &str) -> String {
    let (catalog, node) = (client.catalog(), unique(name));
    let alive = CheckRegistration::new("alive").service_id("web");
    let register = catalog.register(node.as_str()).address("192.0.2.1").service("web");
    register.check(alive).check("power").await.unwrap();
    catalog.register(node.as_str()).skip_node_update().service("db").await.unwrap();
    node
}

/// Returns the ids of the services and checks on a node.
async fn on(client: &Client, node: &str) -> Option<(Vec<ServiceId>, Vec<CheckId>)> {
    let entry = client.catalog().node(node).await.unwrap()?;
    let checks = client.health().node(&entry.node).await.unwrap();
    let mut checks: Vec<_> = checks.into_iter().map(|check: HealthCheck| check.id).collect();
    checks.sort_unstable();
    Some((entry.services.into_keys().collect(), checks))
}

fn ids<const S: usize, const C: usize>(
    services: [&str; S],
    checks: [&str; C],
) -> Option<(Vec<ServiceId>, Vec<CheckId>)> {
    Some((services.map(ServiceId::from).into(), checks.map(CheckId::from).into()))
}

#[tokio::test]
async fn node_is_deregistered() {
    let client = client();
    let (node, other) = (node(&client, "leaves").await, node(&client, "stays").await);
    assert_eq!(on(&client, &node).await, ids(["db", "web"], ["alive", "power"]));
    let read = client.catalog().node(&node).await.unwrap().unwrap().node;
    client.catalog().deregister_node(&read).await.unwrap();
    assert_eq!(on(&client, &node).await, None);
    assert!(client.health().node(&node).await.unwrap().is_empty());
    client.catalog().deregister_node(&node).await.expect("a missing node is no error");
    assert_eq!(on(&client, &other).await, ids(["db", "web"], ["alive", "power"]));
    client.catalog().deregister_node(&other).await.unwrap();
}

#[tokio::test]
async fn service_is_deregistered() {
    let client = client();
    let (catalog, node) = (client.catalog(), node(&client, "without-web").await);
    let entry = catalog.node(&node).await.unwrap().unwrap();
    // The check of the service is deregistered too.
    catalog.deregister_service(&entry.node, &entry.services["web"]).await.unwrap();
    assert_eq!(on(&client, &node).await, ids(["db"], ["power"]));
    catalog.deregister_service(&node, "db").await.unwrap();
    catalog.deregister_service(&node, "db").await.expect("a missing service is no error");
    assert_eq!(on(&client, &node).await, ids([], ["power"]));
    catalog.deregister_node(&node).await.unwrap();
}

#[tokio::test]
async fn check_is_deregistered() {
    let client = client();
    let (catalog, node) = (client.catalog(), node(&client, "without-checks").await);
    let checks = client.health().checks("web").filter(format!("Node == \"{node}\"")).await.unwrap();
    catalog.deregister_check(&node, &checks[0]).await.unwrap();
    assert_eq!(on(&client, &node).await, ids(["db", "web"], ["power"]));
    catalog.deregister_check(&node, "power").await.unwrap();
    catalog.deregister_check(&node, "power").await.expect("a missing check is no error");
    assert_eq!(on(&client, &node).await, ids(["db", "web"], []));
    catalog.deregister_node(&node).await.unwrap();
}

/// Servers would deregister the node if the ID is empty.
#[tokio::test]
async fn empty_id_does_not_deregister_the_node() {
    let client = client();
    let (catalog, node) = (client.catalog(), node(&client, "spared").await);
    for error in [
        catalog.deregister_service(&node, "").await.unwrap_err(),
        catalog.deregister_check(&node, "").await.unwrap_err(),
        catalog.deregister_node("").await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Request);
    }
    assert_eq!(on(&client, &node).await, ids(["db", "web"], ["alive", "power"]));
    catalog.deregister_node(&node).await.unwrap();
}
