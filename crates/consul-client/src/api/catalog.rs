//! The [catalog](https://developer.hashicorp.com/consul/api-docs/catalog): the nodes and services that servers know.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! let catalog = client.catalog();
//! for (service, tags) in catalog.services().await? {
//!     println!("{service} {tags:?}");
//! }
//! for node in catalog.nodes().near("_agent").await? {
//!     let entry = catalog.node(&node).await?.ok_or("node is gone")?;
//!     println!("{} at {}: {:?}", node.name, node.address, entry.services.keys());
//! }
//!
//! // The instances of a service in another datacenter.
//! for instance in catalog.datacenter("dc2").service("db").tag("primary").await? {
//!     println!("{} on {} at {}", instance.service_id, instance.node, instance.address());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Register external nodes and services, which have no agent, in the catalog. Register all others with their
//! [agent](crate::agent).
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use consul_client::catalog::{CheckRegistration, ServiceRegistration, Status};
//!
//! let catalog = client.catalog();
//! let db = ServiceRegistration::new("db").port(5432);
//! let alive = CheckRegistration::new("alive").status(Status::Passing);
//! catalog.register("mainframe").address("10.0.0.7").service(db).check(alive).await?;
//!
//! // Another service on the same node, which stays as it is.
//! catalog.register("mainframe").skip_node_update().service("reports").await?;
//!
//! catalog.deregister_service("mainframe", "reports").await?;
//! catalog.deregister_node("mainframe").await?;
//! # Ok(())
//! # }
//! ```

mod operations;

pub use self::operations::*;
use crate::Client;

/// The operations of the catalog, created by [`Client::catalog`].
#[derive(Clone, Debug)]
pub struct Catalog {
    client: Client,
}

impl Client {
    /// Returns the operations of the catalog.
    #[must_use]
    pub fn catalog(&self) -> Catalog {
        Catalog { client: self.clone() }
    }
}

impl Catalog {
    /// Returns the catalog of another datacenter, for reads and registrations.
    #[must_use]
    pub fn datacenter(&self, name: impl Into<String>) -> Self {
        Self { client: self.client.with_datacenter(name) }
    }
}
