//! How a service instance of an agent is.

use std::marker::PhantomData;

use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;

use crate::DecodeError;
use crate::agent::service::AgentService;
use crate::model::{HealthCheck, Status};
use crate::response::{FromResponse, Head};
use crate::types::null;

/// How a service instance of an agent is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ServiceHealth {
    /// What the checks come to together (`AggregatedStatus`).
    #[serde(rename = "AggregatedStatus")]
    pub status: Status,
    /// The instance.
    pub service: AgentService,
    /// The checks of the node and those of the instance, mixed; what kind they are is not told here.
    #[serde(default, deserialize_with = "null::or_default")]
    pub checks: Vec<HealthCheck>,
}

/// Takes the statuses that an agent grades services with for values: 200 for passing, 429 for warning, 503 for all
/// else; and 404 for absence: the default value.
///
/// Consul gives its reason in a header. Without, the answer comes from something that is not Consul, or from an agent
/// that has too much to do, and stays an error: a proxy's failure must not look like that of the service.
#[derive(Debug)]
pub struct Graded<A>(PhantomData<A>);

fn is_grade(head: &Head) -> bool {
    matches!(head.status.as_u16(), 404 | 429 | 503) && head.headers.contains_key("x-consul-reason")
}

impl<A: FromResponse<Output: Default>> FromResponse for Graded<A> {
    type Output = A::Output;

    fn accepts(head: &Head, body: &[u8]) -> bool {
        is_grade(head) || A::accepts(head, body)
    }

    fn may_carry(head: &Head) -> bool {
        is_grade(head) || A::may_carry(head)
    }

    fn from_response(head: &Head, body: Bytes) -> Result<Self::Output, DecodeError> {
        if head.status == StatusCode::NOT_FOUND {
            return Ok(A::Output::default());
        }
        A::from_response(head, body)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::{Endpoint, Json, OutputOf, Response, ResponseError, decode};

    pub(crate) const WARNING: &str = r#"{"AggregatedStatus":"warning","Service":{"ID":"plain","Service":"plain",
        "Tags":[],"Meta":{},"Port":0,"Address":"","Weights":{"Passing":1,"Warning":1},"EnableTagOverride":false,
        "Datacenter":"dc1"},"Checks":[{"Node":"node-a","CheckID":"plain-ttl","Name":"Plain TTL","Status":"warning",
        "Notes":"","Output":"hmm","ServiceID":"plain","ServiceName":"plain","ServiceTags":null,"Type":"",
        "ExposedPort":0,"Definition":{"Interval":"0s","Timeout":"0s","DeregisterCriticalServiceAfter":"0s","HTTP":"",
        "Header":null,"Method":"","Body":"","TLSServerName":"","TLSSkipVerify":false,"TCP":"","TCPUseTLS":false,
        "UDP":"","GRPC":"","OSService":"","GRPCUseTLS":false},"CreateIndex":0,"ModifyIndex":0}]}"#;

    /// The value of an answer in which Consul gives its reason.
    pub(crate) fn graded<E: Endpoint>(status: u16, body: &str) -> Result<OutputOf<E>, ResponseError> {
        let answer = http::Response::builder().status(status).header("X-Consul-Reason", "because");
        let answer = answer.body(Bytes::copy_from_slice(body.as_bytes())).unwrap();
        decode::<E>(answer).map(|Response { value, .. }| value)
    }

    #[test]
    fn recorded_model() {
        let health: ServiceHealth = serde_json::from_str(WARNING).unwrap();
        assert_eq!((health.status, health.service.name.as_str()), (Status::Warning, "plain"));
        assert_eq!((health.checks[0].output.as_str(), health.checks[0].definition.as_ref()), ("hmm", None));
    }

    #[test]
    fn other_failures_are_none_of_its_values() {
        let accepts = |status: u16, header: &str| {
            let answer = http::Response::builder().status(status).header(header, "x").body(()).unwrap();
            Graded::<Json<Option<ServiceHealth>>>::accepts(&answer.into_parts().0, &[])
        };
        for status in [200, 404, 429, 503] {
            assert!(accepts(status, "X-Consul-Reason"), "{status}");
            assert_eq!(accepts(status, "X-Other"), status == 200, "{status}");
        }
        assert!(!accepts(403, "X-Consul-Reason") && !accepts(500, "X-Consul-Reason"));
    }

    #[test]
    fn every_value_may_be_of_any_size() {
        let may_carry = |status: u16, header: &str| {
            let answer = http::Response::builder().status(status).header(header, "x").body(()).unwrap();
            Graded::<Json<Option<ServiceHealth>>>::may_carry(&answer.into_parts().0)
        };
        assert!([200, 429, 503].iter().all(|status| may_carry(*status, "X-Consul-Reason")));
        assert!(
            may_carry(200, "X-Other") && !may_carry(503, "X-Other") && !may_carry(500, "X-Consul-Reason")
        );
    }
}
