//! A cluster of three servers.

use std::thread;
use std::time::{Duration, Instant};

use crate::Agent;

/// Generous limit for an election and for a server to rejoin.
const PATIENCE: Duration = Duration::from_secs(60);

/// Three running servers, started by [`Builder::start_cluster`](crate::Builder::start_cluster). Dropping it kills them.
///
/// Each server is an [`Agent`], which tests can kill, freeze and [start again](Agent::start_again). Two of them are a
/// quorum. A server that rejoins votes again after some seconds, so tests wait for [`until_ready`](Self::until_ready)
/// before they stop the next one.
#[derive(Debug)]
pub struct Cluster {
    servers: Vec<Agent>,
}

impl Cluster {
    pub(crate) fn of(servers: Vec<Agent>) -> Self {
        let cluster = Self { servers };
        cluster.until_ready();
        cluster
    }

    /// Returns the servers, always in the same order.
    pub fn servers(&self) -> &[Agent] {
        &self.servers
    }

    /// Returns the leader on which it and another server agree. Waits for the election if there is none.
    ///
    /// # Panics
    ///
    /// Panics if no leader is elected.
    pub fn leader(&self) -> &Agent {
        until("a leader", || self.elected().ok_or("no server leads by its own word and another's".to_owned()))
    }

    /// Returns the servers that are not the leader, whether they run or not.
    ///
    /// # Panics
    ///
    /// Panics if no leader is elected.
    pub fn followers(&self) -> Vec<&Agent> {
        let leader = self.leader();
        self.servers.iter().filter(|server| server.node() != leader.node()).collect()
    }

    /// Waits until all running servers know the same leader, have all stored data and vote, and a write succeeds on
    /// each. A frozen server counts as running.
    ///
    /// # Panics
    ///
    /// Panics if this takes too long.
    pub fn until_ready(&self) {
        until("the cluster to be ready", || self.obstacle().map_or(Ok(()), Err));
    }

    fn obstacle(&self) -> Option<String> {
        let Some(leader) = self.elected() else { return Some("no leader".to_owned()) };
        let voters = leader.probe().voters().unwrap_or_default();
        let mut running = self.servers.iter().filter(|server| server.is_running());
        running.find_map(|server| {
            let probe = server.probe();
            let obstacle = if probe.leader() != Some(leader.server_addr()) {
                "does not know the leader"
            } else if !voters.contains(&server.server_addr()) {
                "does not vote"
            } else {
                probe.obstacle()?
            };
            Some(format!("{}: {obstacle}", server.node()))
        })
    }

    /// The others report a killed leader for some seconds, and a frozen leader still reports itself after it is
    /// resumed.
    fn elected(&self) -> Option<&Agent> {
        let named: Vec<_> = self
            .servers
            .iter()
            .filter(|server| server.is_running())
            .filter_map(|server| Some((server.server_addr(), server.probe().leader()?)))
            .collect();
        self.servers.iter().find(|server| {
            let leader = server.server_addr();
            named.contains(&(leader, leader))
                && named.iter().filter(|(_, named)| *named == leader).count() > 1
        })
    }
}

/// Repeats a check until it returns a value. The error contains the reason why it did not.
fn until<T>(what: &str, ask: impl Fn() -> Result<T, String>) -> T {
    let start = Instant::now();
    loop {
        match ask() {
            Ok(found) => return found,
            Err(missing) if start.elapsed() > PATIENCE => {
                panic!("waited {PATIENCE:?} for {what}: {missing}");
            }
            Err(_) => thread::sleep(Duration::from_millis(20)),
        }
    }
}
