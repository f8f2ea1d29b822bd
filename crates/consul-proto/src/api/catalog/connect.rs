//! Listing the instances that a service is reached by in the service mesh.

use std::collections::BTreeMap;

use crate::catalog::CatalogService;
use crate::model::write_node_meta;
use crate::response;
use crate::{
    Blocking, Cacheable, Endpoint, Filterable, Method, Peerable, Read, RequestWriter, Sortable, Watchable,
};

/// Lists the instances that a service is reached by in the service mesh, whatever their health:
/// `GET /v1/catalog/connect/:service`.
///
/// These are its proxies, its instances that speak the mesh's protocol themselves, and gateways that stand for it. Empty
/// where there is none, and where the token may not read the service. Servers take no tags here; a filter such as
/// `"v1" in ServiceTags` does.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/catalog#list-nodes-for-mesh-capable-service)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connect {
    /// Name of the service that is to be reached.
    pub service: String,
    /// Lists only instances on nodes that have all of this metadata.
    pub node_meta: BTreeMap<String, String>,
    /// Fills in what configuration entries say about a proxy, since 1.13.
    pub merge_central_config: bool,
}

impl Connect {
    /// Lists all instances that `service` is reached by.
    pub fn new(service: impl Into<String>) -> Self {
        Self { service: service.into(), node_meta: BTreeMap::new(), merge_central_config: false }
    }
}

impl Endpoint for Connect {
    type Response = response::List<CatalogService>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/catalog/connect/{service}";

    fn write(&self, request: &mut RequestWriter) {
        request.arg(&self.service);
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
        let connect = Connect {
            node_meta: [("zone".to_owned(), "a".to_owned())].into(),
            merge_central_config: true,
            ..Connect::new("web")
        };
        assert_eq!(wire(&connect), "GET /v1/catalog/connect/web?node-meta=zone%3Aa&merge-central-config");
    }

    #[test]
    fn recorded_answer() {
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
