//! Listing the instances for a service in the service mesh.

use std::collections::BTreeMap;

use crate::catalog::CatalogService;
use crate::model::{ServiceName, write_node_meta};
use crate::response;
use crate::{
    Blocking, Cacheable, Endpoint, Filterable, Method, Peerable, Read, RequestWriter, Sortable, Watchable,
};

/// Lists the instances that accept connections for a service in the service mesh, healthy or not: `GET
/// /v1/catalog/connect/:service`.
///
/// These are the proxies of the service, its instances that support the protocol of the mesh without a proxy, and
/// gateways for the service. Returns an empty list if there are none, or if the token cannot read the service.
/// Servers ignore tags here; use a filter such as `"v1" in ServiceTags`.
///
/// With the option `peer`, lists the instances that a cluster peer has exported; since 1.21.1. Older servers ignore
/// the peer and list the instances of this cluster.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/catalog#list-nodes-for-mesh-capable-service)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Connect {
    service: ServiceName,
    node_meta: BTreeMap<String, String>,
    merge_central_config: bool,
}

impl Connect {
    /// Lists all instances that accept connections for `service`.
    pub fn new(service: impl Into<ServiceName>) -> Self {
        Self { service: service.into(), node_meta: BTreeMap::new(), merge_central_config: false }
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
}

impl Endpoint for Connect {
    type Response = response::List<CatalogService>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/catalog/connect/{service}";

    fn write(&self, request: &mut RequestWriter) {
        request.arg(self.service.as_str());
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

    #[test]
    fn request() {
        assert_eq!(wire(&Connect::new("web")), "GET /v1/catalog/connect/web");
        let connect = Connect::new("web").node_meta("zone", "a").merge_central_config();
        assert_eq!(wire(&connect), "GET /v1/catalog/connect/web?node-meta=zone%3Aa&merge-central-config");
    }

    #[test]
    fn recorded_response() {
        let body = r#"[{"ID":"c744e824-577d-5bc3-9bdf-52b36f40b01f","Node":"node-a","Address":"127.0.0.1",
            "Datacenter":"dc1","TaggedAddresses":{"lan":"127.0.0.1"},"NodeMeta":{"consul-network-segment":""},
            "ServiceKind":"connect-proxy","ServiceID":"web-sidecar-proxy","ServiceName":"web-sidecar-proxy",
            "ServiceTags":["a","b"],"ServiceAddress":"127.0.0.1","ServiceWeights":{"Passing":1,"Warning":1},
            "ServiceMeta":{"v":"1"},"ServicePort":21000,"ServiceEnableTagOverride":false,"ServiceProxy":{
            "DestinationServiceName":"web","DestinationServiceID":"web","LocalServiceAddress":"127.0.0.1",
            "LocalServicePort":8080,"Config":{"n":1.5},"MeshGateway":{"Mode":"local"},"Expose":{}},
            "ServiceConnect":{},"CreateIndex":147,"ModifyIndex":147}]"#;
        let proxy = decoded::<Connect>(200, body).unwrap().remove(0);
        assert_eq!((&proxy.service_kind, proxy.service_port), (&ServiceKind::ConnectProxy, 21000));
        assert_eq!(proxy.service_proxy.unwrap().destination_service_name, "web");
        assert_eq!(decoded::<Connect>(200, "[]").unwrap(), []);
    }
}
