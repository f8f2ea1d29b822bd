//! Reading the agent's configuration.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::agent::{Coordinate, Member};
use crate::model::{NodeId, NodeName};
use crate::types::{null, port};
use crate::{Endpoint, Json, Method, RequestWriter, Scope, Target};

/// Reads the configuration of the agent, its member and its statistics: `GET /v1/agent/self`.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent#read-configuration)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct ReadSelf(());

impl ReadSelf {
    /// Reads the configuration of the agent, its member and its statistics.
    pub fn new() -> Self {
        Self(())
    }
}

/// Configuration and state of an agent.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AgentSelf {
    /// The part of the configuration that all versions report.
    pub config: AgentConfig,
    /// The complete configuration. Its format differs between versions. Secrets are hidden.
    #[serde(default, deserialize_with = "null::or_default")]
    pub debug_config: BTreeMap<String, Value>,
    /// Network coordinate of the agent. `None` if coordinates are disabled.
    pub coord: Option<Coordinate>,
    /// The agent as a member of its gossip pool.
    pub member: Member,
    /// Runtime statistics by subsystem, as strings.
    #[serde(default, deserialize_with = "null::or_default")]
    pub stats: BTreeMap<String, BTreeMap<String, String>>,
    /// Metadata of the agent's node.
    #[serde(default, deserialize_with = "null::map")]
    pub meta: BTreeMap<String, String>,
    /// Support for proxies. `None` if the gRPC port is disabled.
    #[serde(rename = "xDS")]
    pub xds: Option<Xds>,
}

/// The part of an agent's configuration that all versions report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AgentConfig {
    /// The agent's datacenter.
    pub datacenter: String,
    /// The datacenter that manages ACLs. Empty in responses of old agents.
    #[serde(default, deserialize_with = "null::or_default")]
    pub primary_datacenter: String,
    /// Name of the agent's node.
    pub node_name: NodeName,
    /// Id of the agent's node, a UUID.
    #[serde(default, rename = "NodeID", deserialize_with = "null::or_default")]
    pub node_id: NodeId,
    /// Whether the agent is a server.
    #[serde(default, deserialize_with = "null::or_default")]
    pub server: bool,
    /// Version of Consul, such as `1.22.7` or `1.22.7+ent`.
    #[serde(default, deserialize_with = "null::or_default")]
    pub version: String,
    /// Revision of the source.
    #[serde(default, deserialize_with = "null::or_default")]
    pub revision: String,
    /// Time of the build in RFC 3339. Empty in responses of old agents.
    #[serde(default, deserialize_with = "null::or_default")]
    pub build_date: String,
    /// IP address to which the agent is bound, since 1.22.
    #[serde(default, deserialize_with = "null::or_default")]
    pub bind_addr: String,
    /// Admin partition (Consul Enterprise).
    #[serde(default, deserialize_with = "null::or_default")]
    pub partition: String,
}

/// Support of an agent for proxies of the service mesh.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Xds {
    /// Supported versions by name of the proxy.
    #[serde(deserialize_with = "null::map_of_lists")]
    pub supported_proxies: BTreeMap<String, Vec<String>>,
    /// Port for proxies, the one with TLS if enabled. 0 if disabled.
    #[serde(deserialize_with = "port::deserialize")]
    pub port: u16,
    /// Both ports, since 1.14.
    #[serde(deserialize_with = "null::or_default")]
    pub ports: GrpcPorts,
}

/// The gRPC ports of an agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct GrpcPorts {
    /// Port without TLS. 0 if disabled.
    #[serde(deserialize_with = "port::deserialize")]
    pub plaintext: u16,
    /// Port with TLS. 0 if disabled.
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
        assert_eq!(wire(&ReadSelf::new()), "GET /v1/agent/self");
    }

    #[test]
    fn recorded_response() {
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
    fn recorded_response_of_an_old_agent() {
        let body = format!(
            r#"{{"Config":{{"Datacenter":"dc1","NodeName":"node-a","NodeID":"","Revision":"","Server":false,
            "Version":"1.8.7"}},"DebugConfig":{{}},"Coord":null,"Member":{MEMBER},"Stats":{{}},"Meta":null}}"#
        );
        let this = decoded::<ReadSelf>(200, &body).unwrap();
        assert_eq!((this.coord, this.xds, this.meta.len()), (None, None, 0));
    }
}
