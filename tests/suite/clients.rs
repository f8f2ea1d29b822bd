//! Clients of the agents that the tests run on.

use std::time::Duration;

use consul_client::Client;
use consul_tests::{Agent, shared_agent};

/// A generous limit for slow machines.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Returns a client of the agent that all tests share.
pub(crate) fn client() -> Client {
    client_of(shared_agent())
}

/// Returns a client of `agent`, with its token if it has one.
pub(crate) fn client_of(agent: &Agent) -> Client {
    let mut builder = Client::builder().address(agent.url()).timeout(PATIENCE).attempt_timeout(PATIENCE);
    if let Some(token) = agent.token() {
        builder = builder.token(token);
    }
    builder.build().unwrap()
}
