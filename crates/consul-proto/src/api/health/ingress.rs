//! Listing the ingress gateways of a service, with their health.

use std::collections::BTreeMap;

use crate::health::ServiceEntry;
use crate::model::write_node_meta;
use crate::response;
use crate::{Blocking, Cacheable, Endpoint, Filterable, Method, Read, RequestWriter, Sortable, Watchable};

/// Lists the instances of the ingress gateways that lead to a service, with their health:
/// `GET /v1/health/ingress/:service`, since 1.8.
///
/// Empty where there is none. Without the right to read the service the answer is
/// [`PermissionDenied`](crate::ApiErrorKind::PermissionDenied), empty before 1.16.
///
/// Tags cannot be given, for with one servers list instances of the service itself instead of gateways; a filter such as
/// `"v1" in Service.Tags` is for those of the gateways.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/health#list-service-instances-for-ingress-gateways-associated-with-a-service)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ingress {
    /// Name of the service that is to be reached.
    pub service: String,
    /// Lists only instances of which every check passes, those of the node included. A warning does not.
    pub passing: bool,
    /// Lists only instances on nodes that have all of this metadata.
    pub node_meta: BTreeMap<String, String>,
    /// Fills in what configuration entries say about a gateway, since 1.13.
    pub merge_central_config: bool,
}

impl Ingress {
    /// Lists all gateway instances that lead to `service`, healthy or not.
    pub fn new(service: impl Into<String>) -> Self {
        Self {
            service: service.into(),
            passing: false,
            node_meta: BTreeMap::new(),
            merge_central_config: false,
        }
    }
}

impl Endpoint for Ingress {
    type Response = response::List<ServiceEntry>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/health/ingress/{service}";

    fn write(&self, request: &mut RequestWriter) {
        request.arg(&self.service);
        request.flag("passing", self.passing);
        write_node_meta(request, &self.node_meta);
        request.flag("merge-central-config", self.merge_central_config);
    }
}

impl Read for Ingress {}
impl Blocking for Ingress {}
impl Watchable for Ingress {}
impl Cacheable for Ingress {}
impl Filterable for Ingress {}
impl Sortable for Ingress {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ServiceKind;
    use crate::model::Status;
    use crate::testing::{decoded, wire};
    use crate::{ApiErrorKind, ResponseError};

    #[test]
    fn request() {
        assert_eq!(wire(&Ingress::new("web")), "GET /v1/health/ingress/web");
        let ingress = Ingress {
            passing: true,
            node_meta: [("zone".to_owned(), "a".to_owned())].into(),
            merge_central_config: true,
            ..Ingress::new("web")
        };
        assert_eq!(
            wire(&ingress),
            "GET /v1/health/ingress/web?passing&node-meta=zone%3Aa&merge-central-config"
        );
    }

    #[test]
    fn recorded_answer() {
        let body = r#"[{"Node":{"ID":"c744e824-577d-5bc3-9bdf-52b36f40b01f","Node":"node-a","Address":"127.0.0.1",
            "Datacenter":"dc1","TaggedAddresses":{"lan":"127.0.0.1"},"Meta":{"consul-network-segment":""},
            "CreateIndex":10,"ModifyIndex":12},"Service":{"Kind":"ingress-gateway","ID":"ing","Service":"ing",
            "Tags":[],"Address":"","Meta":null,"Port":8443,"Weights":{"Passing":1,"Warning":1},
            "EnableTagOverride":false,"Proxy":{"MeshGateway":{},"Expose":{}},"Connect":{},"CreateIndex":164,
            "ModifyIndex":164},"Checks":[{"Node":"node-a","CheckID":"serfHealth","Name":"Serf Health Status",
            "Status":"passing","Notes":"","Output":"Agent alive and reachable","ServiceID":"","ServiceName":"",
            "ServiceTags":[],"Type":"","Definition":{},"CreateIndex":10,"ModifyIndex":10}]}]"#;
        let entry = decoded::<Ingress>(200, body).unwrap().remove(0);
        assert_eq!((&entry.service.kind, entry.port()), (&ServiceKind::IngressGateway, 8443));
        assert_eq!(entry.status(), Status::Passing);
        assert_eq!(decoded::<Ingress>(200, "[]").unwrap(), []);
    }

    #[test]
    fn a_service_that_may_not_be_read_is_denied() {
        let Err(ResponseError::Api(error)) = decoded::<Ingress>(403, "Permission denied") else {
            panic!("was taken")
        };
        assert_eq!(error.kind(), ApiErrorKind::PermissionDenied);
    }
}
