//! Listing the instances of a service, with their health.

use std::collections::BTreeMap;

use crate::health::ServiceEntry;
use crate::model::write_node_meta;
use crate::response;
use crate::{
    Blocking, Cacheable, Endpoint, Filterable, Method, Peerable, Read, RequestWriter, Sortable, Watchable,
};

/// Lists the instances of a service, with their health: `GET /v1/health/service/:service`.
///
/// A service that does not exist gives an empty list, with an index to wait on; so does one that the token may not
/// read. The order means nothing unless the options name a node to sort by ([`near`](crate::Options::near)).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/health#list-service-instances-for-service)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Name of the service; servers compare it without regard to case.
    pub service: String,
    /// Lists only instances that have all of these tags.
    pub tags: Vec<String>,
    /// Lists only instances of which every check passes, those of the node included. A warning does not.
    pub passing: bool,
    /// Lists only instances on nodes that have all of this metadata.
    pub node_meta: BTreeMap<String, String>,
    /// Fills in what configuration entries say about a proxy, since 1.13.
    pub merge_central_config: bool,
}

impl Service {
    /// Lists all instances of `service`, healthy or not.
    pub fn new(service: impl Into<String>) -> Self {
        Self {
            service: service.into(),
            tags: Vec::new(),
            passing: false,
            node_meta: BTreeMap::new(),
            merge_central_config: false,
        }
    }
}

impl Endpoint for Service {
    type Response = response::List<ServiceEntry>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/health/service/{service}";

    fn write(&self, request: &mut RequestWriter) {
        request.arg(&self.service);
        request.each("tag", &self.tags);
        request.flag("passing", self.passing);
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
    use std::time::Duration;

    use super::*;
    use crate::ResponseError;
    use crate::model::{CheckType, Status};
    use crate::model::{NodeService, ServicePort, Weights};
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Service::new("redis")), "GET /v1/health/service/redis");
        let service = Service {
            tags: vec!["primary".to_owned(), "v1".to_owned()],
            passing: true,
            node_meta: [("zone".to_owned(), "a".to_owned())].into(),
            merge_central_config: true,
            ..Service::new("redis")
        };
        assert_eq!(
            wire(&service),
            "GET /v1/health/service/redis?tag=primary&tag=v1&passing&node-meta=zone%3Aa&merge-central-config"
        );
    }

    #[test]
    fn recorded_answer() {
        let body = r#"[{
            "Node":{"ID":"aaaaaaaa-bbbb-cccc-dddd-000000000002","Node":"ext-node","Address":"192.0.2.10",
                "Datacenter":"dc1","TaggedAddresses":null,"Meta":{"zone":"a"},"CreateIndex":106,"ModifyIndex":106},
            "Service":{"ID":"redis1","Service":"redis","Tags":["primary","v1"],"Address":"192.0.2.11",
                "TaggedAddresses":{"lan":{"Address":"192.0.2.11","Port":8000}},"Meta":{"ver":"4"},"Port":8000,
                "Weights":{"Passing":10,"Warning":2},"EnableTagOverride":false,
                "Proxy":{"Mode":"","MeshGateway":{},"Expose":{}},"Connect":{},"PeerName":"",
                "CreateIndex":106,"ModifyIndex":106},
            "Checks":[
                {"Node":"ext-node","CheckID":"n1","Name":"n1","Status":"warning","Notes":"","Output":"",
                 "ServiceID":"","ServiceName":"","ServiceTags":[],"Type":"","Interval":"","Timeout":"",
                 "ExposedPort":0,"Definition":{},"CreateIndex":107,"ModifyIndex":107},
                {"Node":"ext-node","CheckID":"service:redis1","Name":"Redis health check","Status":"passing",
                 "Notes":"Script based","Output":"","ServiceID":"redis1","ServiceName":"redis",
                 "ServiceTags":["primary","v1"],"Type":"tcp","Interval":"3s","Timeout":"1s","ExposedPort":21500,
                 "Definition":{"Interval":"5s","Timeout":"1s","DeregisterCriticalServiceAfter":"1h30m0s",
                 "TCP":"192.0.2.11:8000","TTL":9000000000},"CreateIndex":106,"ModifyIndex":106}]}]"#;
        let entry = decoded::<Service>(200, body).unwrap().remove(0);
        assert_eq!((entry.address(), entry.port(), entry.status()), ("192.0.2.11", 8000, Status::Warning));
        assert_eq!((entry.node.name.as_str(), entry.node.meta["zone"].as_str()), ("ext-node", "a"));
        assert_eq!(entry.service.tags, ["primary", "v1"]);
        assert_eq!(entry.service.weights, Weights { passing: 10, warning: 2 });
        assert_eq!((entry.service.proxy, entry.checks[0].definition.as_ref()), (None, None));
        let check = &entry.checks[1];
        assert_eq!((check.id.as_str(), &check.status), ("service:redis1", &Status::Passing));
        assert_eq!((&check.check_type, check.interval), (&CheckType::Tcp, Duration::from_secs(3)));
        let definition = check.definition.as_ref().unwrap();
        assert_eq!((definition.tcp.as_str(), definition.ttl), ("192.0.2.11:8000", Duration::from_secs(9)));
        assert_eq!(definition.deregister_critical_service_after, Duration::from_secs(5400));
    }

    #[test]
    fn what_old_servers_leave_out_is_empty() {
        let body = r#"[{"Node":{"Node":"n","Address":"10.0.0.7","Meta":null},
            "Service":{"ID":"min","Service":"min","Tags":null,"Meta":null,"Weights":null,"Proxy":null},
            "Checks":null}]"#;
        let entry = decoded::<Service>(200, body).unwrap().remove(0);
        assert_eq!((entry.address(), entry.port(), entry.status()), ("10.0.0.7", 0, Status::Passing));
        let bare = NodeService { id: "min".to_owned(), name: "min".to_owned(), ..NodeService::default() };
        assert_eq!((entry.service, entry.checks), (bare, vec![]));
    }

    #[test]
    fn what_servers_do_not_check_does_not_spoil_the_list() {
        let body = r#"[{"Node":{"Node":"n"},"Service":{"ID":"w","Service":"w","Kind":"odd","Port":99999,
            "Ports":[{"Name":"http","Port":8080,"Default":true}]},
            "Checks":[{"Node":"n","CheckID":"c","Status":"odd","Type":"odd","Interval":"foo","Timeout":"10"}]}]"#;
        let entry = decoded::<Service>(200, body).unwrap().remove(0);
        assert_eq!((entry.port(), entry.status().as_str(), entry.service.kind.as_str()), (0, "odd", "odd"));
        assert_eq!(
            entry.service.ports[0],
            ServicePort { name: "http".to_owned(), port: 8080, default: true }
        );
        assert_eq!(entry.checks[0].interval, Duration::ZERO);
    }

    #[test]
    fn a_fault_is_told_with_its_place() {
        let body = r#"[{"Node":{"Node":"n"},"Service":{"ID":"w","Tags":[]},"Checks":[]}]"#;
        let Err(ResponseError::Decode(error)) = decoded::<Service>(200, body) else { panic!("was read") };
        assert_eq!(error.path(), Some("[0].Service"));
        assert!(error.to_string().contains("missing field `Service`"), "{error}");
    }

    #[test]
    fn an_unknown_service_is_empty() {
        assert_eq!(decoded::<Service>(200, "[]").unwrap(), []);
    }
}
