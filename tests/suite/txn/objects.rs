//! Nodes, services and checks in transactions.

use std::time::Duration;

use consul_client::txn::{
    CheckOp, CheckRegistration, CheckType, HealthCheckDefinition, NodeOp, NodeRegistration, OpErrorKind,
    OpObject, Outcome, ServiceKind, ServiceOp, ServiceRegistration, Status, Weights,
};
use consul_tests::{shared_agent, unique};

use crate::clients::client;

/// Returns the only object that the transaction has read or written.
fn only(outcome: Outcome) -> OpObject {
    let mut results = outcome.into_committed().unwrap();
    assert_eq!(results.len(), 1, "{results:?}");
    results.remove(0).object
}

/// Returns the kind of the only error of a transaction that was rolled back.
fn error(outcome: Outcome) -> OpErrorKind {
    let Outcome::RolledBack(rolled_back) = outcome else { panic!("{outcome:?}") };
    assert_eq!(rolled_back.errors.len(), 1, "{rolled_back:?}");
    rolled_back.errors[0].kind()
}

/// Returns an id for a node that no other test uses.
fn node_id(name: &str) -> String {
    let number = name.bytes().fold(0_u64, |number, byte| number.wrapping_mul(31) + u64::from(byte));
    format!("aaaaaaaa-bbbb-cccc-dddd-{:012x}", number & 0xffff_ffff_ffff)
}

#[tokio::test]
async fn nodes_are_written_read_and_deleted() {
    let (client, name) = (client(), unique("txn-node"));
    let txn = || client.txn();
    let id = node_id(&name);
    let node = NodeRegistration::new(&name, "192.0.2.1")
        .id(&id)
        .tagged_address("wan", "192.0.2.2")
        .meta("zone", "a");
    txn().op(NodeOp::cas(node.clone(), 0)).await.unwrap().into_committed().unwrap();
    assert_eq!(error(txn().op(NodeOp::cas(node.clone(), 0)).await.unwrap()), OpErrorKind::Conflict);

    let OpObject::Node(read) = only(txn().op(NodeOp::get(&name)).await.unwrap()) else { panic!() };
    assert_eq!((read.name.as_str(), read.id.as_str(), read.address.as_str()), (&*name, &*id, "192.0.2.1"));
    assert_eq!((read.tagged_addresses["wan"].as_str(), read.meta["zone"].as_str()), ("192.0.2.2", "a"));
    let OpObject::Node(by_id) = only(txn().op(NodeOp::get_by_id(&id)).await.unwrap()) else { panic!() };
    assert_eq!(by_id, read);
    let there = client.catalog().node(&name).await.unwrap().unwrap().node;
    assert_eq!(there, *read, "the catalog has the same node, in its own datacenter");
    assert!(!there.datacenter.is_empty());

    // A node of a response can be written again with the same content.
    txn().op(NodeOp::set(&*read)).await.unwrap().into_committed().unwrap();
    assert_eq!(client.catalog().node(&name).await.unwrap().unwrap().node.meta, read.meta);

    let index = client.catalog().node(&name).await.unwrap().unwrap().node.modify_index;
    let stale = txn().op(NodeOp::delete_cas(&name, index + 1)).await.unwrap();
    assert_eq!(error(stale), OpErrorKind::Conflict);
    txn().op(NodeOp::delete_cas(&name, index)).await.unwrap().into_committed().unwrap();
    assert_eq!(error(txn().op(NodeOp::get(&name)).await.unwrap()), OpErrorKind::NotFound);
    assert!(txn().op(NodeOp::delete(&name)).await.unwrap().is_committed(), "a missing node is no error");
}

#[tokio::test]
async fn services_are_written_read_and_deleted() {
    let (client, node) = (client(), unique("txn-service"));
    let txn = || client.txn();
    let service = ServiceRegistration::new("web")
        .id("web/1")
        .tag("a")
        .address("192.0.2.3")
        .port(80)
        .meta("k", "v")
        .weights(Weights::new(5, 2))
        .enable_tag_override();
    let node_op = NodeOp::set(NodeRegistration::new(&node, "192.0.2.1"));
    let service_op = ServiceOp::cas(&node, service.clone(), 0);
    txn().op(node_op).op(service_op).await.unwrap().into_committed().unwrap();

    let OpObject::Service(read) = only(txn().op(ServiceOp::get(&node, "web/1")).await.unwrap()) else {
        panic!()
    };
    assert_eq!((read.id.as_str(), read.name.as_str(), read.port), ("web/1", "web", 80));
    assert_eq!((&read.tags[..], read.address.as_str()), (&["a".to_owned()][..], "192.0.2.3"));
    assert_eq!((read.meta["k"].as_str(), read.weights), ("v", Weights::new(5, 2)));
    assert!(read.enable_tag_override);
    let there = client.catalog().node(&node).await.unwrap().unwrap().services.remove("web/1").unwrap();
    assert_eq!(there, *read, "the catalog has the same instance");

    // Without weights, servers store 1 for both states; without an id, the name is the id.
    txn().op(ServiceOp::set(&node, "plain")).await.unwrap().into_committed().unwrap();
    let plain = client.catalog().node(&node).await.unwrap().unwrap().services.remove("plain").unwrap();
    assert_eq!(plain.weights, Weights::new(1, 1));

    let gateway = ServiceRegistration::new("gateway").kind(ServiceKind::MeshGateway).port(1);
    txn().op(ServiceOp::set(&node, gateway)).await.unwrap().into_committed().unwrap();
    let gateway = client.catalog().node(&node).await.unwrap().unwrap().services.remove("gateway").unwrap();
    // Servers of 1.8 drop the kind.
    let is_kept = shared_agent().since(1, 14);
    assert_eq!(gateway.kind, if is_kept { ServiceKind::MeshGateway } else { ServiceKind::Typical });

    txn().op(ServiceOp::set(&node, &*read)).await.unwrap().into_committed().unwrap();
    let stale = ServiceOp::delete_cas(&node, &*read, &*read, read.modify_index + 1);
    assert_eq!(error(txn().op(stale).await.unwrap()), OpErrorKind::Conflict);
    txn().op(ServiceOp::delete(&node, &*read, &*read)).await.unwrap().into_committed().unwrap();
    let gone = txn().op(ServiceOp::get(&node, "web/1")).await.unwrap();
    assert_eq!(error(gone), OpErrorKind::NotFound);
    client.catalog().deregister_node(&node).await.unwrap();
}

#[tokio::test]
async fn checks_are_written_read_and_deleted() {
    let (client, node) = (client(), unique("txn-check"));
    let txn = || client.txn();
    let definition = HealthCheckDefinition::new()
        .http("http://192.0.2.1/health")
        .header("x-a", "1")
        .method("HEAD")
        .body("b")
        .tls_skip_verify()
        .interval(Duration::from_secs(10))
        .timeout(Duration::from_millis(1500))
        .deregister_critical_service_after(Duration::from_secs(5400));
    let check = CheckRegistration::new("alive")
        .id("chk/1")
        .status(Status::Warning)
        .notes("n")
        .output("o")
        .service_id("web")
        .service_name("web")
        .check_type(CheckType::Http)
        .definition(definition.clone());
    // Older servers reject unknown fields.
    let exposed_port = if shared_agent().since(1, 10) { 21500 } else { 0 };
    let check = check.exposed_port(exposed_port);
    let register = txn()
        .op(NodeOp::set(NodeRegistration::new(&node, "192.0.2.1")))
        .op(ServiceOp::set(&node, ServiceRegistration::new("web").tag("t")))
        .op(CheckOp::cas(&node, check, 0));
    register.await.unwrap().into_committed().unwrap();

    let OpObject::Check(read) = only(txn().op(CheckOp::get(&node, "chk/1")).await.unwrap()) else { panic!() };
    assert_eq!((read.id.as_str(), read.name.as_str(), &read.status), ("chk/1", "alive", &Status::Warning));
    assert_eq!((read.notes.as_str(), read.output.as_str()), ("n", "o"));
    assert_eq!((read.service_id.as_str(), read.service_name.as_str()), ("web", "web"));
    assert_eq!(read.definition.as_deref(), Some(&definition));
    assert_eq!(read.exposed_port, exposed_port);

    // A check of a response can be written again with another status.
    let passing = CheckRegistration::from(&*read).status(Status::Passing);
    txn().op(CheckOp::cas(&node, passing, read.modify_index)).await.unwrap().into_committed().unwrap();
    let checks = client.health().node(&node).await.unwrap();
    assert_eq!((checks.len(), &checks[0].status), (1, &Status::Passing));
    assert_eq!((&checks[0].check_type, checks[0].exposed_port), (&read.check_type, read.exposed_port));

    // A transaction stores the parts of a definition for HTTP, TCP, gRPC and services of the operating system.
    let other = HealthCheckDefinition::new().grpc("192.0.2.1:1").os_service("x");
    let check = CheckRegistration::new("other").definition(other.clone().udp("192.0.2.1:9"));
    txn().op(CheckOp::set(&node, check)).await.unwrap().into_committed().unwrap();
    let OpObject::Check(read) = only(txn().op(CheckOp::get(&node, "other")).await.unwrap()) else { panic!() };
    assert_eq!(read.definition.as_deref(), shared_agent().since(1, 14).then_some(&other));

    // Without an id, the name is the id; without a status, a check is critical.
    txn().op(CheckOp::set(&node, "power")).await.unwrap().into_committed().unwrap();
    let OpObject::Check(power) = only(txn().op(CheckOp::get(&node, "power")).await.unwrap()) else {
        panic!()
    };
    assert_eq!((power.name.as_str(), &power.status), ("power", &Status::Critical));

    let stale = txn().op(CheckOp::delete_cas(&node, "chk/1", 1)).await.unwrap();
    assert_eq!(error(stale), OpErrorKind::Conflict);
    txn().op(CheckOp::delete(&node, "chk/1")).await.unwrap().into_committed().unwrap();
    assert_eq!(error(txn().op(CheckOp::get(&node, "chk/1")).await.unwrap()), OpErrorKind::NotFound);
    client.catalog().deregister_node(&node).await.unwrap();
}
