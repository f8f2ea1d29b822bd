//! Listing the services of an agent.

use std::collections::BTreeMap;

use crate::model::{NodeService, ServiceId};
use crate::{Endpoint, Filterable, Json, Method, RequestWriter, Scope, Target};

/// Lists the service instances that are registered with the agent, by id: `GET /v1/agent/services`.
///
/// Sidecars are included. Instances that are only registered in the catalog are not. Instances that the token cannot
/// read are silently omitted; agents since 1.13 report it in
/// [`Meta::results_filtered_by_acls`](crate::Meta::results_filtered_by_acls).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/service#list-services)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct List(());

impl List {
    /// Lists the service instances that are registered with the agent, by id.
    pub fn new() -> Self {
        Self(())
    }
}

impl Endpoint for List {
    type Response = Json<BTreeMap<ServiceId, NodeService>>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/agent/services";
    const SCOPE: Scope = Scope::NAMESPACE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, _: &mut RequestWriter) {}
}

impl Filterable for List {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ServiceKind, Weights};
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&List::new()), "GET /v1/agent/services");
    }

    #[test]
    fn recorded_response() {
        let body = r#"{"plain":{"ID":"plain","Service":"plain","Tags":[],"Meta":{},"Port":0,"Address":"",
            "Weights":{"Passing":1,"Warning":1},"EnableTagOverride":false},
            "web-sidecar-proxy":{"Kind":"connect-proxy","ID":"web-sidecar-proxy","Service":"web-sidecar-proxy",
            "Tags":["a","b"],"Meta":{"v":"1"},"Port":21000,"Address":"127.0.0.1",
            "TaggedAddresses":{"lan_ipv4":{"Address":"127.0.0.1","Port":21000}},"Weights":{"Passing":1,"Warning":1},
            "EnableTagOverride":false,"Proxy":{"DestinationServiceName":"web","DestinationServiceID":"web",
            "Config":{"n":1.5},"MeshGateway":{},"Expose":{}}}}"#;
        let services = decoded::<List>(200, body).unwrap();
        let plain = NodeService { id: "plain".into(), name: "plain".into(), ..NodeService::default() };
        assert_eq!((&services["plain"], plain.weights), (&plain, Weights { passing: 1, warning: 1 }));
        let proxy = &services["web-sidecar-proxy"];
        assert_eq!((&proxy.kind, proxy.port), (&ServiceKind::ConnectProxy, 21000));
        assert_eq!(proxy.proxy.as_ref().unwrap().destination_service_id, "web");
        assert_eq!(ServiceId::from(proxy), "web-sidecar-proxy");
    }

    #[test]
    fn no_instances_are_an_empty_map() {
        assert!(decoded::<List>(200, "{}").unwrap().is_empty());
    }
}
