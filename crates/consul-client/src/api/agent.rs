//! The [agent](https://developer.hashicorp.com/consul/api-docs/agent) that the client talks to, and the
//! [services](service) and [checks](check) that are registered with it.
//!
//! Each agent only has its own services and checks. These operations have no datacenter, consistency mode or index.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! let agent = client.agent();
//! let this = agent.read_self().await?;
//! println!("{} runs Consul {}", this.config.node_name, this.config.version);
//!
//! agent.join("10.0.0.7").await?;
//! for member in agent.members().await? {
//!     println!("{} at {}: {:?}", member.name, member.addr, member.status);
//! }
//!
//! agent.enable_maintenance().reason("new disk").await?;
//! agent.disable_maintenance().await?;
//! # Ok(())
//! # }
//! ```

pub mod check;
mod operations;
pub mod service;

pub use self::operations::*;
use crate::Client;

/// The agent, created by [`Client::agent`].
#[derive(Clone, Debug)]
pub struct Agent {
    client: Client,
}

impl Client {
    /// Returns the operations on the agent.
    #[must_use]
    pub fn agent(&self) -> Agent {
        Agent { client: self.clone() }
    }
}

impl Agent {
    /// Returns the operations on the checks that are registered with the agent.
    #[must_use]
    pub fn check(&self) -> check::Checks {
        check::Checks::new(self.client.clone())
    }

    /// Returns the operations on the services that are registered with the agent.
    #[must_use]
    pub fn service(&self) -> service::Services {
        service::Services::new(self.client.clone())
    }
}
