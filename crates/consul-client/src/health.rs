//! [Health](https://developer.hashicorp.com/consul/api-docs/health): services together with their checks.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! for instance in client.health().service("web").passing().near("_agent").await? {
//!     println!("{} at {}:{}", instance.service.id, instance.address(), instance.port());
//! }
//! # Ok(())
//! # }
//! ```

use consul_proto::health;
pub use consul_proto::health::{HealthCheck, ServiceEntry, Status};

use crate::{Call, Client};

/// Lists the instances of a service, with their health; see [`health::Service`].
pub type Service = Call<health::Service>;

/// Services and their checks; from [`Client::health`].
#[derive(Clone, Debug)]
pub struct Health {
    client: Client,
}

impl Client {
    /// Services and their checks.
    #[must_use]
    pub fn health(&self) -> Health {
        Health { client: self.clone() }
    }
}

impl Health {
    /// Lists the instances of a service, healthy or not. Empty where there is none, and where the token may not read it.
    pub fn service(&self, name: impl Into<String>) -> Service {
        self.client.call(health::Service::new(name))
    }
}

impl Service {
    /// Lists only instances of which every check passes.
    pub fn passing(self) -> Self {
        self.with(|service| service.passing = true)
    }

    /// Lists only instances that have this tag; with several, all of them.
    pub fn tag(self, tag: impl Into<String>) -> Self {
        self.with(|service| service.tags.push(tag.into()))
    }

    /// Lists only instances on nodes that have this metadata; with several, all of it.
    pub fn node_meta(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(|service| service.node_meta.insert(key.into(), value.into()))
    }

    /// Fills in what configuration entries say about a proxy; since Consul 1.13.
    pub fn merge_central_config(self) -> Self {
        self.with(|service| service.merge_central_config = true)
    }
}
