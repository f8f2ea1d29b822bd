//! The [agent](https://developer.hashicorp.com/consul/api-docs/agent) that is asked, and what is registered with it.
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
pub mod service;

use consul_proto::agent;
pub use consul_proto::agent::{
    AgentHost, AgentMetrics, AgentSelf, AgentService, AgentVersion, Check, Member, MemberStatus, Secret,
    TokenKind,
};

use crate::{Call, Client};

/// Reads what the agent is; see [`agent::ReadSelf`].
pub type ReadSelf = Call<agent::ReadSelf>;
/// Reads which Consul the agent is; see [`agent::Version`].
pub type Version = Call<agent::Version>;
/// Reads about the agent's machine; see [`agent::Host`].
pub type Host = Call<agent::Host>;
/// Reads the agent's metrics; see [`agent::Metrics`].
pub type Metrics = Call<agent::Metrics>;
/// Lists the members of the gossip pool; see [`agent::Members`].
pub type Members = Call<agent::Members>;
/// Joins another agent; see [`agent::Join`].
pub type Join = Call<agent::Join>;
/// Takes a failed member for one that has left; see [`agent::ForceLeave`].
pub type ForceLeave = Call<agent::ForceLeave>;
/// Ends the agent; see [`agent::Leave`].
pub type Leave = Call<agent::Leave>;
/// Lets the agent read its configuration anew; see [`agent::Reload`].
pub type Reload = Call<agent::Reload>;
/// Takes the node out of use; see [`agent::EnableMaintenance`].
pub type EnableMaintenance = Call<agent::EnableMaintenance>;
/// Takes the node into use again; see [`agent::DisableMaintenance`].
pub type DisableMaintenance = Call<agent::DisableMaintenance>;
/// Gives the agent a token of its own; see [`agent::UpdateToken`].
pub type UpdateToken = Call<agent::UpdateToken>;

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

    /// Reads which Consul the agent is, since 1.16.
    pub fn version(&self) -> Version {
        self.client.call(agent::Version::new())
    }

    /// Reads about the machine that the agent runs on.
    pub fn host(&self) -> Host {
        self.client.call(agent::Host::new())
    }

    /// Reads the metrics of the latest ten seconds.
    pub fn metrics(&self) -> Metrics {
        self.client.call(agent::Metrics::new())
    }

    /// Lists the agents of the datacenter, as this one sees them.
    pub fn members(&self) -> Members {
        self.client.call(agent::Members::new())
    }

    /// Lets the agent join another one: an IP address or host name, and `:port` where it is not the default.
    pub fn join(&self, address: impl Into<String>) -> Join {
        self.client.call(agent::Join::new(address))
    }

    /// Takes a member that has failed for one that has left: a [`Member`] or its name.
    pub fn force_leave(&self, node: impl Into<String>) -> ForceLeave {
        self.client.call(agent::ForceLeave::new(node))
    }

    /// Lets the agent leave the cluster and end. Takes longer than the [`timeout`](Call::timeout) of calls by default.
    pub fn leave(&self) -> Leave {
        self.client.call(agent::Leave::new())
    }

    /// Lets the agent read its configuration files anew.
    pub fn reload(&self) -> Reload {
        self.client.call(agent::Reload::new())
    }

    /// Takes the agent's node out of use, and all services on it.
    pub fn enable_maintenance(&self) -> EnableMaintenance {
        self.client.call(agent::EnableMaintenance::new())
    }

    /// Takes the agent's node into use again.
    pub fn disable_maintenance(&self) -> DisableMaintenance {
        self.client.call(agent::DisableMaintenance::new())
    }

    /// Gives the agent a token that it uses by itself; an empty one takes it away.
    pub fn update_token(&self, kind: TokenKind, token: impl Into<Secret>) -> UpdateToken {
        self.client.call(agent::UpdateToken::new(kind, token))
    }

    /// The checks that are registered with it.
    #[must_use]
    pub fn check(&self) -> check::Checks {
        check::Checks::new(self.client.clone())
    }

    /// The services that are registered with it.
    #[must_use]
    pub fn service(&self) -> service::Services {
        service::Services::new(self.client.clone())
    }
}

impl Members {
    /// Lists the servers of all datacenters instead.
    pub fn wan(self) -> Self {
        self.with(|members| members.wan = true)
    }

    /// Lists the members of this network segment (Consul Enterprise); `_all` for those of every one.
    pub fn segment(self, name: impl Into<String>) -> Self {
        self.with(|members| members.segment = Some(name.into()))
    }
}

impl Join {
    /// Joins the servers of all datacenters instead of the agents of one.
    pub fn wan(self) -> Self {
        self.with(|join| join.wan = true)
    }
}

impl ForceLeave {
    /// Also takes it off the list of members at once.
    pub fn prune(self) -> Self {
        self.with(|leave| leave.prune = true)
    }

    /// Only among the servers of all datacenters, since 1.11; an older agent takes no notice.
    pub fn wan(self) -> Self {
        self.with(|leave| leave.wan = true)
    }
}

impl EnableMaintenance {
    /// Why, for people.
    pub fn reason(self, reason: impl Into<String>) -> Self {
        self.with(|maintenance| maintenance.reason = Some(reason.into()))
    }
}
