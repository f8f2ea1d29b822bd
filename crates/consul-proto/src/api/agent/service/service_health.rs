//! The health of a service instance of an agent.

use serde::{Deserialize, Serialize};

use crate::model::{HealthCheck, NodeService, Status};
use crate::types::null;

/// The health of a service instance of an agent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ServiceHealth {
    /// Status of all checks together (`AggregatedStatus`).
    #[serde(rename = "AggregatedStatus")]
    pub status: Status,
    /// The instance.
    pub service: NodeService,
    /// The checks of the node and of the instance, without their types.
    #[serde(default, deserialize_with = "null::list")]
    pub checks: Vec<HealthCheck>,
}

#[cfg(test)]
pub(super) mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::{Endpoint, OutputOf, Response, ResponseError, decode};

    pub(crate) const WARNING: &str = r#"{"AggregatedStatus":"warning","Service":{"ID":"plain","Service":"plain",
        "Tags":[],"Meta":{},"Port":0,"Address":"","Weights":{"Passing":1,"Warning":1},"EnableTagOverride":false,
        "Datacenter":"dc1"},"Checks":[{"Node":"node-a","CheckID":"plain-ttl","Name":"Plain TTL","Status":"warning",
        "Notes":"","Output":"hmm","ServiceID":"plain","ServiceName":"plain","ServiceTags":null,"Type":"",
        "ExposedPort":0,"Definition":{"Interval":"0s","Timeout":"0s","DeregisterCriticalServiceAfter":"0s","HTTP":"",
        "Header":null,"Method":"","Body":"","TLSServerName":"","TLSSkipVerify":false,"TCP":"","TCPUseTLS":false,
        "UDP":"","GRPC":"","OSService":"","GRPCUseTLS":false},"CreateIndex":0,"ModifyIndex":0}]}"#;

    /// Decodes a response with Consul's reason header.
    pub(crate) fn graded<E: Endpoint>(status: u16, body: &str) -> Result<OutputOf<E>, ResponseError> {
        let response = http::Response::builder().status(status).header("X-Consul-Reason", "because");
        let response = response.body(Bytes::copy_from_slice(body.as_bytes())).unwrap();
        decode::<E>(response).map(|Response { value, .. }| value)
    }

    #[test]
    fn recorded_model() {
        let health: ServiceHealth = serde_json::from_str(WARNING).unwrap();
        assert_eq!((health.status, health.service.name.as_str()), (Status::Warning, "plain"));
        assert_eq!((health.checks[0].output.as_str(), health.checks[0].definition.as_ref()), ("hmm", None));
    }
}
