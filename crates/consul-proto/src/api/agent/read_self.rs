//! Reading what the agent is.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::agent::{Coordinate, Member};
use crate::types::{null, port};
use crate::{Endpoint, Json, Method, RequestWriter, Scope, Target};

/// Reads the configuration of the agent that is asked, and how it is: `GET /v1/agent/self`.
///
/// Named with its verb, because the route's own name is a keyword of Rust.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent#read-configuration)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadSelf;

impl ReadSelf {
    /// Reads what the agent is.
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

/// What an agent is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AgentSelf {
    /// The part of the configuration that every version has.
    pub config: AgentConfig,
    /// The whole configuration, in a form that changes with every version. Secrets are hidden.
    #[serde(default, deserialize_with = "null::or_default")]
    pub debug_config: BTreeMap<String, Value>,
    /// Where the agent is in the network. `None` where coordinates are disabled.
    pub coord: Option<Coordinate>,
    /// The agent as a member of its gossip pool.
    pub member: Member,
    /// Figures, by the part of the agent that they are of; all as text.
    #[serde(default, deserialize_with = "null::or_default")]
    pub stats: BTreeMap<String, BTreeMap<String, String>>,
    /// Metadata of the agent's node.
    #[serde(default, deserialize_with = "null::or_default")]
    pub meta: BTreeMap<String, String>,
    /// What it offers to proxies. `None` where its port for gRPC is closed.
    #[serde(rename = "xDS")]
    pub xds: Option<Xds>,
}

/// The part of an agent's configuration that every version has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AgentConfig {
    /// The agent's datacenter.
    pub datacenter: String,
    /// The datacenter that decides on ACLs and the like. Empty from old agents.
    #[serde(default)]
    pub primary_datacenter: String,
    /// Name of the agent's node.
    pub node_name: String,
    /// Id of the agent's node, a UUID.
    #[serde(default, rename = "NodeID")]
    pub node_id: String,
    /// Whether the agent is a server.
    #[serde(default)]
    pub server: bool,
    /// Version of Consul, such as `1.22.7` or `1.22.7+ent`.
    #[serde(default)]
    pub version: String,
    /// Revision of the source it was built from.
    #[serde(default)]
    pub revision: String,
    /// When it was built, in RFC 3339. Empty from old agents.
    #[serde(default)]
    pub build_date: String,
    /// IP address that the agent is bound to, since 1.22. Empty before.
    #[serde(default, deserialize_with = "null::or_default")]
    pub bind_addr: String,
    /// Admin partition, from Consul Enterprise.
    #[serde(default)]
    pub partition: String,
}

/// What an agent offers to proxies of the service mesh.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Xds {
    /// Versions that are supported, by the name of the proxy.
    #[serde(deserialize_with = "null::or_default")]
    pub supported_proxies: BTreeMap<String, Vec<String>>,
    /// Port for proxies, the one with TLS if there is one; 0 where there is none.
    #[serde(deserialize_with = "port::deserialize")]
    pub port: u16,
    /// Both ports, since 1.14.
    #[serde(deserialize_with = "null::or_default")]
    pub ports: GrpcPorts,
}

/// Ports of an agent for gRPC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GrpcPorts {
    /// The one without TLS; 0 where there is none.
    #[serde(deserialize_with = "port::deserialize")]
    pub plaintext: u16,
    /// The one with TLS; 0 where there is none.
    #[serde(rename = "TLS", deserialize_with = "port::deserialize")]
    pub tls: u16,
}

impl Endpoint for ReadSelf {
    type Response = Json<AgentSelf>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/agent/self";
    const SCOPE: Scope = Scope::NONE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, _: &mut RequestWriter) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::MemberStatus;
    use crate::testing::{decoded, wire};

    const MEMBER: &str = r#"{"Name":"node-a","Addr":"127.0.0.151","Port":8301,
        "Tags":{"acls":"0","build":"1.22.7:","role":"consul"},"Status":1,"ProtocolMin":1,"ProtocolMax":5,
        "ProtocolCur":2,"DelegateMin":2,"DelegateMax":5,"DelegateCur":4}"#;

    #[test]
    fn request() {
        assert_eq!(wire(&ReadSelf), "GET /v1/agent/self");
    }

    #[test]
    fn recorded_answer() {
        let body = format!(
            r#"{{"Config":{{"Datacenter":"dc1","PrimaryDatacenter":"dc1","NodeName":"node-a",
            "NodeID":"89da16dc-a228-7d0d-0b43-08862b467756","Revision":"","Server":true,"Version":"1.22.7",
            "BuildDate":"1970-01-01T00:00:01Z","BindAddr":"127.0.0.151"}},
            "DebugConfig":{{"ACLEnableKeyListPolicy":false,"ACLTokens":{{"ACLAgentToken":"hidden"}}}},
            "Coord":{{"Vec":[0,0,0,0,0,0,0,0],"Error":1.5,"Adjustment":0,"Height":1e-05}},"Member":{MEMBER},
            "Stats":{{"agent":{{"checks":"1"}}}},"Meta":{{"consul-version":"1.22.7"}},
            "xDS":{{"SupportedProxies":{{"envoy":["1.35.9","1.34.13"]}},"Port":8503,
            "Ports":{{"Plaintext":-1,"TLS":8503}}}}}}"#
        );
        let this = decoded::<ReadSelf>(200, &body).unwrap();
        assert_eq!((this.config.node_name.as_str(), this.config.version.as_str()), ("node-a", "1.22.7"));
        assert_eq!((this.config.server, this.config.bind_addr.as_str()), (true, "127.0.0.151"));
        assert_eq!(this.debug_config["ACLTokens"]["ACLAgentToken"], "hidden");
        assert_eq!(this.coord.unwrap().vec.len(), 8);
        assert_eq!((this.member.status, this.member.port), (MemberStatus::Alive, 8301));
        assert_eq!(this.stats["agent"]["checks"], "1");
        let xds = this.xds.unwrap();
        assert_eq!(xds.supported_proxies["envoy"], ["1.35.9", "1.34.13"]);
        assert_eq!((xds.port, xds.ports), (8503, GrpcPorts { plaintext: 0, tls: 8503 }));
    }

    #[test]
    fn recorded_answer_of_an_old_agent() {
        let body = format!(
            r#"{{"Config":{{"Datacenter":"dc1","NodeName":"node-a","NodeID":"","Revision":"","Server":false,
            "Version":"1.8.7"}},"DebugConfig":{{}},"Coord":null,"Member":{MEMBER},"Stats":{{}},"Meta":null}}"#
        );
        let this = decoded::<ReadSelf>(200, &body).unwrap();
        assert_eq!((this.coord, this.xds, this.meta.len()), (None, None, 0));
    }
}
