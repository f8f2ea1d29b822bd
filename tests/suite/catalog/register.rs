//! Registering nodes, services and checks in the catalog.

use std::time::Duration;

use consul_client::catalog::{
    CheckRegistration, CheckType, ConnectProxyConfig, HealthCheckDefinition, Locality, NodeRegistration,
    ServiceAddress, ServiceKind, ServicePort, ServiceRegistration, Status, Upstream, Weights,
};
use consul_client::{ApiErrorKind, ErrorKind};
use consul_tests::{require, shared_agent, unique};
use serde_json::json;

use crate::clients::client;

#[tokio::test]
async fn node_is_registered() {
    let (catalog, name) = (client().catalog(), unique("register-node"));
    let id = "6fbd0c9a-4f0b-4a55-9a53-0f2c7d3f9b01";
    let node = NodeRegistration::new(&name, "192.0.2.1").id(id).tagged_address("wan", "198.51.100.1");
    catalog.register(node).node_meta("zone", "a").await.unwrap();
    let entry = catalog.node(&name).await.unwrap().unwrap();
    assert_eq!((entry.node.id.as_str(), entry.node.address.as_str()), (id, "192.0.2.1"));
    assert_eq!((entry.node.meta["zone"].as_str(), entry.services.len()), ("a", 0));
    assert_eq!(entry.node.tagged_addresses["wan"], "198.51.100.1");

    // Registering a node of a response does not change it, not even its index. Another address does.
    catalog.register(&entry.node).service("web").await.unwrap();
    assert_eq!(catalog.node(&name).await.unwrap().unwrap().node, entry.node);
    catalog.register(name.as_str()).skip_node_update().address("192.0.2.2").await.unwrap();
    assert_eq!(catalog.node(&name).await.unwrap().unwrap().node, entry.node);
    catalog.register(name.as_str()).address("192.0.2.2").await.unwrap();
    assert_eq!(catalog.node(&name).await.unwrap().unwrap().node.address, "192.0.2.2");
    catalog.deregister_node(&name).await.unwrap();
}

/// A service with all fields of Consul 1.8.
fn full(name: &str) -> ServiceRegistration {
    ServiceRegistration::new(name)
        .id(format!("{name}-1"))
        .tag("primary")
        .address("192.0.2.2")
        .tagged_address("wan", ServiceAddress::new("198.51.100.2", 81))
        .port(80)
        .meta("ver", "4")
        .weights(Weights::new(10, 2))
        .enable_tag_override()
        .connect_native()
}

#[tokio::test]
async fn service_is_registered() {
    let (catalog, node, name) = (client().catalog(), unique("register-service"), unique("full"));
    let (service, id) = (full(&name), format!("{name}-1"));
    catalog.register(node.as_str()).address("192.0.2.1").service(service.clone()).await.unwrap();
    let entry = catalog.node(&node).await.unwrap().unwrap();
    let read = &entry.services[id.as_str()];
    assert_eq!(ServiceRegistration::from(read), service);
    assert_eq!((read.name.as_str(), read.address.as_str(), read.port), (name.as_str(), "192.0.2.2", 80));

    // An instance without an id has the name of its service.
    catalog.register(node.as_str()).skip_node_update().service("plain").await.unwrap();
    let entry = catalog.node(&node).await.unwrap().unwrap();
    assert_eq!(entry.services["plain"].weights, Weights::default());
    // A registration replaces the complete instance.
    let less = ServiceRegistration::new(&name).id(&id);
    catalog.register(&entry.node).service(less).await.unwrap();
    let read = catalog.node(&node).await.unwrap().unwrap().services.remove(id.as_str()).unwrap();
    assert!(read.tags.is_empty() && read.meta.is_empty() && !read.connect.native);
    catalog.deregister_node(&node).await.unwrap();
}

#[tokio::test]
async fn check_is_registered() {
    let (client, node) = (client(), unique("register-check"));
    let catalog = client.catalog();
    let definition = HealthCheckDefinition::new()
        .http("http://192.0.2.1/health")
        .header("X-A", "b")
        .interval(Duration::from_secs(10))
        .timeout(Duration::from_millis(1500))
        .ttl(Duration::from_secs(9))
        .deregister_critical_service_after(Duration::from_secs(5400))
        .output_max_size(5);
    let check = CheckRegistration::new("It responds")
        .id("responds")
        .status(Status::Warning)
        .notes("requested from outside")
        .output("slow")
        .check_type(CheckType::Http)
        .definition(definition);
    catalog.register(node.as_str()).address("192.0.2.1").check(check.clone()).check("bare").await.unwrap();
    let mut checks = client.health().node(&node).await.unwrap();
    checks.sort_by(|a, b| b.id.cmp(&a.id));
    assert_eq!(checks.len(), 2);
    assert_eq!(CheckRegistration::from(&checks[0]), check);
    assert_eq!((checks[1].id.as_str(), &checks[1].status), ("bare", &Status::Critical));

    // A result is reported by registering the check again.
    let result = CheckRegistration::from(&checks[1]).status(Status::Passing);
    catalog.register(node.as_str()).skip_node_update().check(result).await.unwrap();
    let bare = client.health().node(&node).filter("CheckID == \"bare\"").await.unwrap();
    assert_eq!(bare[0].status, Status::Passing);
    catalog.deregister_node(&node).await.unwrap();
}

#[tokio::test]
async fn node_service_and_check_are_registered_together() {
    let (client, node, name) = (client(), unique("register"), unique("together"));
    let check = CheckRegistration::new("alive").service_id(&name).status(Status::Passing);
    let register = client.catalog().register(NodeRegistration::new(&node, "192.0.2.1"));
    register.service(name.as_str()).check(check).check("power").await.unwrap();
    let found = client.health().service(&name).await.unwrap();
    assert_eq!((found.len(), found[0].node.name.as_str()), (1, node.as_str()));
    let mut checks: Vec<_> =
        found[0].checks.iter().map(|check| (check.id.as_str(), check.service_id.as_str())).collect();
    checks.sort_unstable();
    assert_eq!(checks, [("alive", name.as_str()), ("power", "")]);
    assert_eq!(found[0].status(), Status::Critical);
    client.catalog().deregister_node(&node).await.unwrap();
}

#[tokio::test]
async fn registration_is_atomic() {
    let (catalog, node) = (client().catalog(), unique("nothing"));
    let orphan = CheckRegistration::new("orphan").service_id("not there");
    let register = catalog.register(node.as_str()).address("192.0.2.1").service("web");
    let error = register.check(orphan).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::UnknownService));
    assert_eq!(catalog.node(&node).await.unwrap(), None);
}

#[tokio::test]
async fn registrations_that_every_server_rejects_are_not_sent() {
    let (catalog, node) = (client().catalog(), unique("rejected"));
    let at = || catalog.register(NodeRegistration::new(&node, "192.0.2.1"));
    let web = || ServiceRegistration::new("web");
    for register in [
        catalog.register(node.as_str()),
        catalog.register("").address("192.0.2.1"),
        catalog.register("a\u{200b}").address("192.0.2.1"),
        at().service(""),
        at().service("web\n"),
        at().service(web().id("a//b")),
        at().service(web().address("::")),
        at().service(web().kind(ServiceKind::ConnectProxy)),
        at().service(web().proxy(ConnectProxyConfig::new().config("a", json!({"b": [null]})))),
        at().check(""),
        at().check(CheckRegistration::new("c").id("..")),
        at().check(CheckRegistration::new("c").status("odd".into())),
    ] {
        let error = register.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request, "{error:?}");
    }
    assert_eq!(catalog.node(&node).await.unwrap(), None);
}

/// Registers an object of a response without changes. The object, including its indexes, must not change.
#[tokio::test]
async fn objects_that_were_read_are_registered_without_loss() {
    let (client, node, name) = (client(), unique("lossless"), unique("kept"));
    let (catalog, agent) = (client.catalog(), shared_agent());
    let interval = Duration::from_secs(10);
    let mut check = CheckRegistration::new("alive")
        .service_id("proxy")
        .status(Status::Warning)
        .notes("n")
        .output("o")
        .check_type(CheckType::Grpc)
        .definition(HealthCheckDefinition::new().grpc("192.0.2.1:1").grpc_use_tls().interval(interval));
    if agent.since(1, 11) {
        check = check.interval(interval).timeout(Duration::from_millis(1500)).exposed_port(21500);
    }
    let config = ConnectProxyConfig::new()
        .destination_service_name(&name)
        .destination_service_id(&name)
        .local_service_port(80)
        .config("protocol", "http")
        .upstream(Upstream::new("db", 9191).config("a", json!({"b": "c"})));
    let service = ServiceRegistration::new(format!("{name}-proxy"))
        .id("proxy")
        .kind(ServiceKind::ConnectProxy)
        .tags(["a", "b"])
        .port(20000)
        .meta("k", "v")
        .proxy(config);
    let register = catalog.register(NodeRegistration::new(&node, "192.0.2.1").meta("zone", "a"));
    register.service(service).check(check.clone()).await.unwrap();

    let entry = catalog.node(&node).await.unwrap().unwrap();
    let checks = client.health().node(&node).await.unwrap();
    assert_eq!(checks[0].service_tags, ["a", "b"]);
    let read = CheckRegistration::from(&checks[0]);
    let named = check.id("alive").service_name(format!("{name}-proxy")).service_tags(["a", "b"]);
    assert_eq!(read, named);

    let again = catalog.register(&entry.node).service(&entry.services["proxy"]).check(&checks[0]);
    again.await.unwrap();
    assert_eq!(catalog.node(&node).await.unwrap().unwrap(), entry);
    assert_eq!(client.health().node(&node).await.unwrap(), checks);

    let passing = catalog.register(&entry.node).check(read.status(Status::Passing));
    passing.await.unwrap();
    let mut after = client.health().node(&node).await.unwrap().remove(0);
    assert_eq!(after.status, Status::Passing);
    (after.status, after.modify_index) = (checks[0].status.clone(), checks[0].modify_index);
    assert_eq!(after, checks[0]);
    catalog.deregister_node(&node).await.unwrap();
}

/// Models of responses serialize to the JSON of the server, and decode to the same value.
#[tokio::test]
async fn objects_that_were_read_are_serialized_without_loss() {
    let (client, node, name) = (client(), unique("serialized"), unique("web"));
    let catalog = client.catalog();
    let check = CheckRegistration::new("alive").service_id(format!("{name}-1"));
    catalog.register(node.as_str()).address("192.0.2.1").service(full(&name)).check(check).await.unwrap();
    let entries = client.health().service(&name).await.unwrap();
    let json = serde_json::to_value(&entries).unwrap();
    assert_eq!(json[0]["Service"]["Service"], *name);
    assert_eq!(json[0]["Checks"][0]["CheckID"], "alive");
    assert_eq!(serde_json::from_value::<Vec<consul_client::health::ServiceEntry>>(json).unwrap(), entries);
    let instances = catalog.service(&name).await.unwrap();
    let json = serde_json::to_value(&instances).unwrap();
    assert_eq!(json[0]["ServiceTags"], json!(["primary"]));
    assert_eq!(
        serde_json::from_value::<Vec<consul_client::catalog::CatalogService>>(json).unwrap(),
        instances
    );
    catalog.deregister_node(&node).await.unwrap();
}

#[tokio::test]
async fn names_with_slashes_are_found_again() {
    let (client, node, name) = (client(), unique("rack/7"), unique("team/web"));
    let (catalog, health) = (client.catalog(), client.health());
    let service = ServiceRegistration::new(&name).id(format!("{name}/1"));
    let check = CheckRegistration::new("c").id("chk/1").service_id(format!("{name}/1"));
    catalog.register(node.as_str()).address("192.0.2.1").service(service).check(check).await.unwrap();

    let entry = catalog.node(&node).await.unwrap().unwrap();
    assert_eq!(entry.services[format!("{name}/1").as_str()].name, name);
    assert_eq!(catalog.node_services(&node).await.unwrap().unwrap().services.len(), 1);
    assert_eq!(catalog.service(&name).await.unwrap()[0].node, node);
    assert_eq!(health.service(&name).await.unwrap()[0].checks[0].id, "chk/1");
    assert_eq!(health.checks(&name).await.unwrap()[0].id, "chk/1");
    assert_eq!(health.node(&node).await.unwrap()[0].id, "chk/1");
    assert!(catalog.connect(&name).await.unwrap().is_empty());
    assert!(health.connect(&name).await.unwrap().is_empty());
    assert!(health.ingress(&name).await.unwrap().is_empty());
    assert!(catalog.gateway_services(&name).await.unwrap().is_empty());

    catalog.deregister_check(&node, "chk/1").await.unwrap();
    catalog.deregister_service(&node, format!("{name}/1")).await.unwrap();
    catalog.deregister_node(&node).await.unwrap();
    assert_eq!(catalog.node(&node).await.unwrap(), None);
}

#[tokio::test]
async fn proxy_keeps_its_configuration() {
    let (catalog, node, name) = (client().catalog(), unique("proxied"), unique("web"));
    let config = ConnectProxyConfig::new()
        .destination_service_name(&name)
        .destination_service_id(&name)
        .config("protocol", "http");
    let service = ServiceRegistration::new(format!("{name}-proxy"))
        .kind(ServiceKind::ConnectProxy)
        .id("proxy")
        .port(20000)
        .proxy(config)
        .weights(Weights::default());
    catalog.register(node.as_str()).address("192.0.2.1").service(service.clone()).await.unwrap();
    let read = catalog.node(&node).await.unwrap().unwrap().services.remove("proxy").unwrap();
    assert_eq!(ServiceRegistration::from(&read), service);
    catalog.deregister_node(&node).await.unwrap();
}

#[tokio::test]
async fn locality_is_kept() {
    require!(shared_agent().since(1, 16), "localities came with 1.16");
    let (catalog, node) = (client().catalog(), unique("locality"));
    let locality = Locality::new("r").zone("z");
    let service = ServiceRegistration::new("web").locality(locality.clone());
    let here = NodeRegistration::new(&node, "192.0.2.1").locality(locality.clone());
    catalog.register(here).service(service).await.unwrap();
    let entry = catalog.node(&node).await.unwrap().unwrap();
    let locality = Some(locality);
    assert_eq!((&entry.node.locality, &entry.services["web"].locality), (&locality, &locality));
    catalog.deregister_node(&node).await.unwrap();
}

#[tokio::test]
async fn several_ports_are_kept() {
    require!(shared_agent().since(1, 22), "several ports came with 1.22");
    let (catalog, node) = (client().catalog(), unique("ports"));
    let ports = [ServicePort::new("http", 80).default_port(), ServicePort::new("admin", 81)];
    let [http, admin] = ports.clone();
    let service = ServiceRegistration::new("web").id("web").add_port(http).add_port(admin);
    let service = service.weights(Weights::default());
    catalog.register(node.as_str()).address("192.0.2.1").service(service.clone()).await.unwrap();
    let entry = catalog.node(&node).await.unwrap().unwrap();
    assert_eq!(entry.services["web"].ports, ports);
    assert_eq!(ServiceRegistration::from(&entry.services["web"]), service);
    catalog.deregister_node(&node).await.unwrap();
}
