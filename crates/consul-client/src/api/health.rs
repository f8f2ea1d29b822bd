//! [Health](https://developer.hashicorp.com/consul/api-docs/health): checks, and services together with theirs.
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

use consul_proto::health;
pub use consul_proto::health::{
    CheckState, CheckType, HealthCheck, HealthCheckDefinition, ServiceEntry, Status,
};

use crate::{Call, Client};

/// Lists the checks of a node; see [`health::Node`].
pub type Node = Call<health::Node>;
/// Lists the checks of a service; see [`health::Checks`].
pub type Checks = Call<health::Checks>;
/// Lists the checks in a state; see [`health::State`].
pub type State = Call<health::State>;
/// Lists the instances of a service, with their health; see [`health::Service`].
pub type Service = Call<health::Service>;
/// Lists the instances that a service is reached by in the mesh, with their health; see [`health::Connect`].
pub type Connect = Call<health::Connect>;
/// Lists the ingress gateways of a service, with their health; see [`health::Ingress`].
pub type Ingress = Call<health::Ingress>;

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
    /// The services of another datacenter and their checks.
    #[must_use]
    pub fn datacenter(&self, name: impl Into<String>) -> Self {
        Self { client: self.client.with_datacenter(name) }
    }

    /// Lists the checks of a node and of all service instances on it.
    pub fn node(&self, node: impl Into<String>) -> Node {
        self.client.call(health::Node::new(node))
    }

    /// Lists the checks of the instances of a service, without those of their nodes.
    pub fn checks(&self, service: impl Into<String>) -> Checks {
        self.client.call(health::Checks::new(service))
    }

    /// Lists the checks that are in a state: a [`CheckState`], a [`Status`], or its word. Any other is refused.
    pub fn state(&self, state: impl Into<CheckState>) -> State {
        self.client.call(health::State::new(state))
    }

    /// Lists the instances of a service, healthy or not, each with its node and its checks. Empty where there is none,
    /// and where the token may not read it.
    pub fn service(&self, name: impl Into<String>) -> Service {
        self.client.call(health::Service::new(name))
    }

    /// Lists the instances that a service is reached by in the mesh, healthy or not.
    pub fn connect(&self, service: impl Into<String>) -> Connect {
        self.client.call(health::Connect::new(service))
    }

    /// Lists the instances of the ingress gateways that lead to a service, healthy or not; since Consul 1.8.
    pub fn ingress(&self, service: impl Into<String>) -> Ingress {
        self.client.call(health::Ingress::new(service))
    }
}

impl Checks {
    /// Lists only checks on nodes that have this metadata; with several, all of it.
    pub fn node_meta(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(|checks| checks.node_meta.insert(key.into(), value.into()))
    }
}

impl State {
    /// Lists only checks on nodes that have this metadata; with several, all of it.
    pub fn node_meta(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(|state| state.node_meta.insert(key.into(), value.into()))
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

impl Connect {
    /// Lists only instances of which every check passes.
    pub fn passing(self) -> Self {
        self.with(|connect| connect.passing = true)
    }

    /// Lists only instances on nodes that have this metadata; with several, all of it.
    pub fn node_meta(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(|connect| connect.node_meta.insert(key.into(), value.into()))
    }

    /// Fills in what configuration entries say about a proxy; since Consul 1.13.
    pub fn merge_central_config(self) -> Self {
        self.with(|connect| connect.merge_central_config = true)
    }
}

impl Ingress {
    /// Lists only instances of which every check passes.
    pub fn passing(self) -> Self {
        self.with(|ingress| ingress.passing = true)
    }

    /// Lists only instances on nodes that have this metadata; with several, all of it.
    pub fn node_meta(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(|ingress| ingress.node_meta.insert(key.into(), value.into()))
    }

    /// Fills in what configuration entries say about a gateway; since Consul 1.13.
    pub fn merge_central_config(self) -> Self {
        self.with(|ingress| ingress.merge_central_config = true)
    }
}
