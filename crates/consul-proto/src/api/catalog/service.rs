//! Listing the instances of a service.

use std::collections::BTreeMap;

use crate::catalog::CatalogService;
use crate::model::{ServiceName, write_node_meta};
use crate::response;
use crate::{
    Blocking, Cacheable, Endpoint, Filterable, Method, Peerable, Read, RequestWriter, Sortable, Watchable,
};

/// Lists the instances of a service, healthy or not: `GET /v1/catalog/service/:service`.
///
/// Returns an empty list, with an index to wait on, if the service does not exist, or if the token cannot read it.
/// [`health::Service`](crate::health::Service) also returns the health of the instances.
///
/// With the option `peer`, lists the instances that a cluster peer has exported; since 1.21.1. Older servers ignore
/// the peer and list the instances of this cluster.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/catalog#list-nodes-for-service)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Service {
    service: ServiceName,
    tags: Vec<String>,
    node_meta: BTreeMap<String, String>,
    merge_central_config: bool,
}

impl Service {
    /// Lists all instances of the service `name`. Servers ignore the case of the name.
    pub fn new(name: impl Into<ServiceName>) -> Self {
        Self {
            service: name.into(),
            tags: Vec::new(),
            node_meta: BTreeMap::new(),
            merge_central_config: false,
        }
    }

    /// Lists only instances with this tag. If called several times, an instance must have all tags.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
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
}

impl Endpoint for Service {
    type Response = response::List<CatalogService>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/catalog/service/{service}";

    fn write(&self, request: &mut RequestWriter) {
        request.arg(self.service.as_str());
        request.each("tag", &self.tags);
        write_node_meta(request, &self.node_meta);
        request.flag("merge-central-config", self.merge_central_config);
    }
}

impl Read for Service {}
impl Blocking for Service {}
impl Watchable for Service {}
impl Cacheable for Service {}
impl Filterable for Service {}
impl Peerable for Service {}
impl Sortable for Service {}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{
        DestinationType, LogSink, MeshGatewayMode, ProxyMode, ServiceAddress, ServiceKind, Weights,
    };
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Service::new("redis")), "GET /v1/catalog/service/redis");
        let service =
            Service::new("redis").tag("primary").tag("v 1").node_meta("zone", "a").merge_central_config();
        assert_eq!(
            wire(&service),
            "GET /v1/catalog/service/redis?tag=primary&tag=v%201&node-meta=zone%3Aa&merge-central-config"
        );
    }

    #[test]
    fn recorded_response() {
        let body = r#"[{"ID":"aaaaaaaa-bbbb-cccc-dddd-000000000002","Node":"ext-node","Address":"192.0.2.10",
            "Datacenter":"dc1","TaggedAddresses":{"lan":"192.0.2.10"},"NodeMeta":{"zone":"a"},"ServiceKind":"",
            "ServiceID":"redis1","ServiceName":"redis","ServiceTags":["primary","v1"],"ServiceAddress":"192.0.2.11",
            "ServiceTaggedAddresses":{"wan":{"Address":"198.51.100.11","Port":80}},
            "ServiceWeights":{"Passing":10,"Warning":2},"ServiceMeta":{"ver":"4"},"ServicePort":8000,
            "ServicePorts":null,"ServiceSocketPath":"","ServiceEnableTagOverride":false,
            "ServiceProxy":{"Mode":"","MeshGateway":{},"Expose":{}},"ServiceConnect":{},"ServiceLocality":null,
            "CreateIndex":106,"ModifyIndex":107}]"#;
        let expected = CatalogService {
            node: "ext-node".into(),
            node_id: "aaaaaaaa-bbbb-cccc-dddd-000000000002".into(),
            node_address: "192.0.2.10".to_owned(),
            node_tagged_addresses: [("lan".to_owned(), "192.0.2.10".to_owned())].into(),
            node_meta: [("zone".to_owned(), "a".to_owned())].into(),
            datacenter: "dc1".to_owned(),
            service_id: "redis1".into(),
            service_name: "redis".into(),
            service_tags: vec!["primary".to_owned(), "v1".to_owned()],
            service_address: "192.0.2.11".to_owned(),
            service_tagged_addresses: [("wan".to_owned(), ServiceAddress::new("198.51.100.11", 80))].into(),
            service_port: 8000,
            service_meta: [("ver".to_owned(), "4".to_owned())].into(),
            service_weights: Weights::new(10, 2),
            create_index: 106,
            modify_index: 107,
            ..CatalogService::default()
        };
        assert_eq!(decoded::<Service>(200, body).unwrap(), [expected]);
    }

    #[test]
    fn recorded_response_with_a_proxy() {
        let body = r#"[{"ID":"","Node":"full-node","Address":"192.0.2.30","TaggedAddresses":null,
            "ServiceKind":"connect-proxy","ServiceID":"fp","ServiceName":"full-proxy","ServiceTags":[],
            "ServiceAddress":"","ServicePort":20000,"ServiceProxy":{
            "TransparentProxy":{"OutboundListenerPort":15001,"DialedDirectly":true},
            "AccessLogs":{"Enabled":true,"Type":"file","Path":"/var/log/a.log"},
            "EnvoyExtensions":[{"Name":"builtin/lua","Required":true,"Arguments":{"ProxyType":"connect-proxy"},
            "ConsulVersion":">= 1.15","EnvoyVersion":">= 1.20"}],"DestinationServiceName":"full",
            "DestinationServiceID":"full","LocalServiceAddress":"127.0.0.1","LocalServicePort":80,
            "Mode":"transparent","Config":{"a":{"b":[1,"x"]},"n":null},"Upstreams":[{"DestinationType":"",
            "DestinationPeer":"peer1","DestinationName":"db","Datacenter":"","LocalBindSocketPath":"/run/db.sock",
            "LocalBindSocketMode":"0600","Config":null,"MeshGateway":{}}],"MeshGateway":{"Mode":"remote"},
            "Expose":{"Checks":true,"Paths":[{"ListenerPort":1,"Path":"/m","LocalPathPort":2,"Protocol":"http2",
            "ParsedFromCheck":true}]}},"ServiceConnect":{"PeerMeta":{"SNI":["db.peer"],"Protocol":"tcp"}},
            "ServiceLocality":{"Region":"us-east-1"},"PeerName":"peer1"}]"#;
        let instance = decoded::<Service>(200, body).unwrap().remove(0);
        assert_eq!((instance.address(), &instance.service_kind), ("192.0.2.30", &ServiceKind::ConnectProxy));
        assert_eq!(instance.service_connect.peer_meta.unwrap().sni, ["db.peer"]);
        let proxy = instance.service_proxy.unwrap();
        assert_eq!(proxy.destination_service_id, "full");
        assert_eq!(
            (&proxy.mode, proxy.transparent_proxy.outbound_listener_port),
            (&ProxyMode::Transparent, 15001)
        );
        assert_eq!(proxy.config["a"], json!({"b": [1, "x"]}));
        assert_eq!(proxy.mesh_gateway.mode, MeshGatewayMode::Remote);
        assert_eq!(
            (&proxy.access_logs.sink, proxy.access_logs.path.as_str()),
            (&LogSink::File, "/var/log/a.log")
        );
        assert_eq!(proxy.envoy_extensions[0].arguments["ProxyType"], "connect-proxy");
        assert!(proxy.expose.checks && proxy.expose.paths[0].parsed_from_check);
        let upstream = &proxy.upstreams[0];
        assert_eq!((&upstream.destination_type, upstream.local_bind_port), (&DestinationType::Unset, 0));
        assert_eq!((upstream.destination_peer.as_str(), upstream.config.len()), ("peer1", 0));
    }

    #[test]
    fn unknown_service_is_an_empty_list() {
        assert_eq!(decoded::<Service>(200, "[]").unwrap(), []);
    }
}
