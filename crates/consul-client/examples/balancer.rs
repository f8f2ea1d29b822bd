//! A round-robin balancer over the healthy instances of a service. Picking an instance never blocks.
//!
//! ```sh
//! CONSUL_HTTP_ADDR=127.0.0.1:8500 cargo run -p consul-client --example balancer
//! ```
//!
//! The example deregisters its services.

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use consul_client::agent::service::Definition;
use consul_client::health::ServiceEntry;
use consul_client::{Client, View};

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let client = Client::from_env()?;
    let services = client.agent().service();
    services.register(Definition::new("example-api").id("example-api-1").port(8081)).await?;
    services.register(Definition::new("example-api").id("example-api-2").port(8082)).await?;

    let balancer = Balancer::new(&client, "example-api");
    println!("before the first response: {:?}", balancer.pick());
    balancer.until(2).await?;
    let picked: Vec<_> = (0..4).filter_map(|_| balancer.pick()).map(|(_, port)| port).collect();
    println!("in turn: {picked:?}");
    assert!(picked == [8081, 8082, 8081, 8082] || picked == [8082, 8081, 8082, 8081]);

    services.deregister("example-api-1").await?;
    balancer.until(1).await?;
    let picked: Vec<_> = (0..2).filter_map(|_| balancer.pick()).map(|(_, port)| port).collect();
    println!("with one instance left: {picked:?}");
    assert_eq!(picked, [8082, 8082]);

    services.deregister("example-api-2").await?;
    balancer.until(0).await?;
    assert_eq!(balancer.pick(), None);
    Ok(())
}

/// A balancer that is cheap to clone: all clones share one watch, which ends with the last clone.
#[derive(Clone)]
struct Balancer {
    instances: View<Vec<ServiceEntry>>,
    next: Arc<AtomicUsize>,
}

impl Balancer {
    fn new(client: &Client, service: &str) -> Self {
        Self { instances: client.health().service(service).passing().view(), next: Arc::default() }
    }

    /// Returns the address and port of the next instance. Returns `None` if there is none, or before the first response.
    /// During an outage of Consul, the last known instances are used.
    fn pick(&self) -> Option<(String, u16)> {
        let instances = self.instances.value()?;
        let turn = self.next.fetch_add(1, Ordering::Relaxed).checked_rem(instances.len())?;
        let instance = &instances[turn];
        Some((instance.address().to_owned(), instance.port()))
    }

    /// Waits until there are this many instances. An agent copies its services to the servers with a delay.
    async fn until(&self, count: usize) -> Result<(), Failure> {
        let reached = self.instances.wait_for(|instances| instances.len() == count);
        tokio::time::timeout(Duration::from_secs(60), reached).await??;
        Ok(())
    }
}
