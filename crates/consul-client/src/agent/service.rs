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
//! services.deregister("web-1").await?;
//! # Ok(())
//! # }
//! ```

use consul_proto::agent::service;
pub use consul_proto::agent::service::Definition;

use crate::agent::Check;
use crate::{Call, Client};

/// Registers a service; see [`service::Register`].
pub type Register = Call<service::Register>;
/// Deregisters a service; see [`service::Deregister`].
pub type Deregister = Call<service::Deregister>;

/// The services that are registered with an agent; from [`Agent::service`](crate::agent::Agent::service).
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
