//! Listing the instances that a service is reached by in the service mesh, with their health.

use std::collections::BTreeMap;

use crate::health::ServiceEntry;
use crate::model::write_node_meta;
use crate::response;
use crate::{
    Blocking, Cacheable, Endpoint, Filterable, Method, Peerable, Read, RequestWriter, Sortable, Watchable,
};

/// Lists the instances that a service is reached by in the service mesh, with their health:
/// `GET /v1/health/connect/:service`.
///
/// These are its proxies, its instances that speak the mesh's protocol themselves, and gateways that stand for it. Empty
/// where there is none. Without the right to read the service the answer is
/// [`PermissionDenied`](crate::ApiErrorKind::PermissionDenied), empty before 1.16. Servers take no tags here; a filter
/// such as `"v1" in Service.Tags` does.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/health#list-service-instances-for-mesh-enabled-service)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connect {
    /// Name of the service that is to be reached.
    pub service: String,
    /// Lists only instances of which every check passes, those of the node included. A warning does not.
    pub passing: bool,
    /// Lists only instances on nodes that have all of this metadata.
    pub node_meta: BTreeMap<String, String>,
    /// Fills in what configuration entries say about a proxy, since 1.13.
    pub merge_central_config: bool,
}

impl Connect {
    /// Lists all instances that `service` is reached by, healthy or not.
    pub fn new(service: impl Into<String>) -> Self {
        Self {
            service: service.into(),
            passing: false,
            node_meta: BTreeMap::new(),
            merge_central_config: false,
        }
    }
}

impl Endpoint for Connect {
    type Response = response::List<ServiceEntry>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/health/connect/{service}";

    fn write(&self, request: &mut RequestWriter) {
        request.arg(&self.service);
        request.flag("passing", self.passing);
        write_node_meta(request, &self.node_meta);
        request.flag("merge-central-config", self.merge_central_config);
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
        let connect = Connect {
            passing: true,
            node_meta: [("zone".to_owned(), "a".to_owned())].into(),
            merge_central_config: true,
            ..Connect::new("web")
        };
        assert_eq!(
            wire(&connect),
            "GET /v1/health/connect/web?passing&node-meta=zone%3Aa&merge-central-config"
        );
    }

    #[test]
    fn recorded_answer() {
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
    fn a_service_that_may_not_be_read_is_denied() {
        let Err(ResponseError::Api(error)) = decoded::<Connect>(403, "Permission denied") else {
            panic!("was taken")
        };
        assert_eq!(error.kind(), ApiErrorKind::PermissionDenied);
    }
}
