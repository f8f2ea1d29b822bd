//! The [agent](https://developer.hashicorp.com/consul/api-docs/agent) that is asked, and what is registered with it.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! let agent = client.agent().read_self().await?;
//! println!("{} runs Consul {}", agent.config.node_name, agent.config.version);
//! # Ok(())
//! # }
//! ```

pub mod service;

use consul_proto::agent;
pub use consul_proto::agent::{AgentSelf, Check, Secret};

use crate::{Call, Client};

/// Reads what the agent is; see [`agent::ReadSelf`].
pub type ReadSelf = Call<agent::ReadSelf>;

/// The agent that is asked; from [`Client::agent`].
#[derive(Clone, Debug)]
pub struct Agent {
    client: Client,
}

impl Client {
    /// The agent that is asked.
    #[must_use]
    pub fn agent(&self) -> Agent {
        Agent { client: self.clone() }
    }
}

impl Agent {
    /// Reads the agent's configuration and how it is.
    pub fn read_self(&self) -> ReadSelf {
        self.client.call(agent::ReadSelf::new())
    }

    /// The services that are registered with it.
    #[must_use]
    pub fn service(&self) -> service::Services {
        service::Services::new(self.client.clone())
    }
}
