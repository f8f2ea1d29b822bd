//! The service mesh: proxies, native instances and gateways.

use consul_client::catalog::{Catalog, ConnectProxyConfig, ServiceKind, ServiceRegistration};
use consul_client::proto::Method;
use consul_client::{Client, ErrorKind};
use consul_tests::{Agent, require, unique};
use serde_json::json;

use crate::clients::{client, client_of};

/// Registers a node with a service, a proxy of it, and a native instance.
async fn mesh(catalog: &Catalog, node: &str, service: &str) {
    let proxy = ServiceRegistration::new(format!("{service}-proxy"))
        .kind(ServiceKind::ConnectProxy)
        .tag("near")
        .port(20000)
        .proxy(ConnectProxyConfig::new().destination_service_name(service));
    let native = ServiceRegistration::new(service).id(format!("{service}-native")).port(80).connect_native();
    for registration in [ServiceRegistration::new(service), proxy, native] {
        catalog.register(node).address("192.0.2.1").service(registration).await.unwrap();
    }
}

/// Registers an ingress gateway that forwards to the service.
async fn ingress(client: &Client, node: &str, gateway: &str, service: &str) {
    let registration = ServiceRegistration::new(gateway).kind(ServiceKind::IngressGateway).port(8443);
    client.catalog().register(node).address("192.0.2.1").service(registration).await.unwrap();
    let entry = json!({
        "Kind": "ingress-gateway",
        "Name": gateway,
        "Listeners": [{ "Port": 8443, "Protocol": "tcp", "Services": [{ "Name": service }] }],
    });
    let response = client.request(Method::PUT, "/v1/config").json(&entry).unwrap().await.unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn connect_lists_proxies_and_native_instances() {
    let (catalog, node, service) = (client().catalog(), unique("connect"), unique("meshed"));
    mesh(&catalog, &node, &service).await;
    let found = catalog.connect(&service).send().await.unwrap();
    assert!(found.meta.index.is_some());
    let mut ids: Vec<_> = found.value.into_iter().map(|instance| instance.service_id).collect();
    ids.sort_unstable();
    assert_eq!(ids, [format!("{service}-native"), format!("{service}-proxy")]);
    let near = catalog.connect(&service).filter("near in ServiceTags").await.unwrap();
    assert_eq!((near.len(), &near[0].service_kind), (1, &ServiceKind::ConnectProxy));
    assert!(catalog.connect(&service).node_meta("no", "such").await.unwrap().is_empty());
    assert!(catalog.connect(unique("nothing")).await.unwrap().is_empty());
    catalog.deregister_node(&node).await.unwrap();
}

#[tokio::test]
async fn connect_lists_proxies_with_their_checks() {
    let (client, node, service) = (client(), unique("health-connect"), unique("meshed"));
    mesh(&client.catalog(), &node, &service).await;
    let found = client.health().connect(&service).passing().await.unwrap();
    let mut ids: Vec<_> = found.iter().map(|entry| entry.service.id.clone()).collect();
    ids.sort_unstable();
    assert_eq!(ids, [format!("{service}-native"), format!("{service}-proxy")]);
    assert_eq!(found[0].address(), "192.0.2.1");
    client.catalog().register(node.as_str()).skip_node_update().check("power").await.unwrap();
    assert!(client.health().connect(&service).passing().await.unwrap().is_empty());
    assert_eq!(client.health().connect(&service).filter("near in Service.Tags").await.unwrap().len(), 1);
    client.catalog().deregister_node(&node).await.unwrap();
}

/// Uses its own agent, since the configuration entry of the gateway would outlive the test.
#[tokio::test]
async fn ingress_gateway_and_its_services_are_listed() {
    let agent = Agent::builder().start();
    let client = client_of(&agent);
    client.catalog().register("ext").address("192.0.2.1").service("web").await.unwrap();
    assert!(client.catalog().gateway_services("ing").await.unwrap().is_empty());
    assert!(client.health().ingress("web").await.unwrap().is_empty());
    ingress(&client, "ext", "ing", "web").await;

    let services = client.catalog().gateway_services("ing").send().await.unwrap();
    assert!(services.meta.index.is_some());
    let [service] = &services.value[..] else { panic!("{services:?}") };
    assert_eq!((service.gateway.name.as_str(), service.service.name.as_str()), ("ing", "web"));
    assert_eq!((&service.gateway_kind, service.port), (&ServiceKind::IngressGateway, 8443));
    assert_eq!(service.protocol, "tcp");

    let gateways = client.health().ingress("web").passing().await.unwrap();
    assert_eq!((gateways.len(), gateways[0].service.id.as_str(), gateways[0].port()), (1, "ing", 8443));
    let passing = "Checks.Status == \"passing\"";
    assert!(client.health().ingress("web").filter(passing).await.unwrap().is_empty());
}

#[tokio::test]
async fn connect_and_ingress_without_permission_are_errors() {
    let agent = Agent::builder().acl().start();
    let anyone = Client::builder().address(agent.url()).build().unwrap();
    let responses = [anyone.health().connect("web").await, anyone.health().ingress("web").await];
    if !agent.since(1, 16) {
        assert!(responses.into_iter().all(|response| response.unwrap().is_empty()));
        return;
    }
    for response in responses {
        assert!(response.unwrap_err().is_permission_denied());
    }
}

#[tokio::test]
async fn merge_central_config_adds_configuration_entries() {
    let agent = Agent::builder().start();
    require!(agent.since(1, 13), "merge-central-config came with 1.13");
    let client = client_of(&agent);
    mesh(&client.catalog(), "ext", "web").await;
    let entry = json!({ "Kind": "proxy-defaults", "Name": "global", "Config": { "protocol": "http" } });
    client.request(Method::PUT, "/v1/config").json(&entry).unwrap().await.unwrap();
    let list = client.catalog().node_services("ext").merge_central_config().await.unwrap().unwrap();
    let proxy = list.services.iter().find(|service| service.id == "web-proxy").unwrap();
    assert_eq!(proxy.proxy.as_ref().unwrap().config["protocol"], "http");
    for found in [
        client.catalog().connect("web").merge_central_config().filter("near in ServiceTags").await.unwrap(),
        client.catalog().service("web-proxy").merge_central_config().await.unwrap(),
    ] {
        assert_eq!(found[0].service_proxy.as_ref().unwrap().config["protocol"], "http");
    }
    let found = client.health().connect("web").merge_central_config().await.unwrap();
    let proxy = found.iter().find(|entry| entry.service.id == "web-proxy").unwrap();
    assert_eq!(proxy.service.proxy.as_ref().unwrap().config["protocol"], "http");
}

#[tokio::test]
async fn names_that_no_path_can_have_are_rejected() {
    let client = client();
    for name in ["", "a//b", ".."] {
        for kind in [
            client.catalog().connect(name).await.unwrap_err().kind(),
            client.catalog().gateway_services(name).await.unwrap_err().kind(),
            client.health().connect(name).await.unwrap_err().kind(),
            client.health().ingress(name).await.unwrap_err().kind(),
        ] {
            assert_eq!(kind, ErrorKind::Request, "{name:?}");
        }
    }
}
