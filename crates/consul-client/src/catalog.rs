//! The [catalog](https://developer.hashicorp.com/consul/api-docs/catalog): the nodes and services that servers know.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! for (service, tags) in client.catalog().services().await? {
//!     println!("{service} {tags:?}");
//! }
//! for node in client.catalog().nodes().near("_agent").await? {
//!     println!("{} at {}", node.name, node.address);
//! }
//! # Ok(())
//! # }
//! ```

use consul_proto::catalog;
pub use consul_proto::catalog::{CatalogNode, CatalogService, NodeService};

use crate::{Call, Client};

/// Lists the datacenters; see [`catalog::Datacenters`].
pub type Datacenters = Call<catalog::Datacenters>;
/// Lists the nodes; see [`catalog::Nodes`].
pub type Nodes = Call<catalog::Nodes>;
/// Lists the services; see [`catalog::Services`].
pub type Services = Call<catalog::Services>;
/// Lists the instances of a service; see [`catalog::Service`].
pub type Service = Call<catalog::Service>;

/// The catalog; from [`Client::catalog`].
#[derive(Clone, Debug)]
pub struct Catalog {
    client: Client,
}

impl Client {
    /// The catalog.
    #[must_use]
    pub fn catalog(&self) -> Catalog {
        Catalog { client: self.clone() }
    }
}

impl Catalog {
    /// Lists the datacenters, the nearest first.
    pub fn datacenters(&self) -> Datacenters {
        self.client.call(catalog::Datacenters::new())
    }

    /// Lists the nodes of the datacenter.
    pub fn nodes(&self) -> Nodes {
        self.client.call(catalog::Nodes::new())
    }

    /// Lists the services of the datacenter, each with the tags of all its instances.
    pub fn services(&self) -> Services {
        self.client.call(catalog::Services::new())
    }

    /// Lists the instances of a service, whatever their health.
    pub fn service(&self, name: impl Into<String>) -> Service {
        self.client.call(catalog::Service::new(name))
    }
}

impl Nodes {
    /// Lists only nodes that have this metadata; with several, all of it.
    pub fn node_meta(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(|nodes| nodes.node_meta.insert(key.into(), value.into()))
    }
}

impl Services {
    /// Lists only services on nodes that have this metadata; with several, all of it.
    pub fn node_meta(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(|services| services.node_meta.insert(key.into(), value.into()))
    }
}

impl Service {
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
