//! Three servers that elect a leader among them.

use std::thread;
use std::time::{Duration, Instant};

use crate::Agent;

/// How long an election, and the way back of a server, may take; far more than they need.
const PATIENCE: Duration = Duration::from_secs(60);

/// Three running servers, started by [`Builder::start_cluster`](crate::Builder::start_cluster). Dropping it kills them.
///
/// Each is an [`Agent`], to be killed, frozen and [started again](Agent::start_again) by itself. Two of them are a
/// quorum. One that was away votes again some seconds after its return, so tests wait for
/// [`until_ready`](Self::until_ready) before they stop the next one.
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

    /// The servers, always in the same order.
    pub fn servers(&self) -> &[Agent] {
        &self.servers
    }

    /// The server that leads, by its own word and another's. Where there is none it waits for the election.
    ///
    /// # Panics
    ///
    /// Where none is elected.
    pub fn leader(&self) -> &Agent {
        until("a leader", || self.elected().ok_or("no server leads by its own word and another's".to_owned()))
    }

    /// The servers that do not lead, whether they run or not.
    ///
    /// # Panics
    ///
    /// Where none is elected.
    pub fn followers(&self) -> Vec<&Agent> {
        let leader = self.leader();
        self.servers.iter().filter(|server| server.node() != leader.node()).collect()
    }

    /// Waits until the servers that run know one leader and all that is stored, all vote, and a write works on each.
    /// Frozen ones run too.
    ///
    /// # Panics
    ///
    /// Where they do not get there.
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

    /// A killed leader goes on being named by the others for seconds, and a frozen one takes itself for it when it wakes.
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

/// Asks until there is what was waited for; the error says what is missing.
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
