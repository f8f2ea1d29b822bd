//! Reading nodes and services from the catalog.

use consul_client::catalog::{Catalog, NodeRegistration, ServiceRegistration};
use consul_client::proto::Method;
use consul_client::{Client, ErrorKind};
use consul_tests::{shared_agent, unique};
use serde_json::json;

use crate::clients::{client, client_of};

/// An external node with two instances of a service.
struct Site {
    catalog: Catalog,
    node: String,
    service: String,
}

impl Site {
    async fn new(name: &str) -> Self {
        let (catalog, node, service) = (client().catalog(), unique(name), unique(&format!("{name}-service")));
        for (id, tag) in [("a", "primary"), ("b", "standby")] {
            let instance =
                ServiceRegistration::new(&service).id(format!("{service}-{id}")).tags([tag, "v1"]).port(80);
            let register = catalog.register(node.as_str()).address("192.0.2.1").node_meta("site", &node);
            register.service(instance).await.unwrap();
        }
        Self { catalog, node, service }
    }

    async fn end(self) {
        self.catalog.deregister_node(self.node).await.unwrap();
    }
}

#[tokio::test]
async fn null_lists_that_servers_store_are_empty() {
    let (client, node) = (client(), unique("null"));
    let registration = json!({
        "Node": node,
        "Address": "192.0.2.1",
        "Service": { "Service": node, "Tags": null, "Meta": null },
        "Check": {
            "CheckID": node,
            "Name": "null",
            "ServiceID": node,
            "Definition": { "HTTP": "http://192.0.2.1", "Header": { "X-Names": null }, "ScriptArgs": null },
        },
    });
    let register = client.request(Method::PUT, "/v1/catalog/register").json(&registration).unwrap();
    let response = register.await.unwrap();
    assert_eq!(response.status(), 200, "{response:?}");
    let raw = client.request(Method::GET, format!("/v1/health/node/{node}")).await.unwrap();
    assert!(String::from_utf8_lossy(raw.body()).contains("null"), "servers return it: {raw:?}");

    let checks = client.health().node(&node).await.unwrap();
    let definition = checks[0].definition.as_ref().unwrap();
    assert!(definition.header["X-Names"].is_empty());
    let instances = client.health().service(&node).await.unwrap();
    assert_eq!((instances.len(), instances[0].checks.len()), (1, 1));
    assert!(client.catalog().services().await.unwrap()[node.as_str()].is_empty());
    client.catalog().deregister_node(&node).await.unwrap();
}

#[tokio::test]
async fn datacenters_lists_the_local_datacenter() {
    assert_eq!(client().catalog().datacenters().await.unwrap(), ["dc1"]);
}

#[tokio::test]
async fn nodes_can_be_filtered() {
    let site = Site::new("nodes").await;
    let nodes = site.catalog.nodes().near("_agent").send().await.unwrap();
    assert!(nodes.meta.index.is_some() && nodes.meta.known_leader == Some(true));
    assert!(nodes.value.iter().any(|node| node.name == shared_agent().node()));
    let node = nodes.value.iter().find(|node| node.name == site.node).unwrap();
    assert_eq!((node.address.as_str(), node.datacenter.as_str()), ("192.0.2.1", "dc1"));

    let own = site.catalog.nodes().node_meta("site", &site.node).await.unwrap();
    assert_eq!(own, std::slice::from_ref(node));
    let own = site.catalog.nodes().filter(format!("Node == \"{}\"", site.node)).await.unwrap();
    assert_eq!(own, std::slice::from_ref(node));
    site.end().await;
}

/// Lists the nodes that run a service, each with the instance.
#[tokio::test]
async fn service_lists_its_instances() {
    let site = Site::new("offers").await;
    let all = site.catalog.service(&site.service).send().await.unwrap();
    assert!(all.meta.index.is_some());
    assert_eq!(all.value.len(), 2);
    let primary = site.catalog.service(&site.service).tag("v1").tag("primary").await.unwrap();
    assert_eq!(primary.len(), 1);
    let instance = &primary[0];
    assert_eq!((instance.node.as_str(), instance.node_address.as_str()), (site.node.as_str(), "192.0.2.1"));
    assert_eq!((instance.address(), instance.service_port), ("192.0.2.1", 80));
    assert_eq!(instance.service_tags, ["primary", "v1"]);
    assert!(site.catalog.service(&site.service).tag("primary").tag("standby").await.unwrap().is_empty());
    site.end().await;
}

#[tokio::test]
async fn node_returns_a_node_with_its_services() {
    let site = Site::new("get").await;
    let nodes = site.catalog.nodes().node_meta("site", &site.node).await.unwrap();
    // Reads by a node of a response, and by its name in another case.
    let entry = site.catalog.node(&nodes[0]).await.unwrap().unwrap();
    assert_eq!(entry, site.catalog.node(site.node.to_uppercase()).await.unwrap().unwrap());
    assert_eq!(entry.node, nodes[0]);
    assert!(entry.services.iter().all(|(id, service)| *id == service.id));
    let expected = ["a", "b"].map(|id| format!("{}-{id}", site.service));
    assert_eq!(entry.services.keys().cloned().collect::<Vec<_>>(), expected);
    let standby = site.catalog.node(&site.node).filter("standby in Tags").await.unwrap().unwrap();
    assert_eq!(standby.services.into_keys().collect::<Vec<_>>(), [expected[1].clone()]);

    let list = site.catalog.node_services(&nodes[0]).await.unwrap().unwrap();
    assert_eq!((list.node, list.services), (entry.node, entry.services.into_values().collect()));
    site.end().await;
}

#[tokio::test]
async fn node_of_an_unknown_name_is_none() {
    let (catalog, nobody) = (client().catalog(), unique("nobody"));
    let node = catalog.node(&nobody).send().await.unwrap();
    assert!(node.value.is_none() && node.meta.index.is_some());
    let node = catalog.node_services(&nobody).send().await.unwrap();
    assert!(node.value.is_none() && node.meta.index.is_some());
    assert_eq!(catalog.node("").await.unwrap_err().kind(), ErrorKind::Request);
    assert_eq!(catalog.node_services("a//b").await.unwrap_err().kind(), ErrorKind::Request);
}

#[tokio::test]
async fn services_lists_names_with_all_tags() {
    let site = Site::new("services").await;
    let services = site.catalog.services().send().await.unwrap();
    assert!(services.meta.index.is_some() && services.meta.last_contact.is_some());
    let mut tags = services.value[site.service.as_str()].clone();
    tags.sort();
    assert_eq!(tags, ["primary", "standby", "v1"]);
    assert!(services.value["consul"].is_empty());

    let own = site.catalog.services().node_meta("site", &site.node).await.unwrap();
    assert_eq!(own.into_keys().collect::<Vec<_>>(), std::slice::from_ref(&site.service));
    site.end().await;
}

#[tokio::test]
async fn unreadable_objects_are_hidden_or_denied() {
    let agent = consul_tests::Agent::builder().acl().start();
    let (root, anyone) = (client_of(&agent), Client::builder().address(agent.url()).build().unwrap());
    root.catalog().register(NodeRegistration::new("ext", "192.0.2.1")).service("web").await.unwrap();
    assert!(root.catalog().node("ext").await.unwrap().is_some());

    let catalog = anyone.catalog();
    assert_eq!(catalog.node("ext").await.unwrap(), None);
    assert_eq!(catalog.node_services("ext").await.unwrap(), None);
    assert!(catalog.nodes().await.unwrap().is_empty() && catalog.services().await.unwrap().is_empty());
    assert!(catalog.service("web").await.unwrap().is_empty());
    assert!(catalog.connect("web").await.unwrap().is_empty());
    for error in [
        catalog.gateway_services("web").await.unwrap_err(),
        catalog.register("ext").address("192.0.2.1").service("web").await.unwrap_err(),
        catalog.deregister_node("ext").await.unwrap_err(),
    ] {
        assert!(error.is_permission_denied() && !error.is_retryable(), "{error:?}");
    }
    assert!(root.catalog().node("ext").await.unwrap().is_some());
}
