//! Listing the checks of a service.

use std::collections::BTreeMap;

use crate::model::HealthCheck;
use crate::model::write_node_meta;
use crate::response;
use crate::{Blocking, Endpoint, Filterable, Method, Read, RequestWriter, Sortable, Watchable};

/// Lists the checks of the instances of a service: `GET /v1/health/checks/:service`.
///
/// Those of their nodes are not among them. Empty for a service that does not exist, and for one that the token may not
/// read.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/health#list-checks-for-service)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checks {
    /// Name of the service; servers compare it without regard to case.
    pub service: String,
    /// Lists only checks on nodes that have all of this metadata.
    pub node_meta: BTreeMap<String, String>,
}

impl Checks {
    /// Lists the checks of `service`.
    pub fn new(service: impl Into<String>) -> Self {
        Self { service: service.into(), node_meta: BTreeMap::new() }
    }
}

impl Endpoint for Checks {
    type Response = response::List<HealthCheck>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/health/checks/{service}";

    fn write(&self, request: &mut RequestWriter) {
        request.arg(&self.service);
        write_node_meta(request, &self.node_meta);
    }
}

impl Read for Checks {}
impl Blocking for Checks {}
impl Watchable for Checks {}
impl Filterable for Checks {}
impl Sortable for Checks {}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{CheckType, Status};
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Checks::new("redis")), "GET /v1/health/checks/redis");
        let checks =
            Checks { node_meta: [("zone".to_owned(), "a".to_owned())].into(), ..Checks::new("redis") };
        assert_eq!(wire(&checks), "GET /v1/health/checks/redis?node-meta=zone%3Aa");
    }

    #[test]
    fn recorded_answer() {
        let body = r#"[{"Node":"ext-node","CheckID":"service:redis1","Name":"Redis health check",
            "Status":"passing","Notes":"Script based","Output":"","ServiceID":"redis1","ServiceName":"redis",
            "ServiceTags":["primary","v1"],"Type":"tcp","Definition":{"Interval":"5s","Timeout":"1s",
            "DeregisterCriticalServiceAfter":"30s","TCP":"192.0.2.11:8000"},"CreateIndex":110,"ModifyIndex":110}]"#;
        let check = decoded::<Checks>(200, body).unwrap().remove(0);
        assert_eq!((check.service_id.as_str(), &check.status), ("redis1", &Status::Passing));
        assert_eq!((&check.check_type, check.interval), (&CheckType::Tcp, Duration::ZERO));
        assert_eq!(check.definition.unwrap().interval, Duration::from_secs(5));
    }

    #[test]
    fn an_unknown_service_is_empty() {
        assert_eq!(decoded::<Checks>(200, "[]").unwrap(), []);
    }
}
