//! Reading the address of the leader.

use crate::response::OptionalText;
use crate::{Endpoint, Method, RequestWriter, Scope};

/// Reads the address of the server that is the leader, as `host:port`: `GET /v1/status/leader`.
///
/// Returns `None` if there is no leader. The response is what the agent knows, which can be older than the last
/// election.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/status#get-raft-leader)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Leader(());

impl Leader {
    /// Reads the address of the leader.
    pub fn new() -> Self {
        Self(())
    }
}

impl Endpoint for Leader {
    type Response = OptionalText;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/status/leader";
    const SCOPE: Scope = Scope::DATACENTER;

    fn write(&self, _: &mut RequestWriter) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Leader::new()), "GET /v1/status/leader");
    }

    #[test]
    fn recorded_response() {
        assert_eq!(decoded::<Leader>(200, "\"127.0.0.1:21300\"\n").unwrap().unwrap(), "127.0.0.1:21300");
    }

    #[test]
    fn no_leader_is_none() {
        assert_eq!(decoded::<Leader>(200, "\"\"").unwrap(), None);
    }
}
