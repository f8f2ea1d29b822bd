//! Operations in another datacenter.

use consul_client::catalog::NodeName;
use consul_client::{Client, ErrorKind};

use crate::clients::client_of;
use crate::federation::Federation;

/// Returns the names of the nodes of a datacenter.
async fn nodes(client: &Client, datacenter: &str) -> Vec<NodeName> {
    let nodes = client.catalog().datacenter(datacenter).nodes().await.unwrap();
    nodes.into_iter().map(|node| node.name).collect()
}

#[tokio::test]
async fn datacenter_is_used_by_catalog_health_and_kv() {
    let federation = Federation::new().await;
    let (here, there) = (client_of(&federation.east), client_of(&federation.west));
    let mut datacenters = here.catalog().datacenters().await.unwrap();
    datacenters.sort();
    assert_eq!(datacenters, ["east", "west"]);

    // All operations of the new group use the other datacenter. The original group is unchanged.
    let (catalog, health, kv) = (here.catalog(), here.health(), here.kv());
    let (west, checks, keys) = (catalog.datacenter("west"), health.datacenter("west"), kv.datacenter("west"));
    assert_eq!(nodes(&here, "west").await, [federation.west.node()]);
    assert_eq!(catalog.nodes().await.unwrap()[0].name, federation.east.node());
    let far = west.nodes().await.unwrap().remove(0);
    assert_eq!((&far.datacenter, health.node(&far).await.unwrap().len()), (&"west".to_owned(), 0));
    assert!(!checks.node(&far).await.unwrap().is_empty());
    assert!(!checks.state("passing").await.unwrap().is_empty());

    keys.put("k", "west").await.unwrap();
    keys.put_as("typed", &7).await.unwrap();
    assert_eq!(keys.get_as::<u8>("typed").await.unwrap().unwrap().value, 7);
    assert_eq!(kv.get("k").await.unwrap(), None);
    assert_eq!(there.kv().get("k").await.unwrap().unwrap().value, "west");
    // A single call can set another datacenter.
    assert_eq!(keys.get("k").datacenter("east").await.unwrap(), None);

    // Writes to the catalog send the datacenter in the body, since servers ignore it in the query.
    west.register("ext").address("192.0.2.1").service("web").check("power").await.unwrap();
    assert_eq!(catalog.node("ext").await.unwrap(), None);
    let entry = there.catalog().node("ext").await.unwrap().unwrap();
    assert_eq!((entry.node.datacenter.as_str(), entry.services.len()), ("west", 1));
    catalog.register("ext").address("192.0.2.1").service("web").check("power").await.unwrap();
    west.deregister_check("ext", "power").await.unwrap();
    assert!(checks.node("ext").await.unwrap().is_empty());
    west.deregister_service("ext", "web").await.unwrap();
    assert!(west.node("ext").await.unwrap().unwrap().services.is_empty());
    west.deregister_node("ext").await.unwrap();
    assert_eq!(west.node("ext").await.unwrap(), None);
    assert_eq!(catalog.node("ext").await.unwrap().unwrap().services.len(), 1);
    assert_eq!(health.node("ext").await.unwrap().len(), 1);

    // A single call can set it too.
    catalog.register("of-call").address("192.0.2.1").datacenter("west").await.unwrap();
    assert!(west.node("of-call").await.unwrap().is_some());
    assert_eq!(catalog.node("of-call").await.unwrap(), None);
    west.deregister_node("of-call").datacenter("east").await.unwrap();
    assert!(west.node("of-call").await.unwrap().is_some());
    catalog.deregister_node("of-call").datacenter("west").await.unwrap();
    assert_eq!(west.node("of-call").await.unwrap(), None);

    // The datacenter of the client applies too.
    let bound = Client::builder().address(federation.east.url()).datacenter("west").build().unwrap();
    bound.catalog().register("of-client").address("192.0.2.1").await.unwrap();
    assert!(there.catalog().node("of-client").await.unwrap().is_some());
    assert_eq!(catalog.node("of-client").await.unwrap(), None);
}

#[tokio::test]
async fn unknown_datacenter_is_an_error_of_writes_too() {
    let catalog = crate::clients::client().catalog().datacenter("nowhere");
    let unknown = ErrorKind::Api(consul_client::ApiErrorKind::UnknownDatacenter);
    for kind in [
        catalog.register("n").address("192.0.2.1").await.unwrap_err().kind(),
        catalog.deregister_node("n").await.unwrap_err().kind(),
        catalog.deregister_service("n", "s").await.unwrap_err().kind(),
        catalog.deregister_check("n", "c").await.unwrap_err().kind(),
        catalog.node("n").await.unwrap_err().kind(),
    ] {
        assert_eq!(kind, unknown);
    }
}
