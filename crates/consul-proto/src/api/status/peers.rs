//! Listing the voting servers.

use crate::{Endpoint, List, Method, RequestWriter, Scope};

/// Lists the addresses of the servers that are raft peers, each as `host:port`: `GET /v1/status/peers`.
///
/// Returns an empty list before the servers have found each other.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/status#list-raft-peers)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Peers(());

impl Peers {
    /// Lists the addresses of the raft peers.
    pub fn new() -> Self {
        Self(())
    }
}

impl Endpoint for Peers {
    type Response = List<String>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/status/peers";
    const SCOPE: Scope = Scope::DATACENTER;

    fn write(&self, _: &mut RequestWriter) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Peers::new()), "GET /v1/status/peers");
    }

    #[test]
    fn recorded_response() {
        let body = r#"["127.0.0.158:8300","127.0.0.159:8300","127.0.0.160:8300"]"#;
        assert_eq!(decoded::<Peers>(200, body).unwrap()[2], "127.0.0.160:8300");
    }

    #[test]
    fn no_peers_are_an_empty_list() {
        assert!(decoded::<Peers>(200, "[]").unwrap().is_empty());
        assert!(decoded::<Peers>(200, "null").unwrap().is_empty());
    }
}
