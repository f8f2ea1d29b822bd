//! First steps: joining two agents, reading the catalog, and removing one of them.
//!
//! Start two agents that are not joined, and pass the address of the second one. The example ends that agent:
//!
//! ```sh
//! CONSUL_HTTP_ADDR=127.0.0.1:8500 cargo run -p consul-client --example tutorial -- 127.0.0.1:8501
//! ```

#![allow(clippy::print_stdout, reason = "a tutorial shows what it does")]

use std::time::Duration;

use consul_client::Client;
use consul_client::agent::{Member, MemberStatus};

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let second = std::env::args().nth(1).ok_or("name the address of a second agent")?;
    // This client uses the agent of the environment.
    let client = Client::from_env()?;
    let other = Client::new(second)?;

    let members = client.agent().members().await?;
    println!("our agent knows {}", names(&members));
    assert_eq!(members.len(), 1, "the agent is not alone");

    // Agents join by their gossip addresses, not by their HTTP addresses.
    let there = other.agent().read_self().await?.member;
    client.agent().join(format!("{}:{}", there.addr, there.port)).await?;
    let members = client.agent().members().await?;
    println!("joined, it knows {}", names(&members));
    assert!(members.iter().any(|member| member.name == there.name));

    catalog(&client, &there).await?;

    // An agent can leave gracefully, which takes some time. The other agents list it as left for some time, unless it
    // is removed with `force_leave`.
    let leave = other.agent().leave().timeout(Duration::from_secs(60));
    if let Err(error) = leave.await {
        println!("it ended before it could respond: {error}");
    }
    let left = until_left(&client, there.name.as_str()).await?;
    client.agent().force_leave(&left).prune().await?;
    let members = client.agent().members().await?;
    println!("and at the end it knows {}", names(&members));
    assert_eq!(members.len(), 1, "the other agent is not forgotten");
    Ok(())
}

fn names(members: &[Member]) -> String {
    let names: Vec<_> = members.iter().map(|member| member.name.as_str()).collect();
    names.join(" and ")
}

/// Prints datacenters, services and nodes.
async fn catalog(client: &Client, joined: &Member) -> Result<(), Failure> {
    let catalog = client.catalog();
    let datacenters = catalog.datacenters().await?;
    println!("datacenters: {datacenters:?}");
    assert!(!datacenters.is_empty());

    let services = catalog.services().await?;
    for (service, tags) in &services {
        println!("service {service}, with the tags {tags:?}");
    }
    assert!(services.contains_key("consul"), "servers are a service too");

    // A member is added to the catalog with a delay. A blocking query waits for it.
    let mut nodes = catalog.nodes().send().await?;
    while !nodes.value.iter().any(|node| joined.name == node.name.as_str()) {
        let index = nodes.meta.index.ok_or("no index to wait on")?;
        nodes = catalog.nodes().block(index, Duration::from_secs(10)).send().await?;
    }
    for node in &nodes.value {
        println!("node {} at {}", node.name, node.address);
    }
    Ok(())
}

/// Waits until the agent knows that the other one has left. The list of members has no index for a blocking query.
async fn until_left(client: &Client, name: &str) -> Result<Member, Failure> {
    let heard = async {
        loop {
            let members = client.agent().members().await?;
            let left = |member: &Member| member.name == name && member.status == MemberStatus::Left;
            if let Some(member) = members.into_iter().find(left) {
                return Ok(member);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), heard).await?
}
