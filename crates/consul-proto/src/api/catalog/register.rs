//! Registering nodes, services and checks.

use serde::Serialize;

use crate::catalog::{CheckRegistration, NodeRegistration, ServiceRegistration, write_change};
use crate::model::ServiceKind;
use crate::model::Status;
use crate::types::blank::is_blank;
use crate::{EncodeError, Endpoint, Flag, Method, RequestWriter};

/// Registers a node, and with it a service instance, checks, or both: `PUT /v1/catalog/register`.
///
/// What is there under the same name or id is replaced, whole. All is registered or nothing. The answer is always
/// `true`.
///
/// This is for what is outside of agents: an agent takes away what it has not registered on its own node. Programs that
/// run beside an agent [register with it](crate::agent::service::Register).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/catalog#register-entity)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Register {
    /// The node.
    #[serde(flatten)]
    pub node: NodeRegistration,
    /// Leaves a node that is there as it is, so that its address need not be given. One that is not there is created
    /// all the same.
    #[serde(skip_serializing_if = "is_blank")]
    pub skip_node_update: bool,
    /// A service instance on the node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceRegistration>,
    /// Checks of the node, and of its service instances.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<CheckRegistration>,
}

impl Register {
    /// Registers `node`, and nothing on it.
    pub fn new(node: impl Into<NodeRegistration>) -> Self {
        Self { node: node.into(), ..Self::default() }
    }

    /// Refuses what every server would refuse, or take in silence for what it cannot be.
    fn vet(&self, request: &mut RequestWriter) {
        let mut refuse = |name, reason: &str| {
            request.reject(EncodeError::Invalid { name, reason: reason.to_owned() });
        };
        if self.node.name.is_empty() {
            refuse("node", "is empty");
        }
        if !self.skip_node_update && self.node.address.as_deref().is_none_or(str::is_empty) {
            refuse("address", "is needed unless the node is to stay as it is");
        }
        if let Some(service) = &self.service {
            if service.name.is_empty() {
                refuse("service", "is empty");
            }
            if let Some("0.0.0.0" | "::" | "[::]") = service.address.as_deref() {
                refuse("service address", "is the one that stands for all");
            }
            if service.kind == ServiceKind::ConnectProxy {
                let proxy = service.proxy.as_ref();
                if proxy.is_none_or(|proxy| proxy.destination_service_name.trim().is_empty()) {
                    refuse("proxy", "stands for no service");
                }
                if service.port.is_none_or(|port| port == 0) && service.socket_path.is_none() {
                    refuse("port", "of a proxy is missing, and so is its socket");
                }
            }
        }
        for check in &self.checks {
            if check.name.is_empty() && check.id.as_deref().is_none_or(str::is_empty) {
                refuse("check", "has neither a name nor an id");
            }
            if let Some(Status::Maintenance | Status::Other(_)) = &check.status {
                refuse("status", "is neither passing, warning nor critical");
            }
        }
        if let Some(service) = &self.service {
            let has_port = service.port.is_some_and(|port| port > 0);
            request.exclude(("port", has_port), ("ports", !service.ports.is_empty()));
        }
    }
}

impl Endpoint for Register {
    type Response = Flag;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/catalog/register";

    fn write(&self, request: &mut RequestWriter) {
        self.vet(request);
        write_change(request, self);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{
        CatalogNode, ConnectProxyConfig, Locality, NodeService, ServiceAddress, ServicePort, Weights,
    };
    use crate::model::{CheckType, HealthCheck, HealthCheckDefinition};
    use crate::testing::{decoded, rejected, wire};
    use crate::{Options, encode};

    fn put(body: &str) -> String {
        format!("PUT /v1/catalog/register\n{body}")
    }

    fn map<T>(key: &str, value: T) -> std::collections::BTreeMap<String, T> {
        [(key.to_owned(), value)].into()
    }

    #[test]
    fn request() {
        let register = Register::new(NodeRegistration::new("n", "192.0.2.1"));
        assert_eq!(wire(&register), put(r#"{"Node":"n","Address":"192.0.2.1"}"#));
        let register = Register {
            skip_node_update: true,
            service: Some("min".into()),
            checks: vec!["n1".into()],
            ..Register::new("n")
        };
        let body =
            r#"{"Node":"n","SkipNodeUpdate":true,"Service":{"Service":"min"},"Checks":[{"Name":"n1"}]}"#;
        assert_eq!(wire(&register), put(body));
        let there = Options { datacenter: Some("dc2".to_owned()), ..Options::default() };
        let request = encode(&register, &there).unwrap();
        assert_eq!(request.uri(), "/v1/catalog/register");
        assert_eq!(request.body(), &body.replacen('{', r#"{"Datacenter":"dc2","#, 1));
    }

    #[test]
    fn request_with_all_that_old_servers_know() {
        let node = NodeRegistration {
            id: Some("aaaaaaaa-bbbb-cccc-dddd-000000000002".to_owned()),
            tagged_addresses: map("lan", "192.0.2.10".to_owned()),
            meta: map("zone", "a".to_owned()),
            ..NodeRegistration::new("ext-node", "192.0.2.10")
        };
        let service = ServiceRegistration {
            id: Some("redis1".to_owned()),
            tags: vec!["primary".to_owned()],
            address: Some("192.0.2.11".to_owned()),
            tagged_addresses: map("wan", ServiceAddress::new("198.51.100.11", 80)),
            port: Some(8000),
            meta: map("ver", "4".to_owned()),
            weights: Some(Weights { passing: 10, warning: 2 }),
            enable_tag_override: true,
            connect_native: true,
            ..ServiceRegistration::new("redis")
        };
        let check = CheckRegistration {
            id: Some("service:redis1".to_owned()),
            status: Some(Status::Passing),
            notes: Some("n".to_owned()),
            output: Some("o".to_owned()),
            service_id: Some("redis1".to_owned()),
            check_type: CheckType::Tcp,
            definition: HealthCheckDefinition {
                tcp: "192.0.2.11:8000".to_owned(),
                interval: Duration::from_secs(5),
                timeout: Duration::from_millis(1500),
                ttl: Duration::from_secs(9),
                ..HealthCheckDefinition::default()
            },
            ..CheckRegistration::new("alive")
        };
        let register = Register { service: Some(service), checks: vec![check], ..Register::new(node) };
        let body = concat!(
            r#"{"ID":"aaaaaaaa-bbbb-cccc-dddd-000000000002","Node":"ext-node","Address":"192.0.2.10","#,
            r#""TaggedAddresses":{"lan":"192.0.2.10"},"NodeMeta":{"zone":"a"},"Service":{"ID":"redis1","#,
            r#""Service":"redis","Tags":["primary"],"Address":"192.0.2.11","#,
            r#""TaggedAddresses":{"wan":{"Address":"198.51.100.11","Port":80}},"Port":8000,"Meta":{"ver":"4"},"#,
            r#""Weights":{"Passing":10,"Warning":2},"EnableTagOverride":true,"Connect":{"Native":true}},"#,
            r#""Checks":[{"CheckID":"service:redis1","Name":"alive","Status":"passing","Notes":"n","Output":"o","#,
            r#""ServiceID":"redis1","Type":"tcp","Definition":{"TCP":"192.0.2.11:8000","Interval":"5s","#,
            r#""Timeout":"1500ms","TTL":"9s"}}]}"#,
        );
        assert_eq!(wire(&register), put(body));
    }

    #[test]
    fn request_with_what_came_later() {
        let locality = Some(Locality { region: "r".to_owned(), zone: "z".to_owned() });
        let proxy = ConnectProxyConfig {
            destination_service_name: "web".to_owned(),
            ..ConnectProxyConfig::default()
        };
        let register = Register {
            node: NodeRegistration { locality: locality.clone(), ..NodeRegistration::new("n", "a") },
            service: Some(ServiceRegistration {
                kind: ServiceKind::ConnectProxy,
                socket_path: Some("/s".to_owned()),
                proxy: Some(proxy),
                locality,
                ..ServiceRegistration::new("p")
            }),
            ..Register::default()
        };
        let body = r#"{"Node":"n","Address":"a","Locality":{"Region":"r","Zone":"z"},"Service":{"Kind":"connect-proxy","Service":"p","SocketPath":"/s","Proxy":{"DestinationServiceName":"web"},"Locality":{"Region":"r","Zone":"z"}}}"#;
        assert_eq!(wire(&register), put(body));
        let ports = vec![ServicePort { name: "http".to_owned(), port: 80, default: true }];
        let service = ServiceRegistration { ports, ..ServiceRegistration::new("web") };
        let register = Register { service: Some(service), ..Register::new(NodeRegistration::new("n", "a")) };
        let body = r#"{"Node":"n","Address":"a","Service":{"Service":"web","Ports":[{"Name":"http","Port":80,"Default":true}]}}"#;
        assert_eq!(wire(&register), put(body));
    }

    #[test]
    fn what_was_read_can_be_registered() {
        let node = CatalogNode { name: "n".to_owned(), address: "a".to_owned(), ..CatalogNode::default() };
        let service = NodeService {
            id: "w1".to_owned(),
            name: "web".to_owned(),
            tagged_addresses: map("consul-virtual", ServiceAddress::new("240.0.0.1", 80)),
            ..NodeService::default()
        };
        let check = HealthCheck { id: "c".to_owned(), status: Status::Warning, ..HealthCheck::default() };
        let register = Register {
            service: Some((&service).into()),
            checks: vec![(&check).into()],
            ..Register::new(&node)
        };
        let body = r#"{"Node":"n","Address":"a","Service":{"ID":"w1","Service":"web","Weights":{"Passing":1,"Warning":1}},"Checks":[{"CheckID":"c","Status":"warning"}]}"#;
        assert_eq!(wire(&register), put(body));
    }

    #[test]
    fn what_no_server_takes_or_should_take_is_not_sent() {
        let node = || NodeRegistration::new("n", "a");
        let of = |service| Register { service: Some(service), ..Register::new(node()) };
        let with = |check| Register { checks: vec![check], ..Register::new(node()) };
        let web = || ServiceRegistration::new("web");
        for (register, field) in [
            (Register::new(NodeRegistration::new("", "a")), "node"),
            (Register::new("n"), "address"),
            (of("".into()), "service"),
            (of(ServiceRegistration { address: Some("0.0.0.0".to_owned()), ..web() }), "service address"),
            (of(ServiceRegistration { kind: ServiceKind::ConnectProxy, port: Some(1), ..web() }), "proxy"),
            (with("".into()), "check"),
            (with(CheckRegistration { status: Some("odd".into()), .."c".into() }), "status"),
        ] {
            assert!(
                matches!(rejected(&register), EncodeError::Invalid { name, .. } if name == field),
                "{field}"
            );
        }
        let ports = vec![ServicePort::default()];
        let both = of(ServiceRegistration { port: Some(1), ports, ..web() });
        assert!(matches!(rejected(&both), EncodeError::Conflict { first: "port", second: "ports" }));
    }

    #[test]
    fn answers() {
        assert!(decoded::<Register>(200, "true\n").unwrap());
    }
}
