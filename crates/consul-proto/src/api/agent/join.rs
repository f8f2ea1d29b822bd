//! Joining other agents.

use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Lets the agent join another one, and whoever that one knows: `PUT /v1/agent/join/:address`.
///
/// Agents that are joined find each other by themselves from then on. Where the other one cannot be reached, the
/// agent's failure comes back with its reason. May be sent twice.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent#join-agent)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Join {
    /// Address of the other agent for gossip: an IP address or a host name, and `:port` where it is not the default,
    /// 8301 or, between datacenters, 8302.
    pub address: String,
    /// Joins the pool of the servers of all datacenters.
    pub wan: bool,
}

impl Join {
    /// Joins the agent at `address`, in the same datacenter.
    pub fn new(address: impl Into<String>) -> Self {
        Self { address: address.into(), wan: false }
    }
}

impl Endpoint for Join {
    type Response = Empty;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/agent/join/{address}";
    const SCOPE: Scope = Scope::PARTITION;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        request.arg(&self.address);
        // Not a flag: agents want a value here.
        request.opt("wan", self.wan.then_some(1));
    }

    fn is_idempotent(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, rejected, wire};
    use crate::{ArgumentFault, EncodeError};

    #[test]
    fn request() {
        assert_eq!(wire(&Join::new("10.0.0.7:8301")), "PUT /v1/agent/join/10.0.0.7%3A8301");
        let wan = Join { wan: true, ..Join::new("[2001:db8::7]:8302") };
        assert_eq!(wire(&wan), "PUT /v1/agent/join/%5B2001%3Adb8%3A%3A7%5D%3A8302?wan=1");
    }

    #[test]
    fn an_empty_address_is_refused() {
        let fault = rejected(&Join::new(""));
        assert!(matches!(fault, EncodeError::Argument { name: "address", fault: ArgumentFault::Empty }));
    }

    #[test]
    fn answers() {
        decoded::<Join>(200, "").unwrap();
        let body = "1 error occurred:\n\t* Failed to join 127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused\n\n";
        let error = decoded::<Join>(500, body).unwrap_err().to_string();
        assert!(error.contains("Failed to join 127.0.0.1:1"), "{error}");
    }
}
