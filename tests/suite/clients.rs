//! Clients of the agents that the tests run on.

use std::time::Duration;

use consul_client::Client;
use consul_tests::{Agent, shared_agent};

/// Long enough for any machine: no test passes because a call was quick.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A client of the agent that all tests share.
pub(crate) fn client() -> Client {
    client_of(shared_agent())
}

/// A client of `agent`, with its token if it has one.
pub(crate) fn client_of(agent: &Agent) -> Client {
    let mut builder = Client::builder().address(agent.url()).timeout(PATIENCE).attempt_timeout(PATIENCE);
    if let Some(token) = agent.token() {
        builder = builder.token(token);
    }
    builder.build().unwrap()
}
