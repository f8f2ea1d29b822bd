//! Listing the checks of an agent.

use std::collections::BTreeMap;

use crate::model::{CheckId, HealthCheck};
use crate::{Endpoint, Filterable, Json, Method, RequestWriter, Scope, Target};

/// Lists the checks that are registered with the agent, by id: `GET /v1/agent/checks`.
///
/// Returns the checks of the node and those of services. Checks that are only registered in the catalog are not
/// included. Checks that the token cannot read are silently omitted; agents since 1.13 report it in
/// [`Meta::results_filtered_by_acls`](crate::Meta::results_filtered_by_acls).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/check#list-checks)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct List(());

impl List {
    /// Lists the checks that are registered with the agent, by id.
    pub fn new() -> Self {
        Self(())
    }
}

impl Endpoint for List {
    type Response = Json<BTreeMap<CheckId, HealthCheck>>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/agent/checks";
    const SCOPE: Scope = Scope::NAMESPACE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, _: &mut RequestWriter) {}
}

impl Filterable for List {}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{CheckType, Status};
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&List::new()), "GET /v1/agent/checks");
    }

    #[test]
    fn recorded_response() {
        let body = r#"{"service:web:2":{"Node":"node-a","CheckID":"service:web:2","Name":"Web HTTP",
            "Status":"critical","Notes":"","Output":"","ServiceID":"web","ServiceName":"web","ServiceTags":["a","b"],
            "Type":"http","Interval":"10m0s","Timeout":"1s","ExposedPort":21500,"Definition":{},"CreateIndex":0,
            "ModifyIndex":0}}"#;
        let checks = decoded::<List>(200, body).unwrap();
        let check = &checks["service:web:2"];
        assert_eq!((check.name.as_str(), check.service_id.as_str()), ("Web HTTP", "web"));
        assert_eq!((&check.status, &check.check_type), (&Status::Critical, &CheckType::Http));
        assert_eq!((check.interval, check.timeout), (Duration::from_secs(600), Duration::from_secs(1)));
        assert_eq!((check.definition.as_ref(), CheckId::from(check).as_str()), (None, "service:web:2"));
    }

    #[test]
    fn recorded_response_of_an_old_agent() {
        let body = r#"{"web-ttl":{"Node":"node-a","CheckID":"web-ttl","Name":"Web TTL","Status":"passing",
            "Notes":"hello","Output":"","ServiceID":"web","ServiceName":"web","ServiceTags":["a","b"],"Type":"ttl",
            "Definition":{},"CreateIndex":0,"ModifyIndex":0}}"#;
        let checks = decoded::<List>(200, body).unwrap();
        assert_eq!(
            (&checks["web-ttl"].check_type, checks["web-ttl"].interval),
            (&CheckType::Ttl, Duration::ZERO)
        );
        assert!(decoded::<List>(200, "{}").unwrap().is_empty());
    }
}
