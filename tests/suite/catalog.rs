//! The catalog, on a real agent.

mod datacenter;
mod deregister;
mod mesh;
mod read;
mod register;

use consul_client::ErrorKind;
use consul_tests::{shared_agent, unique};

use crate::clients::client;

#[tokio::test]
async fn agent_is_in_the_catalog() {
    let (client, node) = (client(), shared_agent().node());
    assert_eq!(client.catalog().datacenters().await.unwrap(), ["dc1"]);
    let nodes = client.catalog().nodes().near("_agent").send().await.unwrap();
    assert!(nodes.meta.index.is_some());
    let own = nodes.value.iter().find(|found| found.name == node).unwrap();
    assert_eq!((own.address.as_str(), own.datacenter.as_str()), ("127.0.0.1", "dc1"));
    assert!(client.catalog().services().await.unwrap().contains_key("consul"));

    let servers = client.catalog().service("consul").await.unwrap();
    assert_eq!(servers.len(), 1);
    assert_eq!((servers[0].node.as_str(), servers[0].address()), (node, "127.0.0.1"));

    let read = client.agent().read_self().await.unwrap();
    assert_eq!((read.config.node_name.as_str(), read.config.server), (node, true));
    assert_eq!(read.config.version, shared_agent().version().to_string());
    assert_eq!(read.member.name, node);
}

#[tokio::test]
async fn missing_objects_are_empty() {
    let client = client();
    let instances = client.catalog().service(unique("nothing")).send().await.unwrap();
    assert!(instances.value.is_empty() && instances.meta.index.is_some());
    assert!(client.catalog().nodes().node_meta("nobody", "has-this").await.unwrap().is_empty());
    assert!(client.catalog().nodes().filter(r#"Node == "nobody""#).await.unwrap().is_empty());
    assert_eq!(client.catalog().service("").await.unwrap_err().kind(), ErrorKind::Request);
}

#[tokio::test]
async fn invalid_filter_is_an_invalid_request() {
    let error = client().catalog().nodes().filter("Nope == 1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(consul_client::ApiErrorKind::InvalidRequest));
    assert!(!error.is_retryable());
}
