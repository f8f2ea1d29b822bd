//! Listing the checks of a service.

use std::collections::BTreeMap;

use crate::model::{HealthCheck, ServiceName, write_node_meta};
use crate::response;
use crate::{Blocking, Endpoint, Filterable, Method, Read, RequestWriter, Sortable, Watchable};

/// Lists the checks of the instances of a service: `GET /v1/health/checks/:service`.
///
/// The checks of their nodes are not included. Returns an empty list if the service does not exist, or if the token
/// cannot read it.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/health#list-checks-for-service)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Checks {
    service: ServiceName,
    node_meta: BTreeMap<String, String>,
}

impl Checks {
    /// Lists the checks of `service`. Servers ignore the case of the name.
    pub fn new(service: impl Into<ServiceName>) -> Self {
        Self { service: service.into(), node_meta: BTreeMap::new() }
    }

    /// Lists only checks on nodes with this metadata. If called several times, a node must match every call.
    pub fn node_meta(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.node_meta.insert(key.into(), value.into());
        self
    }
}

impl Endpoint for Checks {
    type Response = response::List<HealthCheck>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/health/checks/{service}";

    fn write(&self, request: &mut RequestWriter) {
        request.arg(self.service.as_str());
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
        let checks = Checks::new("redis").node_meta("zone", "a");
        assert_eq!(wire(&checks), "GET /v1/health/checks/redis?node-meta=zone%3Aa");
    }

    #[test]
    fn recorded_response() {
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
    fn unknown_service_is_an_empty_list() {
        assert_eq!(decoded::<Checks>(200, "[]").unwrap(), []);
    }
}
