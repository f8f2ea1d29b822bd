//! Registering in the catalog: nodes, services and checks, alone and together.

use std::time::Duration;

use consul_client::catalog::{CheckRegistration, NodeRegistration, ServiceRegistration};
use consul_client::health::{CheckType, HealthCheckDefinition, Status};
use consul_client::proto::catalog::{
    ConnectProxyConfig, Locality, ServiceAddress, ServiceKind, ServicePort, Weights,
};
use consul_client::{ApiErrorKind, ErrorKind};
use consul_tests::{require, shared_agent, unique};

use crate::clients::client;

#[tokio::test]
async fn catalog_register_node() {
    let (catalog, name) = (client().catalog(), unique("register-node"));
    let id = "6fbd0c9a-4f0b-4a55-9a53-0f2c7d3f9b01";
    let node = NodeRegistration {
        id: Some(id.to_owned()),
        tagged_addresses: [("wan".to_owned(), "198.51.100.1".to_owned())].into(),
        ..NodeRegistration::new(&name, "192.0.2.1")
    };
    assert!(catalog.register(node).node_meta("zone", "a").await.unwrap());
    let entry = catalog.node(&name).await.unwrap().unwrap();
    assert_eq!((entry.node.id.as_str(), entry.node.address.as_str()), (id, "192.0.2.1"));
    assert_eq!((entry.node.meta["zone"].as_str(), entry.services.len()), ("a", 0));
    assert_eq!(entry.node.tagged_addresses["wan"], "198.51.100.1");

    // What was read changes nothing, whatever comes along; another address does.
    catalog.register(&entry.node).service("web").await.unwrap();
    assert_eq!(catalog.node(&name).await.unwrap().unwrap().node, entry.node);
    catalog.register(name.as_str()).skip_node_update().address("192.0.2.2").await.unwrap();
    assert_eq!(catalog.node(&name).await.unwrap().unwrap().node, entry.node);
    catalog.register(name.as_str()).address("192.0.2.2").await.unwrap();
    assert_eq!(catalog.node(&name).await.unwrap().unwrap().node.address, "192.0.2.2");
    catalog.deregister_node(&name).await.unwrap();
}

/// All that 1.8 knows of a service.
fn full(name: &str) -> ServiceRegistration {
    ServiceRegistration {
        id: Some(format!("{name}-1")),
        tags: vec!["primary".to_owned()],
        address: Some("192.0.2.2".to_owned()),
        tagged_addresses: [("wan".to_owned(), ServiceAddress::new("198.51.100.2", 81))].into(),
        port: Some(80),
        meta: [("ver".to_owned(), "4".to_owned())].into(),
        weights: Some(Weights { passing: 10, warning: 2 }),
        enable_tag_override: true,
        connect_native: true,
        ..ServiceRegistration::new(name)
    }
}

#[tokio::test]
async fn catalog_register_service() {
    let (catalog, node, name) = (client().catalog(), unique("register-service"), unique("full"));
    let service = full(&name);
    assert!(catalog.register(node.as_str()).address("192.0.2.1").service(service.clone()).await.unwrap());
    let entry = catalog.node(&node).await.unwrap().unwrap();
    let read = &entry.services[&format!("{name}-1")];
    assert_eq!(ServiceRegistration::from(read), service);
    assert_eq!((read.name.as_str(), read.address.as_str(), read.port), (name.as_str(), "192.0.2.2", 80));

    // On a node that stays as it is, under the service's own name.
    catalog.register(node.as_str()).skip_node_update().service("plain").await.unwrap();
    let entry = catalog.node(&node).await.unwrap().unwrap();
    assert_eq!(entry.services["plain"].weights, Weights::default());
    // A registration replaces the whole instance.
    let less = ServiceRegistration { id: service.id, ..ServiceRegistration::new(&name) };
    catalog.register(&entry.node).service(less).await.unwrap();
    let read = catalog.node(&node).await.unwrap().unwrap().services.remove(&format!("{name}-1")).unwrap();
    assert!(read.tags.is_empty() && read.meta.is_empty() && !read.connect.native);
    catalog.deregister_node(&node).await.unwrap();
}

#[tokio::test]
async fn catalog_register_check() {
    let (client, node) = (client(), unique("register-check"));
    let catalog = client.catalog();
    let definition = HealthCheckDefinition {
        http: "http://192.0.2.1/health".to_owned(),
        header: [("X-A".to_owned(), vec!["b".to_owned()])].into(),
        interval: Duration::from_secs(10),
        timeout: Duration::from_millis(1500),
        ttl: Duration::from_secs(9),
        deregister_critical_service_after: Duration::from_secs(5400),
        output_max_size: 5,
        ..HealthCheckDefinition::default()
    };
    let check = CheckRegistration {
        id: Some("answers".to_owned()),
        status: Some(Status::Warning),
        notes: Some("asked from outside".to_owned()),
        output: Some("slow".to_owned()),
        check_type: CheckType::Http,
        definition,
        ..CheckRegistration::new("It answers")
    };
    let register = catalog.register(node.as_str()).address("192.0.2.1").check(check.clone());
    assert!(register.check("bare").await.unwrap());
    let checks = client.health().node(&node).await.unwrap();
    assert_eq!(checks.len(), 2);
    assert_eq!(CheckRegistration::from(&checks[0]), check);
    assert_eq!((checks[1].id.as_str(), &checks[1].status), ("bare", &Status::Critical));

    // A result is told by registering the check anew.
    let result = CheckRegistration { status: Some(Status::Passing), ..CheckRegistration::from(&checks[1]) };
    catalog.register(node.as_str()).skip_node_update().check(result).await.unwrap();
    assert_eq!(client.health().node(&node).await.unwrap()[1].status, Status::Passing);
    catalog.deregister_node(&node).await.unwrap();
}

#[tokio::test]
async fn catalog_register() {
    let (client, node, name) = (client(), unique("register"), unique("together"));
    let check = CheckRegistration {
        service_id: Some(name.clone()),
        status: Some(Status::Passing),
        ..CheckRegistration::new("alive")
    };
    let register = client.catalog().register(NodeRegistration::new(&node, "192.0.2.1"));
    assert!(register.service(name.as_str()).check(check).check("power").await.unwrap());
    let found = client.health().service(&name).await.unwrap();
    assert_eq!((found.len(), found[0].node.name.as_str()), (1, node.as_str()));
    let mut checks: Vec<_> = found[0].checks.iter().map(|check| (&*check.id, &*check.service_id)).collect();
    checks.sort_unstable();
    assert_eq!(checks, [("alive", name.as_str()), ("power", "")]);
    assert_eq!(found[0].status(), Status::Critical);
    client.catalog().deregister_node(&node).await.unwrap();
}

#[tokio::test]
async fn all_is_registered_or_nothing() {
    let (catalog, node) = (client().catalog(), unique("nothing"));
    let orphan =
        CheckRegistration { service_id: Some("not there".to_owned()), ..CheckRegistration::new("orphan") };
    let register = catalog.register(node.as_str()).address("192.0.2.1").service("web");
    let error = register.check(orphan).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::UnknownService));
    assert_eq!(catalog.node(&node).await.unwrap(), None);
}

#[tokio::test]
async fn what_every_server_would_refuse_or_misread_is_not_sent() {
    let (catalog, node) = (client().catalog(), unique("refused"));
    let at = || catalog.register(NodeRegistration::new(&node, "192.0.2.1"));
    let proxy = ServiceRegistration { kind: ServiceKind::ConnectProxy, ..ServiceRegistration::new("proxy") };
    let odd = CheckRegistration { status: Some("odd".into()), ..CheckRegistration::new("c") };
    for register in [
        catalog.register(node.as_str()),
        catalog.register("").address("192.0.2.1"),
        at().service(""),
        at().service(ServiceRegistration { address: Some("::".to_owned()), ..ServiceRegistration::new("w") }),
        at().service(proxy),
        at().check(""),
        at().check(odd),
    ] {
        let error = register.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request, "{error:?}");
    }
    assert_eq!(catalog.node(&node).await.unwrap(), None);
}

#[tokio::test]
async fn a_proxy_keeps_its_configuration() {
    let (catalog, node, name) = (client().catalog(), unique("proxied"), unique("web"));
    let proxy = ConnectProxyConfig {
        destination_service_name: name.clone(),
        destination_service_id: name.clone(),
        config: [("protocol".to_owned(), "http".into())].into(),
        ..ConnectProxyConfig::default()
    };
    let service = ServiceRegistration {
        kind: ServiceKind::ConnectProxy,
        id: Some("proxy".to_owned()),
        port: Some(20000),
        proxy: Some(proxy),
        weights: Some(Weights::default()),
        ..ServiceRegistration::new(format!("{name}-proxy"))
    };
    catalog.register(node.as_str()).address("192.0.2.1").service(service.clone()).await.unwrap();
    let read = catalog.node(&node).await.unwrap().unwrap().services.remove("proxy").unwrap();
    assert_eq!(ServiceRegistration::from(&read), service);
    catalog.deregister_node(&node).await.unwrap();
}

#[tokio::test]
async fn a_locality_is_kept() {
    require!(shared_agent().since(1, 16), "localities came with 1.16");
    let (catalog, node) = (client().catalog(), unique("locality"));
    let locality = Some(Locality { region: "r".to_owned(), zone: "z".to_owned() });
    let service = ServiceRegistration { locality: locality.clone(), ..ServiceRegistration::new("web") };
    let here = NodeRegistration { locality: locality.clone(), ..NodeRegistration::new(&node, "192.0.2.1") };
    catalog.register(here).service(service).await.unwrap();
    let entry = catalog.node(&node).await.unwrap().unwrap();
    assert_eq!((&entry.node.locality, &entry.services["web"].locality), (&locality, &locality));
    catalog.deregister_node(&node).await.unwrap();
}

#[tokio::test]
async fn several_ports_are_kept() {
    require!(shared_agent().since(1, 22), "several ports came with 1.22");
    let (catalog, node) = (client().catalog(), unique("ports"));
    let port = |name: &str, port, default| ServicePort { name: name.to_owned(), port, default };
    let ports = vec![port("http", 80, true), port("admin", 81, false)];
    let service = ServiceRegistration {
        ports: ports.clone(),
        id: Some("web".to_owned()),
        weights: Some(Weights::default()),
        ..ServiceRegistration::new("web")
    };
    catalog.register(node.as_str()).address("192.0.2.1").service(service.clone()).await.unwrap();
    let entry = catalog.node(&node).await.unwrap().unwrap();
    assert_eq!(entry.services["web"].ports, ports);
    assert_eq!(ServiceRegistration::from(&entry.services["web"]), service);
    catalog.deregister_node(&node).await.unwrap();
}
