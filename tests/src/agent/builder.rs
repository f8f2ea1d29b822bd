//! What can be chosen about an agent before it starts.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::{Agent, StartError, random_uuid};
use crate::Cluster;

/// Chooses what kind of agent starts; made by [`Agent::builder`].
#[derive(Clone, Default)]
pub struct Builder {
    pub(super) binary: Option<PathBuf>,
    pub(super) role: Role,
    pub(super) token: Option<String>,
    pub(super) unix_socket: Option<PathBuf>,
    pub(super) fragments: Vec<String>,
    /// Where agents listen that this one joins at its start.
    pub(super) join: Vec<SocketAddr>,
}

/// What an agent is to its datacenter.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Role {
    /// All of it, with nothing on disk.
    #[default]
    Dev,
    /// One of so many servers, each with its state on disk.
    Server(usize),
    /// No server: it asks those that it joins.
    Client,
}

impl Builder {
    /// Runs this Consul instead of the one that [`binary::find`](crate::binary::find) finds.
    pub fn binary(mut self, path: impl Into<PathBuf>) -> Self {
        self.binary = Some(path.into());
        self
    }

    /// Switches ACLs on: what no token allows is denied, and [`Agent::token`] may do everything.
    pub fn acl(mut self) -> Self {
        self.token = Some(random_uuid());
        self
    }

    /// Adds a piece of configuration, JSON (starting with `{`) or HCL; later ones win over earlier ones.
    pub fn config(mut self, fragment: impl Into<String>) -> Self {
        self.fragments.push(fragment.into());
        self
    }

    /// Serves HTTP also on a unix socket. Its path has to be short: systems end at about a hundred bytes.
    pub fn unix_socket(mut self, path: impl Into<PathBuf>) -> Self {
        self.unix_socket = Some(path.into());
        self
    }

    /// Starts a server that keeps its state on disk instead of a dev agent, so what it knows survives a
    /// [restart](Agent::restart). Takes some seconds to elect itself.
    pub fn persistent(mut self) -> Self {
        self.role = Role::Server(1);
        self
    }

    /// Starts an agent that is no server and asks those given, which are one or are those of one cluster. It has
    /// their token.
    pub fn client_of<'a>(mut self, servers: impl IntoIterator<Item = &'a Agent>) -> Self {
        self.role = Role::Client;
        for server in servers {
            self.join.push(server.lan_addr());
            self.token.clone_from(&server.token);
        }
        self
    }

    /// Starts the agent and returns when it is ready: there is a leader, the agent is in the catalog, a write works.
    ///
    /// # Panics
    ///
    /// With what to do where there is no Consul, and with the end of the agent's log where it does not get ready.
    pub fn start(self) -> Agent {
        self.try_start().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Starts the agent like [`start`](Self::start), for callers that report errors themselves.
    ///
    /// # Errors
    ///
    /// What [`start`](Self::start) panics with.
    pub fn try_start(self) -> Result<Agent, StartError> {
        Ok(Agent::launch(&self)?.remove(0))
    }

    /// Starts three servers with what was chosen, and returns when there is a leader that all know, all vote and a
    /// write works on each. Like [persistent](Self::persistent) ones they keep their state on disk.
    ///
    /// # Panics
    ///
    /// As [`start`](Self::start) does.
    pub fn start_cluster(mut self) -> Cluster {
        self.role = Role::Server(3);
        let cluster = Agent::launch(&self).map(Cluster::of);
        cluster.unwrap_or_else(|error| panic!("{error}"))
    }
}

impl Role {
    /// How many agents it takes.
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
