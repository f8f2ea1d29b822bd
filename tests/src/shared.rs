//! One agent for all tests of a process that only need unique names.

use std::process;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::Agent;

/// Returns the dev agent that the tests of this process share. The first call starts it.
///
/// The agent is never dropped. Its supervisor ends it with the process. Tests must not stop, freeze or reconfigure
/// it.
///
/// # Panics
///
/// Panics if the agent cannot be started, with the same message in every test.
pub fn shared_agent() -> &'static Agent {
    static SHARED: OnceLock<Result<Agent, String>> = OnceLock::new();
    let agent = SHARED.get_or_init(|| Agent::builder().try_start().map_err(|error| error.to_string()));
    agent.as_ref().unwrap_or_else(|error| panic!("{error}"))
}

/// Returns a name that no other test on the same agent uses, for keys, services and sessions.
pub fn unique(name: &str) -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    format!("{name}-{}-{}", process::id(), COUNTER.fetch_add(1, Ordering::Relaxed))
}
