//! Listing the ingress gateways of a service, with their health.

use std::collections::BTreeMap;

use crate::health::ServiceEntry;
use crate::model::{ServiceName, write_node_meta};
use crate::response;
use crate::{Blocking, Cacheable, Endpoint, Filterable, Method, Read, RequestWriter, Sortable, Watchable};

/// Lists the instances of the ingress gateways that forward to a service, with their health:
/// `GET /v1/health/ingress/:service`, since 1.8.
///
/// Returns an empty list if there are none. If the token cannot read the service, the error is
/// [`PermissionDenied`](crate::ApiErrorKind::PermissionDenied); servers before 1.16 return an empty list.
///
/// There is no setter for tags, since servers would then list instances of the service instead of gateways. Use a
/// filter such as `"v1" in Service.Tags` for the tags of the gateways.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/health#list-service-instances-for-ingress-gateways-associated-with-a-service)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Ingress {
    service: ServiceName,
    passing: bool,
    node_meta: BTreeMap<String, String>,
    merge_central_config: bool,
    sameness_group: Option<String>,
}

impl Ingress {
    /// Lists all gateway instances that forward to `service`, healthy or not.
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

    /// Merges the settings of configuration entries into the configuration of the gateway; since 1.13.
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

impl Endpoint for Ingress {
    type Response = response::List<ServiceEntry>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/health/ingress/{service}";

    fn write(&self, request: &mut RequestWriter) {
        request.arg(self.service.as_str());
        request.flag("passing", self.passing);
        write_node_meta(request, &self.node_meta);
        request.flag("merge-central-config", self.merge_central_config);
        request.opt("sameness-group", self.sameness_group.as_deref());
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
        let ingress = Ingress::new("web").passing().node_meta("zone", "a").merge_central_config();
        assert_eq!(
            wire(&ingress),
            "GET /v1/health/ingress/web?passing&node-meta=zone%3Aa&merge-central-config"
        );
    }

    #[test]
    fn recorded_response() {
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
    fn unreadable_service_is_an_error() {
        let Err(ResponseError::Api(error)) = decoded::<Ingress>(403, "Permission denied") else {
            panic!("no error")
        };
        assert_eq!(error.kind(), ApiErrorKind::PermissionDenied);
    }
}
