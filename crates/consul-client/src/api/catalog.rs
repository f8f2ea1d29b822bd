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
//! // The nodes that offer a service, in another datacenter.
//! for instance in catalog.datacenter("dc2").service("db").tag("primary").await? {
//!     println!("{} on {} at {}", instance.service_id, instance.node, instance.address());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What is outside of agents is registered here itself; all else with its [agent](crate::agent).
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use consul_client::catalog::{CheckRegistration, ServiceRegistration};
//! use consul_client::health::Status;
//!
//! let catalog = client.catalog();
//! let db = ServiceRegistration { port: Some(5432), ..ServiceRegistration::new("db") };
//! let alive = CheckRegistration { status: Some(Status::Passing), ..CheckRegistration::new("alive") };
//! catalog.register("mainframe").address("10.0.0.7").service(db).check(alive).await?;
//!
//! // Something more on the same node, which stays as it is.
//! catalog.register("mainframe").skip_node_update().service("reports").await?;
//!
//! catalog.deregister_service("mainframe", "reports").await?;
//! catalog.deregister_node("mainframe").await?;
//! # Ok(())
//! # }
//! ```

use consul_proto::catalog;
pub use consul_proto::catalog::{
    CatalogNode, CatalogService, CheckRegistration, GatewayService, NodeEntry, NodeRegistration, NodeService,
    NodeServiceList, ServiceId, ServiceRegistration,
};

use crate::{Call, Client};

/// Lists the datacenters; see [`catalog::Datacenters`].
pub type Datacenters = Call<catalog::Datacenters>;
/// Lists the nodes; see [`catalog::Nodes`].
pub type Nodes = Call<catalog::Nodes>;
/// Reads a node and its services; see [`catalog::Node`].
pub type Node = Call<catalog::Node>;
/// Reads a node and the list of its services; see [`catalog::NodeServices`].
pub type NodeServices = Call<catalog::NodeServices>;
/// Lists the services; see [`catalog::Services`].
pub type Services = Call<catalog::Services>;
/// Lists the instances of a service; see [`catalog::Service`].
pub type Service = Call<catalog::Service>;
/// Lists the instances that a service is reached by in the mesh; see [`catalog::Connect`].
pub type Connect = Call<catalog::Connect>;
/// Lists the services of a gateway; see [`catalog::GatewayServices`].
pub type GatewayServices = Call<catalog::GatewayServices>;
/// Registers a node, a service instance, checks; see [`catalog::Register`].
pub type Register = Call<catalog::Register>;
/// Deregisters a node and everything on it; see [`catalog::DeregisterNode`].
pub type DeregisterNode = Call<catalog::DeregisterNode>;
/// Deregisters a service instance; see [`catalog::DeregisterService`].
pub type DeregisterService = Call<catalog::DeregisterService>;
/// Deregisters a check; see [`catalog::DeregisterCheck`].
pub type DeregisterCheck = Call<catalog::DeregisterCheck>;

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
    /// The catalog of another datacenter; also what is registered and deregistered goes there.
    #[must_use]
    pub fn datacenter(&self, name: impl Into<String>) -> Self {
        Self { client: self.client.with_datacenter(name) }
    }

    /// Lists the datacenters, the nearest first.
    pub fn datacenters(&self) -> Datacenters {
        self.client.call(catalog::Datacenters::new())
    }

    /// Lists the nodes of the datacenter. Those that offer a service are told by [`service`](Self::service).
    pub fn nodes(&self) -> Nodes {
        self.client.call(catalog::Nodes::new())
    }

    /// Reads a node and the service instances on it, by id: `None` where it does not exist.
    pub fn node(&self, node: impl Into<String>) -> Node {
        self.client.call(catalog::Node::new(node))
    }

    /// Reads a node and the list of the service instances on it, also of several namespaces; since Consul 1.7.
    pub fn node_services(&self, node: impl Into<String>) -> NodeServices {
        self.client.call(catalog::NodeServices::new(node))
    }

    /// Lists the services of the datacenter, each with the tags of all its instances.
    pub fn services(&self) -> Services {
        self.client.call(catalog::Services::new())
    }

    /// Lists the instances of a service, whatever their health, each with its node.
    pub fn service(&self, name: impl Into<String>) -> Service {
        self.client.call(catalog::Service::new(name))
    }

    /// Lists the instances that a service is reached by in the mesh, whatever their health.
    pub fn connect(&self, service: impl Into<String>) -> Connect {
        self.client.call(catalog::Connect::new(service))
    }

    /// Lists the services that an ingress or terminating gateway stands for; since Consul 1.8.
    pub fn gateway_services(&self, gateway: impl Into<String>) -> GatewayServices {
        self.client.call(catalog::GatewayServices::new(gateway))
    }

    /// Registers a node, and what setters add to it, or replaces it: a name that setters add to, a whole
    /// [`NodeRegistration`], or a [`CatalogNode`] that was read.
    pub fn register(&self, node: impl Into<NodeRegistration>) -> Register {
        self.client.call(catalog::Register::new(node))
    }

    /// Deregisters a node and everything on it.
    pub fn deregister_node(&self, node: impl Into<String>) -> DeregisterNode {
        self.client.call(catalog::DeregisterNode::new(node))
    }

    /// Deregisters a service instance and its checks, by its id or as it was read.
    pub fn deregister_service(&self, node: impl Into<String>, id: impl Into<ServiceId>) -> DeregisterService {
        self.client.call(catalog::DeregisterService::new(node, id))
    }

    /// Deregisters a check, by its id or as it was read.
    pub fn deregister_check(&self, node: impl Into<String>, id: impl Into<String>) -> DeregisterCheck {
        self.client.call(catalog::DeregisterCheck::new(node, id))
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

impl NodeServices {
    /// Fills in what configuration entries say about a proxy; since Consul 1.13.
    pub fn merge_central_config(self) -> Self {
        self.with(|node| node.merge_central_config = true)
    }
}

impl Connect {
    /// Lists only instances on nodes that have this metadata; with several, all of it.
    pub fn node_meta(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(|connect| connect.node_meta.insert(key.into(), value.into()))
    }

    /// Fills in what configuration entries say about a proxy; since Consul 1.13.
    pub fn merge_central_config(self) -> Self {
        self.with(|connect| connect.merge_central_config = true)
    }
}

impl Register {
    /// Where the node is: an IP address or a host name. Needed, unless the node is to stay as it is.
    pub fn address(self, address: impl Into<String>) -> Self {
        self.with(|register| register.node.address = Some(address.into()))
    }

    /// Adds metadata of the node.
    pub fn node_meta(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(|register| register.node.meta.insert(key.into(), value.into()))
    }

    /// Leaves a node that is there as it is.
    pub fn skip_node_update(self) -> Self {
        self.with(|register| register.skip_node_update = true)
    }

    /// Registers a service instance on the node, or replaces it: a name, a whole [`ServiceRegistration`], or a
    /// [`NodeService`] that was read.
    pub fn service(self, service: impl Into<ServiceRegistration>) -> Self {
        self.with(|register| register.service = Some(service.into()))
    }

    /// Adds a check: a name, a whole [`CheckRegistration`], or a [`HealthCheck`](crate::health::HealthCheck) that was
    /// read. It is one of the node's, unless it names a service instance.
    pub fn check(self, check: impl Into<CheckRegistration>) -> Self {
        self.with(|register| register.checks.push(check.into()))
    }
}
