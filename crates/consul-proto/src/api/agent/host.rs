//! Reading the host of the agent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::types::null;
use crate::{Endpoint, Json, Method, RequestWriter, Scope, Target};

/// Reads information about the host of the agent: `GET /v1/agent/host`.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent#retrieve-host-information)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Host(());

impl Host {
    /// Reads information about the host of the agent.
    pub fn new() -> Self {
        Self(())
    }
}

/// Information about the host of an agent.
///
/// The keys of the maps differ between versions of Consul, down to the spelling: `hostid` became `hostId`. Values
/// that the agent could not determine are empty.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct AgentHost {
    /// Memory, in bytes.
    #[serde(deserialize_with = "null::or_default")]
    pub memory: BTreeMap<String, Value>,
    /// Processors.
    #[serde(default, rename = "CPU", deserialize_with = "null::list")]
    pub cpu: Vec<BTreeMap<String, Value>>,
    /// Name, operating system and kernel.
    #[serde(deserialize_with = "null::or_default")]
    pub host: BTreeMap<String, Value>,
    /// The disk with the agent's data, in bytes.
    #[serde(default, deserialize_with = "null::or_default")]
    pub disk: BTreeMap<String, Value>,
    /// Time of the measurement, in nanoseconds since 1970.
    #[serde(default, deserialize_with = "null::or_default")]
    pub collection_time: i64,
}

impl Endpoint for Host {
    type Response = Json<AgentHost>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/agent/host";
    const SCOPE: Scope = Scope::NONE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, _: &mut RequestWriter) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Host::new()), "GET /v1/agent/host");
    }

    #[test]
    fn recorded_response() {
        let body = r#"{"Memory":{"total":25276510208,"usedPercent":1.4243505493335546},
            "CPU":[{"cpu":0,"vendorId":"AuthenticAMD","mhz":2445.424,"flags":["fpu","vme"]}],
            "Host":{"hostname":"vm","uptime":4870,"os":"linux","hostid":"00000000-0000-0000-0000-000000000000"},
            "Disk":{"path":"/","total":270553174016},"CollectionTime":1795440246158091850,"Errors":null}"#;
        let host = decoded::<Host>(200, body).unwrap();
        assert_eq!((&host.memory["total"], &host.host["os"]), (&25_276_510_208_u64.into(), &"linux".into()));
        assert_eq!((host.cpu.len(), &host.disk["path"]), (1, &"/".into()));
        assert_eq!(host.collection_time, 1_795_440_246_158_091_850);
    }

    #[test]
    fn parts_that_are_null_are_empty() {
        let body = r#"{"Memory":null,"CPU":null,"Host":null,"Disk":null,"CollectionTime":1,"Errors":[{}]}"#;
        assert_eq!(
            decoded::<Host>(200, body).unwrap(),
            AgentHost { collection_time: 1, ..AgentHost::default() }
        );
    }
}
