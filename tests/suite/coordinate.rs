//! Network coordinates, on real agents.

use std::time::Duration;

use tokio::time::sleep;

use crate::clients::client;

#[tokio::test]
async fn datacenters_lists_the_servers_of_each_datacenter() {
    let agent = client().agent().read_self().await.unwrap();
    let name = agent.config.node_name.as_str();
    let server = format!("{name}.{}", agent.config.datacenter);
    // The server has its own coordinate after it has joined the WAN pool.
    let listed = loop {
        let datacenters = client().coordinate().datacenters().await.unwrap();
        let datacenter =
            datacenters.into_iter().find(|datacenter| datacenter.datacenter == agent.config.datacenter);
        match datacenter {
            Some(datacenter) if !datacenter.coordinates.is_empty() => break datacenter,
            _ => sleep(Duration::from_millis(50)).await,
        }
    };
    assert_eq!(listed.area_id, "wan");
    let own = listed.coordinates.iter().find(|it| it.node == *server || it.node == *name);
    assert_eq!(own.unwrap().coordinate.vec.len(), 8);
}

#[tokio::test]
async fn nodes_lists_each_node_with_a_coordinate() {
    let agent = client().agent().read_self().await.unwrap();
    // Servers store coordinates in batches, some seconds after a node has joined.
    let nodes = loop {
        let nodes = client().coordinate().nodes().await.unwrap();
        if nodes.iter().any(|node| node.node == agent.config.node_name) {
            break nodes;
        }
        sleep(Duration::from_millis(50)).await;
    };
    assert!(nodes.iter().all(|node| node.segment.is_empty() && node.coordinate.vec.len() == 8));
    // Servers without segments ignore the filter or list nothing.
    client().coordinate().nodes().segment("alpha").await.unwrap();

    let node = client().coordinate().node(&agent.config.node_name).await.unwrap().unwrap();
    assert_eq!(node[0].coordinate.vec.len(), 8);
    assert_eq!(client().coordinate().node("nope").await.unwrap(), None);
}
