//! Joining another agent.

use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Joins the agent to another agent and its cluster: `PUT /v1/agent/join/:address`.
///
/// If the other agent cannot be reached, the error is [`Unavailable`](crate::ApiErrorKind::Unavailable) and its message
/// contains the reason.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent#join-agent)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Join {
    address: String,
    wan: bool,
}

impl Join {
    /// Joins the agent at `address`, in the same datacenter.
    ///
    /// The address is the gossip address: an IP address or a host name. The port defaults to 8301, or to 8302 in the
    /// WAN pool.
    pub fn new(address: impl Into<String>) -> Self {
        Self { address: address.into(), wan: false }
    }

    /// Joins the WAN pool, which has the servers of all datacenters.
    pub fn wan(mut self) -> Self {
        self.wan = true;
        self
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
        // Agents expect a value, so this is not a flag.
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
    use crate::{EncodeError, InvalidArgument};

    #[test]
    fn request() {
        assert_eq!(wire(&Join::new("10.0.0.7:8301")), "PUT /v1/agent/join/10.0.0.7%3A8301");
        let wan = Join::new("[2001:db8::7]:8302").wan();
        assert_eq!(wire(&wan), "PUT /v1/agent/join/%5B2001%3Adb8%3A%3A7%5D%3A8302?wan=1");
    }

    #[test]
    fn empty_address_is_rejected() {
        let error = rejected(&Join::new(""));
        assert!(matches!(error, EncodeError::Argument { name: "address", reason: InvalidArgument::Empty }));
    }

    #[test]
    fn responses() {
        decoded::<Join>(200, "").unwrap();
        let body = "1 error occurred:\n\t* Failed to join 127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused\n\n";
        let error = decoded::<Join>(500, body).unwrap_err().to_string();
        assert!(error.contains("Failed to join 127.0.0.1:1"), "{error}");
    }
}
