//! Registering nodes, services and checks.

use serde::Serialize;

use crate::catalog::write_change;
use crate::model::{CheckRegistration, NodeRegistration, ServiceRegistration};
use crate::types::empty::IsEmpty;
use crate::{EncodeError, Endpoint, Method, RequestWriter, True};

/// Registers a node, and with it a service instance, checks, or both: `PUT /v1/catalog/register`.
///
/// A registered object with the same name or id is replaced completely. The registration is atomic.
///
/// This is for external nodes and services: an agent removes services from its own node that it does not know.
/// Programs that run beside an agent use [`agent::service::Register`](crate::agent::service::Register).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/catalog#register-entity)
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
pub struct Register {
    #[serde(flatten)]
    node: NodeRegistration,
    #[serde(skip_serializing_if = "IsEmpty::is_empty")]
    skip_node_update: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<ServiceRegistration>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<CheckRegistration>,
}

impl Register {
    /// Registers a node. Accepts a name, a [`NodeRegistration`], or a node from a response.
    pub fn new(node: impl Into<NodeRegistration>) -> Self {
        Self { node: node.into(), skip_node_update: false, service: None, checks: Vec::new() }
    }

    /// Sets the address of the node, an IP address or a host name. Required unless the node
    /// [stays as it is](Self::skip_node_update).
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.node = self.node.address(address);
        self
    }

    /// Adds metadata of the node.
    pub fn node_meta(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.node = self.node.meta(key, value);
        self
    }

    /// Leaves an existing node as it is, so that its address is not needed. A node that does not exist is still created.
    pub fn skip_node_update(mut self) -> Self {
        self.skip_node_update = true;
        self
    }

    /// Registers a service instance on the node. Accepts a name, a [`ServiceRegistration`], or an instance from a
    /// response.
    pub fn service(mut self, service: impl Into<ServiceRegistration>) -> Self {
        self.service = Some(service.into());
        self
    }

    /// Registers a check. Accepts a name, a [`CheckRegistration`], or a check from a response. Can be called several
    /// times.
    ///
    /// Without a service instance, it is a check of the node.
    pub fn check(mut self, check: impl Into<CheckRegistration>) -> Self {
        self.checks.push(check.into());
        self
    }
}

impl Endpoint for Register {
    type Response = True;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/catalog/register";

    fn write(&self, request: &mut RequestWriter) {
        self.node.validate(request);
        if !self.skip_node_update && !self.node.has_address() {
            let reason = "is required unless the node stays as it is".to_owned();
            request.reject(EncodeError::Invalid { name: "address", reason });
        }
        if let Some(service) = &self.service {
            service.validate(request);
        }
        for check in &self.checks {
            check.validate(request);
        }
        write_change(request, self);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{
        CatalogNode, CheckType, ConnectProxyConfig, HealthCheck, HealthCheckDefinition, Locality,
        NodeService, ServiceAddress, ServiceKind, ServicePort, Status, Weights,
    };
    use crate::testing::{decoded, rejected, wire};
    use crate::{Options, encode};

    fn put(body: &str) -> String {
        format!("PUT /v1/catalog/register\n{body}")
    }

    fn node() -> Register {
        Register::new(NodeRegistration::new("n", "a"))
    }

    #[test]
    fn request() {
        let register = Register::new(NodeRegistration::new("n", "192.0.2.1"));
        assert_eq!(wire(&register), put(r#"{"Node":"n","Address":"192.0.2.1"}"#));
        assert_eq!(wire(&Register::new("n").address("192.0.2.1")), wire(&register));
        let register = Register::new("n").skip_node_update().service("min").check("n1");
        let body =
            r#"{"Node":"n","SkipNodeUpdate":true,"Service":{"Service":"min"},"Checks":[{"Name":"n1"}]}"#;
        assert_eq!(wire(&register), put(body));
        let there = Options::new().datacenter("dc2");
        let request = encode(&register, &there).unwrap();
        assert_eq!(request.uri(), "/v1/catalog/register");
        assert_eq!(request.body(), &body.replacen('{', r#"{"Datacenter":"dc2","#, 1));
    }

    #[test]
    fn request_with_all_fields_of_old_servers() {
        let node = NodeRegistration::new("ext-node", "192.0.2.10")
            .id("aaaaaaaa-bbbb-cccc-dddd-000000000002")
            .tagged_address("lan", "192.0.2.10")
            .meta("zone", "a");
        let service = ServiceRegistration::new("redis")
            .id("redis1")
            .tag("primary")
            .address("192.0.2.11")
            .tagged_address("wan", ServiceAddress::new("198.51.100.11", 80))
            .port(8000)
            .meta("ver", "4")
            .weights(Weights::new(10, 2))
            .enable_tag_override()
            .connect_native();
        let definition = HealthCheckDefinition::new()
            .tcp("192.0.2.11:8000")
            .interval(Duration::from_secs(5))
            .timeout(Duration::from_millis(1500))
            .ttl(Duration::from_secs(9));
        let check = CheckRegistration::new("alive")
            .id("service:redis1")
            .status(Status::Passing)
            .notes("n")
            .output("o")
            .service_id("redis1")
            .check_type(CheckType::Tcp)
            .definition(definition);
        let body = concat!(
            r#"{"ID":"aaaaaaaa-bbbb-cccc-dddd-000000000002","Node":"ext-node","Address":"192.0.2.10","#,
            r#""TaggedAddresses":{"lan":"192.0.2.10"},"NodeMeta":{"zone":"a"},"Service":{"Service":"redis","#,
            r#""ID":"redis1","Tags":["primary"],"Address":"192.0.2.11","#,
            r#""TaggedAddresses":{"wan":{"Address":"198.51.100.11","Port":80}},"Port":8000,"Meta":{"ver":"4"},"#,
            r#""Weights":{"Passing":10,"Warning":2},"EnableTagOverride":true,"Connect":{"Native":true}},"#,
            r#""Checks":[{"CheckID":"service:redis1","Name":"alive","Status":"passing","Notes":"n","Output":"o","#,
            r#""ServiceID":"redis1","Type":"tcp","Definition":{"TCP":"192.0.2.11:8000","Interval":"5s","#,
            r#""Timeout":"1500ms","TTL":"9s"}}]}"#,
        );
        assert_eq!(wire(&Register::new(node).service(service).check(check)), put(body));
    }

    #[test]
    fn request_with_fields_of_newer_servers() {
        let locality = Locality::new("r").zone("z");
        let service = ServiceRegistration::new("p")
            .kind(ServiceKind::ConnectProxy)
            .socket_path("/s")
            .proxy(ConnectProxyConfig::new().destination_service_name("web"))
            .locality(locality.clone());
        let register = Register::new(NodeRegistration::new("n", "a").locality(locality)).service(service);
        let body = r#"{"Node":"n","Address":"a","Locality":{"Region":"r","Zone":"z"},"Service":{"Service":"p","Kind":"connect-proxy","SocketPath":"/s","Proxy":{"DestinationServiceName":"web"},"Locality":{"Region":"r","Zone":"z"}}}"#;
        assert_eq!(wire(&register), put(body));
        let service = ServiceRegistration::new("web").add_port(ServicePort::new("http", 80).default_port());
        let body = r#"{"Node":"n","Address":"a","Service":{"Service":"web","Ports":[{"Name":"http","Port":80,"Default":true}]}}"#;
        assert_eq!(wire(&node().service(service)), put(body));
        let check = CheckRegistration::new("c")
            .service_tags(["v1"])
            .interval(Duration::from_secs(10))
            .timeout(Duration::from_secs(1))
            .exposed_port(21500);
        let body = r#"{"Node":"n","Address":"a","Checks":[{"Name":"c","ServiceTags":["v1"],"Interval":"10s","Timeout":"1s","ExposedPort":21500}]}"#;
        assert_eq!(wire(&node().check(check)), put(body));
    }

    #[test]
    fn objects_from_a_read_can_be_registered() {
        let read = CatalogNode { name: "n".into(), address: "a".to_owned(), ..CatalogNode::default() };
        let service = NodeService {
            id: "w1".into(),
            name: "web".into(),
            tagged_addresses: [("consul-virtual".to_owned(), ServiceAddress::new("240.0.0.1", 80))].into(),
            ..NodeService::default()
        };
        let check = HealthCheck {
            id: "c".into(),
            status: Status::Warning,
            interval: Duration::from_secs(10),
            timeout: Duration::from_secs(1),
            exposed_port: 7,
            ..HealthCheck::default()
        };
        let body = r#"{"Node":"n","Address":"a","Service":{"Service":"web","ID":"w1","Weights":{"Passing":1,"Warning":1}},"Checks":[{"CheckID":"c","Status":"warning","Interval":"10s","Timeout":"1s","ExposedPort":7}]}"#;
        assert_eq!(wire(&Register::new(&read).service(&service).check(&check)), put(body));
    }

    #[test]
    fn registrations_that_every_server_rejects_are_rejected() {
        let web = || ServiceRegistration::new("web");
        let proxy = || web().kind(ServiceKind::ConnectProxy).port(1);
        let config = || ConnectProxyConfig::new().destination_service_name("db");
        for (register, field) in [
            (Register::new(NodeRegistration::new("", "a")), "node"),
            (Register::new("n"), "address"),
            (node().service(""), "service"),
            (node().service(web().address("0.0.0.0")), "service address"),
            (node().service(proxy()), "proxy"),
            (node().service(web().kind(ServiceKind::ConnectProxy).proxy(config())), "port"),
            (node().check(""), "check"),
            (node().check(CheckRegistration::new("c").status("odd".into())), "status"),
        ] {
            match rejected(&register) {
                EncodeError::Invalid { name, .. } | EncodeError::Argument { name, .. } => {
                    assert_eq!(name, field)
                }
                other => panic!("{field}: {other}"),
            }
        }
        let both = node().service(web().port(1).add_port(ServicePort::default()));
        assert!(matches!(rejected(&both), EncodeError::Conflict { first: "port", second: "ports" }));
    }

    #[test]
    fn null_in_an_opaque_setting_is_rejected() {
        let config = ConnectProxyConfig::new().config("a", serde_json::json!({"b": [1, null]}));
        let register = node().service(ServiceRegistration::new("web").proxy(config));
        assert!(matches!(rejected(&register), EncodeError::Invalid { name: "proxy config", .. }));
    }

    #[test]
    fn responses() {
        decoded::<Register>(200, "true\n").unwrap();
        assert!(decoded::<Register>(200, "false").is_err());
    }
}
