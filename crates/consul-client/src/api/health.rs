//! [Health](https://developer.hashicorp.com/consul/api-docs/health): checks, and services with their checks.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use consul_client::health::Status;
//!
//! let health = client.health();
//! for instance in health.service("web").passing().near("_agent").await? {
//!     println!("{} at {}:{}", instance.service.id, instance.address(), instance.port());
//! }
//! for check in health.state(Status::Critical).await? {
//!     println!("{} on {}: {}", check.name, check.node, check.output);
//! }
//! # Ok(())
//! # }
//! ```

mod operations;

pub use self::operations::*;
use crate::Client;

/// Services and their checks, created by [`Client::health`].
#[derive(Clone, Debug)]
pub struct Health {
    client: Client,
}

impl Client {
    /// Returns the operations on services and their checks.
    #[must_use]
    pub fn health(&self) -> Health {
        Health { client: self.clone() }
    }
}

impl Health {
    /// Returns the services of another datacenter and their checks.
    #[must_use]
    pub fn datacenter(&self, name: impl Into<String>) -> Self {
        Self { client: self.client.with_datacenter(name) }
    }
}

/// A service converts to its name, and a node does not.
///
/// ```
/// # fn example(client: consul_client::Client, service: consul_client::health::NodeService) {
/// let _ = client.health().service(&service);
/// # }
/// ```
///
/// ```compile_fail,E0277
/// # fn example(client: consul_client::Client, node: consul_client::health::CatalogNode) {
/// let _ = client.health().service(&node);
/// # }
/// ```
#[cfg(doctest)]
struct OnlyServicesConvertToNames;
