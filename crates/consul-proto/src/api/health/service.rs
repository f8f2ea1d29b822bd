//! Listing the instances of a service, with their health.

use std::collections::BTreeMap;

use crate::health::ServiceEntry;
use crate::model::{ServiceName, write_node_meta};
use crate::response;
use crate::{
    Blocking, Cacheable, Endpoint, Filterable, Method, Peerable, Read, RequestWriter, Sortable, Watchable,
};

/// Lists the instances of a service, with their health: `GET /v1/health/service/:service`.
///
/// Returns an empty list, with an index to wait on, if the service does not exist, or if the token cannot read it.
/// Servers since 1.13 report a missing permission in
/// [`Meta::results_filtered_by_acls`](crate::Meta::results_filtered_by_acls). The list is only sorted if the option
/// [`near`](crate::Options::near) is set.
///
/// With the option `peer`, lists the instances that a cluster peer has exported; since 1.13. Older servers ignore the
/// peer and list the instances of this cluster.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/health#list-service-instances-for-service)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Service {
    service: ServiceName,
    tags: Vec<String>,
    passing: bool,
    node_meta: BTreeMap<String, String>,
    merge_central_config: bool,
    sameness_group: Option<String>,
}

impl Service {
    /// Lists all instances of the service `name`, healthy or not. Servers ignore the case of the name.
    pub fn new(name: impl Into<ServiceName>) -> Self {
        Self {
            service: name.into(),
            tags: Vec::new(),
            passing: false,
            node_meta: BTreeMap::new(),
            merge_central_config: false,
            sameness_group: None,
        }
    }

    /// Lists only instances with this tag. If called several times, an instance must have all tags.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
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

impl Endpoint for Service {
    type Response = response::List<ServiceEntry>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/health/service/{service}";

    fn write(&self, request: &mut RequestWriter) {
        request.arg(self.service.as_str());
        request.each("tag", &self.tags);
        request.flag("passing", self.passing);
        write_node_meta(request, &self.node_meta);
        request.flag("merge-central-config", self.merge_central_config);
        request.opt("sameness-group", self.sameness_group.as_deref());
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
        let service = Service::new("redis")
            .tag("primary")
            .tag("v1")
            .passing()
            .node_meta("zone", "a")
            .merge_central_config()
            .sameness_group("g");
        assert_eq!(
            wire(&service),
            "GET /v1/health/service/redis?tag=primary&tag=v1&passing&node-meta=zone%3Aa&merge-central-config&sameness-group=g"
        );
    }

    #[test]
    fn recorded_response() {
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
        assert_eq!(entry.service.weights, Weights::new(10, 2));
        assert_eq!((entry.service.proxy, entry.checks[0].definition.as_ref()), (None, None));
        let check = &entry.checks[1];
        assert_eq!((check.id.as_str(), &check.status), ("service:redis1", &Status::Passing));
        assert_eq!((&check.check_type, check.interval), (&CheckType::Tcp, Duration::from_secs(3)));
        let definition = check.definition.as_ref().unwrap();
        assert_eq!((definition.tcp.as_str(), definition.ttl), ("192.0.2.11:8000", Duration::from_secs(9)));
        assert_eq!(definition.deregister_critical_service_after, Duration::from_secs(5400));
    }

    #[test]
    fn fields_that_old_servers_leave_out_are_empty() {
        let body = r#"[{"Node":{"Node":"n","Address":"10.0.0.7","Meta":null},
            "Service":{"ID":"min","Service":"min","Tags":null,"Meta":null,"Weights":null,"Proxy":null},
            "Checks":null}]"#;
        let entry = decoded::<Service>(200, body).unwrap().remove(0);
        assert_eq!((entry.address(), entry.port(), entry.status()), ("10.0.0.7", 0, Status::Passing));
        let bare = NodeService { id: "min".into(), name: "min".into(), ..NodeService::default() };
        assert_eq!((entry.service, entry.checks), (bare, vec![]));
    }

    #[test]
    fn values_that_servers_do_not_check_do_not_hide_the_list() {
        let body = r#"[{"Node":{"Node":"n"},"Service":{"ID":"w","Service":"w","Kind":"odd","Port":99999,"Weights":{"Passing":-1},
            "Ports":[{"Name":"http","Port":8080,"Default":true}]},
            "Checks":[{"Node":"n","CheckID":"c","Status":"odd","Type":"odd","Interval":"foo","Timeout":"10",
                "Definition":{"Header":{"A":null,"B":["c",null]},"Interval":"foo"}}]}]"#;
        let entry = decoded::<Service>(200, body).unwrap().remove(0);
        assert_eq!((entry.port(), entry.status().as_str(), entry.service.kind.as_str()), (0, "odd", "odd"));
        assert_eq!(entry.service.ports[0], ServicePort::new("http", 8080).default_port());
        assert_eq!(entry.service.weights, Weights::new(1, 1));
        assert_eq!(entry.checks[0].interval, Duration::ZERO);
        let definition = entry.checks[0].definition.as_deref().unwrap();
        assert!(definition.header["A"].is_empty() && definition.header["B"] == ["c", ""]);
    }

    #[test]
    fn decode_error_has_the_path() {
        let body = r#"[{"Node":{"Node":"n"},"Service":{"ID":"w","Tags":[]},"Checks":[]}]"#;
        let Err(ResponseError::Decode(error)) = decoded::<Service>(200, body) else { panic!("no error") };
        assert_eq!(error.path(), Some("[0].Service"));
        assert!(error.to_string().contains("missing field `Service`"), "{error}");
    }

    #[test]
    fn unknown_service_is_an_empty_list() {
        assert_eq!(decoded::<Service>(200, "[]").unwrap(), []);
    }
}
