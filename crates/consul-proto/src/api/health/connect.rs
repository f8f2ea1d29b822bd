//! Listing the instances for a service in the service mesh, with their health.

use std::collections::BTreeMap;

use crate::health::ServiceEntry;
use crate::model::{ServiceName, write_node_meta};
use crate::response;
use crate::{
    Blocking, Cacheable, Endpoint, Filterable, Method, Peerable, Read, RequestWriter, Sortable, Watchable,
};

/// Lists the instances that accept connections for a service in the service mesh, with their health: `GET
/// /v1/health/connect/:service`.
///
/// These are the proxies of the service, its instances that support the protocol of the mesh without a proxy, and
/// gateways for the service. Returns an empty list if there are none. If the token cannot read the service, the error
/// is [`PermissionDenied`](crate::ApiErrorKind::PermissionDenied); servers before 1.16 return an empty list. Servers
/// ignore tags here; use a filter such as `"v1" in Service.Tags`.
///
/// With the option `peer`, lists the instances that a cluster peer has exported; since 1.13. Older servers ignore the
/// peer and list the instances of this cluster.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/health#list-service-instances-for-mesh-enabled-service)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Connect {
    service: ServiceName,
    passing: bool,
    node_meta: BTreeMap<String, String>,
    merge_central_config: bool,
    sameness_group: Option<String>,
}

impl Connect {
    /// Lists all instances that accept connections for `service`, healthy or not.
    pub fn new(service: impl Into<ServiceName>) -> Self {
        Self {
            service: service.into(),
            passing: false,
            node_meta: BTreeMap::new(),
            merge_central_config: false,
            sameness_group: None,
        }
    }

    /// Lists only instances whose checks all pass, including the checks of their nodes. A warning does not pass.
    pub fn passing(mut self) -> Self {
        self.passing = true;
        self
    }

    /// Lists only instances on nodes with this metadata. If called several times, a node must match every call.
    pub fn node_meta(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.node_meta.insert(key.into(), value.into());
        self
    }

    /// Merges the settings of configuration entries into the configuration of the proxy; since 1.13.
    pub fn merge_central_config(mut self) -> Self {
        self.merge_central_config = true;
        self
    }

    /// Lists the instances of a sameness group's first member with healthy instances; since 1.16 (Consul
    /// Enterprise). Mutually exclusive with the option `peer`. Other servers ignore it.
    pub fn sameness_group(mut self, name: impl Into<String>) -> Self {
        self.sameness_group = Some(name.into());
        self
    }
}

impl Endpoint for Connect {
    type Response = response::List<ServiceEntry>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/health/connect/{service}";

    fn write(&self, request: &mut RequestWriter) {
        request.arg(self.service.as_str());
        request.flag("passing", self.passing);
        write_node_meta(request, &self.node_meta);
        request.flag("merge-central-config", self.merge_central_config);
        request.opt("sameness-group", self.sameness_group.as_deref());
    }
}

impl Read for Connect {}
impl Blocking for Connect {}
impl Watchable for Connect {}
impl Cacheable for Connect {}
impl Filterable for Connect {}
impl Peerable for Connect {}
impl Sortable for Connect {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ServiceKind;
    use crate::testing::{decoded, wire};
    use crate::{ApiErrorKind, ResponseError};

    #[test]
    fn request() {
        assert_eq!(wire(&Connect::new("web")), "GET /v1/health/connect/web");
        let connect = Connect::new("web").passing().node_meta("zone", "a").merge_central_config();
        assert_eq!(
            wire(&connect),
            "GET /v1/health/connect/web?passing&node-meta=zone%3Aa&merge-central-config"
        );
    }

    #[test]
    fn recorded_response() {
        let body = r#"[{"Node":{"ID":"","Node":"node-a","Address":"127.0.0.1","Datacenter":"dc1",
            "TaggedAddresses":null,"Meta":null,"CreateIndex":10,"ModifyIndex":12},
            "Service":{"Kind":"connect-proxy","ID":"web-sidecar-proxy","Service":"web-sidecar-proxy","Tags":["a"],
            "Address":"","Meta":null,"Port":21000,"Weights":{"Passing":1,"Warning":1},"EnableTagOverride":false,
            "Proxy":{"DestinationServiceName":"web","DestinationServiceID":"web","MeshGateway":{},"Expose":{}},
            "Connect":{},"CreateIndex":149,"ModifyIndex":149},"Checks":[]}]"#;
        let entry = decoded::<Connect>(200, body).unwrap().remove(0);
        assert_eq!((entry.address(), entry.port()), ("127.0.0.1", 21000));
        assert_eq!(entry.service.kind, ServiceKind::ConnectProxy);
        assert_eq!(entry.service.proxy.unwrap().destination_service_name, "web");
        assert_eq!(decoded::<Connect>(200, "[]").unwrap(), []);
    }

    #[test]
    fn unreadable_service_is_an_error() {
        let Err(ResponseError::Api(error)) = decoded::<Connect>(403, "Permission denied") else {
            panic!("no error")
        };
        assert_eq!(error.kind(), ApiErrorKind::PermissionDenied);
    }
}
