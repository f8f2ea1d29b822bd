//! Uses a second datacenter: `datacenter(name)` on a group sends all of its requests there.
//!
//! Start an agent in each of two datacenters, which do not have to be joined, and pass the address of the second one:
//!
//! ```sh
//! CONSUL_HTTP_ADDR=127.0.0.1:8500 cargo run -p consul-client --example datacenters -- 127.0.0.1:8501
//! ```

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::time::Duration;

use consul_client::catalog::Catalog;
use consul_client::{ApiErrorKind, Client, Error, ErrorKind};

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let second = std::env::args().nth(1).ok_or("name the address of an agent in another datacenter")?;
    let (client, other) = (Client::from_env()?, Client::new(second)?);
    let there = other.agent().read_self().await?.config;

    // The servers of all datacenters are members of the WAN pool.
    let server = other.agent().members().wan().await?.remove(0);
    client.agent().join(format!("{}:{}", server.addr, server.port)).wan().await?;
    let catalog = client.catalog().datacenter(&there.datacenter);
    let limit = Duration::from_secs(60);
    tokio::time::timeout(limit, until_reached(&catalog)).await??;
    let datacenters = client.catalog().datacenters().await?;
    println!("datacenters: {datacenters:?}");
    assert!(datacenters.contains(&there.datacenter));

    // Lists the nodes of the other datacenter.
    let nodes: Vec<_> = catalog.nodes().await?.into_iter().map(|node| node.name).collect();
    println!("nodes of {}: {nodes:?}", there.datacenter);
    assert!(nodes.iter().any(|node| *node == there.node_name.as_str()));
    assert!(!client.catalog().nodes().await?.iter().any(|node| node.name == there.node_name.as_str()));

    // Writes a key of the other datacenter through the first agent, and reads it through the second one.
    let kv = client.kv().datacenter(&there.datacenter);
    kv.put("datacenters-example/color", "blue").await?;
    let entries = kv.list("datacenters-example/").await?;
    for entry in &entries {
        println!("{} = {:?} in {}", entry.key, entry.text()?, there.datacenter);
    }
    assert_eq!(other.kv().list("datacenters-example/").await?, entries);
    assert_eq!(
        client.kv().list("datacenters-example/").await?,
        [],
        "the key is in the other datacenter only"
    );

    // A session belongs to a node, and so to a datacenter.
    let sessions = client.session().datacenter(&there.datacenter);
    let session = sessions.create().node(&there.node_name).await?;
    assert!(kv.put("datacenters-example/color", "ours").acquire(&session).await?.is_yes());
    println!(
        "sessions there: {}, here: {}",
        sessions.list().await?.len(),
        client.session().list().await?.len()
    );
    assert_eq!(client.session().info(&session).await?, None);
    sessions.destroy(&session).await?;
    kv.delete("datacenters-example/").recurse().await?;

    let nowhere = client.kv().datacenter("nowhere").get("a").await.expect_err("no such datacenter");
    println!("an unknown datacenter: {:?}", nowhere.kind());
    assert_eq!(nowhere.kind(), ErrorKind::Api(ApiErrorKind::UnknownDatacenter));
    Ok(())
}

/// Waits until the servers know the datacenter and its leader.
async fn until_reached(catalog: &Catalog) -> Result<(), Error> {
    loop {
        match catalog.nodes().await {
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::Api(ApiErrorKind::UnknownDatacenter) => {}
            Err(error) if error.is_retryable() => {}
            Err(error) => return Err(error),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
