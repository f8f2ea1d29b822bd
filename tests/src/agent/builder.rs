//! The builder of agents.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::{Agent, StartError, random_uuid};
use crate::Cluster;

/// A builder for an [`Agent`], created by [`Agent::builder`].
#[derive(Clone, Default)]
pub struct Builder {
    pub(super) binary: Option<PathBuf>,
    pub(super) role: Role,
    pub(super) token: Option<String>,
    pub(super) unix_socket: Option<PathBuf>,
    pub(super) https: Https,
    pub(super) fragments: Vec<String>,
    /// The gossip addresses of the agents to join.
    pub(super) join: Vec<SocketAddr>,
    /// The port on which those servers accept requests of other agents.
    pub(super) server_port: Option<u16>,
}

/// Whether an agent serves HTTPS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Https {
    #[default]
    Off,
    /// Besides HTTP.
    On,
    /// HTTP is served on a unix socket only, for the harness.
    Only,
}

/// The role of an agent in its datacenter.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Role {
    /// The only server, with its state in memory.
    #[default]
    Dev,
    /// One of this number of servers, each with its state on disk.
    Server(usize),
    /// A client agent, which forwards requests to the servers that it joins.
    Client,
}

impl Builder {
    /// Sets the Consul binary. Defaults to the one that [`binary::find`](crate::binary::find) returns.
    pub fn binary(mut self, path: impl Into<PathBuf>) -> Self {
        self.binary = Some(path.into());
        self
    }

    /// Enables ACLs with the default policy `deny`. [`Agent::token`] has all permissions.
    pub fn acl(mut self) -> Self {
        self.token = Some(random_uuid());
        self
    }

    /// Adds a configuration fragment, as JSON (starting with `{`) or HCL. Later fragments override earlier ones.
    pub fn config(mut self, fragment: impl Into<String>) -> Self {
        self.fragments.push(fragment.into());
        self
    }

    /// Serves HTTP also on a Unix socket. Systems limit its path to about 100 bytes.
    pub fn unix_socket(mut self, path: impl Into<PathBuf>) -> Self {
        self.unix_socket = Some(path.into());
        self
    }

    /// Serves HTTPS too, at [`Agent::https_addr`]. Its certificates are part of the [configuration](Self::config).
    pub fn https(mut self) -> Self {
        self.https = Https::On;
        self
    }

    /// Serves HTTPS and no HTTP on any port. Its certificates are part of the [configuration](Self::config).
    pub fn https_only(mut self) -> Self {
        self.https = Https::Only;
        self
    }

    /// Starts a server with its state on disk instead of a dev agent. The state survives a [restart](Agent::restart).
    /// The server takes some seconds to elect itself.
    pub fn persistent(mut self) -> Self {
        self.role = Role::Server(1);
        self
    }

    /// Starts a client agent that forwards requests to the given servers: a single one, or the servers of one
    /// cluster. It has their token.
    pub fn client_of<'a>(mut self, servers: impl IntoIterator<Item = &'a Agent>) -> Self {
        self.role = Role::Client;
        for server in servers {
            self.join.push(server.lan_addr());
            self.server_port = Some(server.server_addr().port());
            self.token.clone_from(&server.token);
        }
        self
    }

    /// Starts the agent and waits until it is ready: a leader is elected, the agent is in the catalog, and a write
    /// succeeds.
    ///
    /// # Panics
    ///
    /// Panics if no Consul is found, with instructions, or if the agent does not get ready, with the end of its log.
    pub fn start(self) -> Agent {
        self.try_start().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Starts the agent like [`start`](Self::start), for callers that report errors themselves.
    ///
    /// # Errors
    ///
    /// Returns an error if [`start`](Self::start) would panic.
    pub fn try_start(self) -> Result<Agent, StartError> {
        Ok(Agent::launch(&self)?.remove(0))
    }

    /// Starts three servers with this configuration, and waits until all know the leader, all vote, and a write
    /// succeeds on each. Their state is on disk, like that of [persistent](Self::persistent) servers.
    ///
    /// # Panics
    ///
    /// Panics for the reasons that [`start`](Self::start) does.
    pub fn start_cluster(mut self) -> Cluster {
        self.role = Role::Server(3);
        let cluster = Agent::launch(&self).map(Cluster::of);
        cluster.unwrap_or_else(|error| panic!("{error}"))
    }
}

impl Role {
    /// Returns the number of agents to start.
    pub(super) fn agents(self) -> usize {
        match self {
            Self::Dev | Self::Client => 1,
            Self::Server(servers) => servers,
        }
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("role", &self.role).finish_non_exhaustive()
    }
}
