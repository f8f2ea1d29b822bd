//! Listing the members of the gossip pool.

use crate::agent::Member;
use crate::response;
use crate::{Endpoint, Filterable, Method, RequestWriter, Scope, Target};

/// The name for all segments.
const ALL_SEGMENTS: &str = "_all";

/// Lists the members of the gossip pool as the agent sees them: `GET /v1/agent/members`.
///
/// Members that have failed or left stay in the list for some days. Members that the token cannot read are silently
/// omitted. Agents apply a filter since 1.14.9, 1.15.5 and 1.16.1. Older agents ignore it.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent#list-members)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Members {
    wan: bool,
    segment: Option<String>,
}

impl Members {
    /// Lists the agents of the datacenter.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lists the WAN pool instead, which has the servers of all datacenters. Returns an empty list if the agent is not a
    /// server.
    pub fn wan(mut self) -> Self {
        self.wan = true;
        self
    }

    /// Lists the members of a network segment (Consul Enterprise); `_all` for those of all segments.
    ///
    /// Together with [`wan`](Self::wan), agents accept only `_all`.
    pub fn segment(mut self, name: impl Into<String>) -> Self {
        self.segment = Some(name.into());
        self
    }
}

impl Endpoint for Members {
    type Response = response::List<Member>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/agent/members";
    const SCOPE: Scope = Scope::PARTITION;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        // Agents expect a value, so this is not a flag.
        request.opt("wan", self.wan.then_some(1));
        request.opt("segment", self.segment.as_deref());
        let has_segment = self.segment.as_ref().is_some_and(|segment| segment != ALL_SEGMENTS);
        request.exclude(("wan", self.wan), ("segment", has_segment));
    }
}

impl Filterable for Members {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EncodeError;
    use crate::agent::{AclMode, MemberStatus};
    use crate::model::NodeName;
    use crate::testing::{decoded, rejected, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Members::new()), "GET /v1/agent/members");
        assert_eq!(wire(&Members::new().wan()), "GET /v1/agent/members?wan=1");
        assert_eq!(wire(&Members::new().segment("alpha")), "GET /v1/agent/members?segment=alpha");
        assert_eq!(wire(&Members::new().wan().segment("_all")), "GET /v1/agent/members?wan=1&segment=_all");
    }

    #[test]
    fn segment_and_wan_are_mutually_exclusive() {
        let error = rejected(&Members::new().wan().segment("alpha"));
        assert!(matches!(error, EncodeError::Conflict { first: "wan", second: "segment" }));
    }

    #[test]
    fn recorded_response() {
        let body = r#"[{"Name":"node-a","Addr":"127.0.0.1","Port":21301,"Tags":{"acls":"0","build":"1.8.7:",
            "dc":"dc1","ft_fs":"1","id":"c744e824-577d-5bc3-9bdf-52b36f40b01f","port":"21300","raft_vsn":"3",
            "role":"consul","segment":"","vsn":"2","vsn_max":"3","vsn_min":"2","wan_join_port":"21302"},
            "Status":1,"ProtocolMin":1,"ProtocolMax":5,"ProtocolCur":2,"DelegateMin":2,"DelegateMax":5,
            "DelegateCur":4}]"#;
        let member = decoded::<Members>(200, body).unwrap().remove(0);
        assert_eq!((member.name.as_str(), member.addr.as_str(), member.port), ("node-a", "127.0.0.1", 21301));
        assert_eq!((member.status, member.tags["role"].as_str()), (MemberStatus::Alive, "consul"));
        assert_eq!((member.protocol_min, member.protocol_max, member.protocol_cur), (1, 5, 2));
        assert_eq!((member.delegate_min, member.delegate_max, member.delegate_cur), (2, 5, 4));
        assert_eq!(NodeName::from(&member), "node-a");
        assert!(member.is_server());
        assert_eq!(member.acl_mode(), AclMode::Disabled);
    }

    #[test]
    fn wan_pool_of_a_client_agent_is_empty() {
        assert_eq!(decoded::<Members>(200, "null").unwrap(), []);
    }
}
