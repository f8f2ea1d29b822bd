//! Listing the members of the gossip pool.

use crate::agent::Member;
use crate::response;
use crate::{Endpoint, Filterable, Method, RequestWriter, Scope, Target};

/// Lists the members of the gossip pool, as the agent sees them: `GET /v1/agent/members`.
///
/// Those that have failed or left stay in the list for some days. Members that the token may not read are left out
/// without a word. Agents evaluate a filter here since 1.14.9 and ignore it before.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent#list-members)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members {
    /// Lists the servers of all datacenters instead of the agents of one. Empty from an agent that is no server.
    pub wan: bool,
    /// Lists the members of this network segment, Consul Enterprise; `_all` for those of every one. Means nothing
    /// between datacenters.
    pub segment: Option<String>,
}

impl Members {
    /// Lists the agents of the datacenter.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Endpoint for Members {
    type Response = response::List<Member>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/agent/members";
    const SCOPE: Scope = Scope::PARTITION;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        // Not a flag: agents want a value here.
        request.opt("wan", self.wan.then_some(1));
        request.opt("segment", self.segment.as_deref());
        request.exclude(("wan", self.wan), ("segment", self.segment.is_some()));
    }
}

impl Filterable for Members {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EncodeError;
    use crate::agent::MemberStatus;
    use crate::testing::{decoded, rejected, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Members::new()), "GET /v1/agent/members");
        assert_eq!(wire(&Members { wan: true, segment: None }), "GET /v1/agent/members?wan=1");
        let segment = Members { wan: false, segment: Some("_all".to_owned()) };
        assert_eq!(wire(&segment), "GET /v1/agent/members?segment=_all");
    }

    #[test]
    fn a_segment_is_of_one_datacenter() {
        let fault = rejected(&Members { wan: true, segment: Some("alpha".to_owned()) });
        assert!(matches!(fault, EncodeError::Conflict { first: "wan", second: "segment" }));
    }

    #[test]
    fn recorded_answer() {
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
        assert_eq!(String::from(&member), "node-a");
    }

    #[test]
    fn an_agent_that_is_no_server_knows_no_other_datacenter() {
        assert_eq!(decoded::<Members>(200, "null").unwrap(), []);
    }
}
