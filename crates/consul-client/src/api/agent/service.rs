//! [Services](https://developer.hashicorp.com/consul/api-docs/agent/service) that are registered with an agent.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//!
//! use consul_client::agent::Check;
//!
//! let services = client.agent().service();
//! let alive = Check::http("http://127.0.0.1:8080/health", Duration::from_secs(10));
//! services.register("web").id("web-1").port(8080).tag("v2").check(alive).await?;
//!
//! if let Some(web) = services.get("web-1").await? {
//!     services.enable_maintenance(&web).reason("new version").await?;
//!     services.disable_maintenance(&web).await?;
//! }
//! for health in services.health_by_name("web").await? {
//!     println!("{} is {}", health.service.id, health.status);
//! }
//! services.deregister("web-1").await?;
//! # Ok(())
//! # }
//! ```

use consul_proto::agent::service;
pub use consul_proto::agent::service::{AgentService, Definition, ServiceHealth};

use crate::agent::Check;
use crate::{Call, Client};

/// Registers a service; see [`service::Register`].
pub type Register = Call<service::Register>;
/// Deregisters a service; see [`service::Deregister`].
pub type Deregister = Call<service::Deregister>;
/// Lists the services; see [`service::List`].
pub type List = Call<service::List>;
/// Reads one service; see [`service::Get`].
pub type Get = Call<service::Get>;
/// Tells how a service instance is; see [`service::HealthById`].
pub type HealthById = Call<service::HealthById>;
/// Tells how the instances of a service are; see [`service::HealthByName`].
pub type HealthByName = Call<service::HealthByName>;
/// Takes a service instance out of use; see [`service::EnableMaintenance`].
pub type EnableMaintenance = Call<service::EnableMaintenance>;
/// Takes a service instance into use again; see [`service::DisableMaintenance`].
pub type DisableMaintenance = Call<service::DisableMaintenance>;

/// The services that are registered with an agent; from [`Agent::service`](crate::agent::Agent::service).
///
/// Where an id is asked for, an [`AgentService`] or a [`Definition`] stands for its own.
#[derive(Clone, Debug)]
pub struct Services {
    client: Client,
}

impl Services {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Registers a service instance, or replaces it: a name that setters add to, or a whole [`Definition`].
    pub fn register(&self, service: impl Into<Definition>) -> Register {
        self.client.call(service::Register::new(service.into()))
    }

    /// Deregisters a service instance and its checks, by its id.
    pub fn deregister(&self, id: impl Into<String>) -> Deregister {
        self.client.call(service::Deregister::new(id))
    }

    /// Lists the service instances, by id.
    pub fn list(&self) -> List {
        self.client.call(service::List::new())
    }

    /// Reads one service instance: `None` where the agent does not have it.
    pub fn get(&self, id: impl Into<String>) -> Get {
        self.client.call(service::Get::new(id))
    }

    /// Tells how a service instance is: `None` where the agent does not have it.
    pub fn health(&self, id: impl Into<String>) -> HealthById {
        self.client.call(service::HealthById::new(id))
    }

    /// Tells how the instances of a service are that the agent has.
    pub fn health_by_name(&self, service: impl Into<String>) -> HealthByName {
        self.client.call(service::HealthByName::new(service))
    }

    /// Takes a service instance out of use.
    pub fn enable_maintenance(&self, id: impl Into<String>) -> EnableMaintenance {
        self.client.call(service::EnableMaintenance::new(id))
    }

    /// Takes a service instance into use again.
    pub fn disable_maintenance(&self, id: impl Into<String>) -> DisableMaintenance {
        self.client.call(service::DisableMaintenance::new(id))
    }
}

impl Register {
    /// Gives the instance an id, unique on the agent; its name unless set.
    pub fn id(self, id: impl Into<String>) -> Self {
        self.with(|register| register.service.id = Some(id.into()))
    }

    /// Where the instance listens; its node's address unless set.
    pub fn address(self, address: impl Into<String>) -> Self {
        self.with(|register| register.service.address = Some(address.into()))
    }

    /// The port it listens on.
    pub fn port(self, port: u16) -> Self {
        self.with(|register| register.service.port = Some(port))
    }

    /// Adds a tag.
    pub fn tag(self, tag: impl Into<String>) -> Self {
        self.with(|register| register.service.tags.push(tag.into()))
    }

    /// Adds metadata.
    pub fn meta(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(|register| register.service.meta.insert(key.into(), value.into()))
    }

    /// Adds a check. Without any the instance is healthy as long as its node is.
    pub fn check(self, check: impl Into<Check>) -> Self {
        self.with(|register| register.service.checks.push(check.into()))
    }

    /// Drops the instance's checks that are not registered anew. They stay otherwise.
    pub fn replace_existing_checks(self) -> Self {
        self.with(|register| register.replace_existing_checks = true)
    }
}

impl EnableMaintenance {
    /// Why, for people.
    pub fn reason(self, reason: impl Into<String>) -> Self {
        self.with(|maintenance| maintenance.reason = Some(reason.into()))
    }
}
