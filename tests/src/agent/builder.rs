//! What can be chosen about an agent before it starts.

use std::path::PathBuf;

use super::{Agent, StartError};

/// Chooses what kind of agent starts; made by [`Agent::builder`].
#[derive(Clone, Debug, Default)]
pub struct Builder {
    pub(super) binary: Option<PathBuf>,
    pub(super) acl: bool,
    pub(super) persistent: bool,
    pub(super) unix_socket: Option<PathBuf>,
    pub(super) fragments: Vec<String>,
}

impl Builder {
    /// Runs this Consul instead of the one that [`binary::find`](crate::binary::find) finds.
    pub fn binary(mut self, path: impl Into<PathBuf>) -> Self {
        self.binary = Some(path.into());
        self
    }

    /// Switches ACLs on: what no token allows is denied, and [`Agent::token`] may do everything.
    pub fn acl(mut self) -> Self {
        self.acl = true;
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
        self.persistent = true;
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
        Agent::launch(self)
    }
}
