//! Registering a service.

use crate::agent::service::Definition;
use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Registers a service instance with the agent, or replaces it: `PUT /v1/agent/service/register`.
///
/// Success means that the agent has taken it, and will bring it to the catalog; should the servers refuse it there,
/// only the agent's log tells. An agent that loses its data forgets the registration.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/service#register-service)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    /// What is registered.
    pub service: Definition,
    /// Drops the instance's checks that are not registered anew. They stay otherwise.
    pub replace_existing_checks: bool,
}

impl Register {
    /// Registers `service`.
    #[must_use]
    pub fn new(service: Definition) -> Self {
        Self { service, replace_existing_checks: false }
    }
}

impl Endpoint for Register {
    type Response = Empty;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/agent/service/register";
    const SCOPE: Scope = Scope::NAMESPACE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        self.service.check(request);
        request.flag("replace-existing-checks", self.replace_existing_checks);
        request.json(&self.service);
    }

    /// The same registration once more changes nothing.
    fn is_idempotent(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::EncodeError;
    use crate::agent::check::{Alias, H2ping, Http, Tls};
    use crate::agent::service::{Connect, Sidecar};
    use crate::agent::{Check, Secret};
    use crate::model::Status;
    use crate::model::{
        ConnectProxyConfig, DestinationType, Expose, ExposePath, Locality, MeshGateway, MeshGatewayMode,
        ProxyMode, ServiceAddress, ServiceKind, ServicePort, TransparentProxy, Upstream, Weights,
    };
    use crate::testing::{decoded, rejected, wire};

    const MINUTE: Duration = Duration::from_secs(60);

    fn map(key: &str, value: &str) -> std::collections::BTreeMap<String, String> {
        [(key.to_owned(), value.to_owned())].into()
    }

    #[test]
    fn request() {
        let mut register = Register::new(Definition::new("web"));
        assert_eq!(wire(&register), "PUT /v1/agent/service/register\n{\"Name\":\"web\"}");
        register.replace_existing_checks = true;
        assert_eq!(
            wire(&register),
            "PUT /v1/agent/service/register?replace-existing-checks\n{\"Name\":\"web\"}"
        );
    }

    /// All that 1.8 knows.
    fn full() -> Definition {
        let http = Http {
            method: Some("POST".to_owned()),
            header: [("X-A".to_owned(), vec!["1".to_owned(), "2".to_owned()])].into(),
            body: Some("b".to_owned()),
            tls: Tls { skip_verify: true, ..Tls::default() },
            timeout: Some(Duration::from_millis(1500)),
            ..Http::new("http://127.0.0.1:1/health", MINUTE)
        };
        let checks = vec![
            Check {
                id: Some("web-ttl".to_owned()),
                name: Some("Web TTL".to_owned()),
                notes: Some("hello".to_owned()),
                status: Some(Status::Passing),
                ..Check::ttl(MINUTE * 60)
            },
            Check {
                success_before_passing: Some(2),
                failures_before_critical: Some(3),
                output_max_size: Some(512),
                deregister_critical_service_after: Some(MINUTE * 90),
                ..Check::from(http)
            },
            Check::tcp("127.0.0.1:1", MINUTE),
            Check::grpc("127.0.0.1:1/web", MINUTE),
            Check::from(Alias::node("n")),
        ];
        let query = Upstream {
            destination_type: DestinationType::PreparedQuery,
            datacenter: "dc2".to_owned(),
            local_bind_address: "127.0.0.2".to_owned(),
            config: [("connect_timeout_ms".to_owned(), json!(1000))].into(),
            mesh_gateway: MeshGateway { mode: MeshGatewayMode::Local },
            ..Upstream::new("q", 9192)
        };
        let path = ExposePath {
            path: "/metrics".to_owned(),
            local_path_port: 8080,
            listener_port: 21599,
            protocol: "http".to_owned(),
            parsed_from_check: true,
        };
        let proxy = ConnectProxyConfig {
            destination_service_name: "web".to_owned(),
            destination_service_id: "web1".to_owned(),
            local_service_address: "127.0.0.1".to_owned(),
            local_service_port: 8080,
            config: [("protocol".to_owned(), json!("http"))].into(),
            upstreams: vec![Upstream::new("db", 9191), query],
            mesh_gateway: MeshGateway { mode: MeshGatewayMode::None },
            expose: Expose { checks: true, paths: vec![path] },
            ..ConnectProxyConfig::default()
        };
        Definition {
            id: Some("web1".to_owned()),
            tags: vec!["a".to_owned()],
            address: Some("127.0.0.1".to_owned()),
            tagged_addresses: [("wan".to_owned(), ServiceAddress::new("198.51.100.1", 80))].into(),
            port: Some(8080),
            meta: map("v", "1"),
            weights: Some(Weights { passing: 10, warning: 1 }),
            enable_tag_override: true,
            checks,
            token: Some(Secret::from("5ef7")),
            connect: Some(Connect::sidecar(Sidecar {
                port: Some(21001),
                proxy: Some(proxy),
                ..Sidecar::default()
            })),
            ..Definition::new("web")
        }
    }

    #[test]
    fn full_request() {
        let expected = json!({
            "Name": "web", "ID": "web1", "Tags": ["a"], "Address": "127.0.0.1",
            "TaggedAddresses": {"wan": {"Address": "198.51.100.1", "Port": 80}}, "Port": 8080, "Meta": {"v": "1"},
            "Weights": {"Passing": 10, "Warning": 1}, "EnableTagOverride": true, "Token": "5ef7",
            "Checks": [
                {"CheckID": "web-ttl", "Name": "Web TTL", "Notes": "hello", "Status": "passing", "TTL": "3600s"},
                {"HTTP": "http://127.0.0.1:1/health", "Method": "POST", "Header": {"X-A": ["1", "2"]}, "Body": "b",
                 "TLSSkipVerify": true, "Interval": "60s", "Timeout": "1500ms",
                 "DeregisterCriticalServiceAfter": "5400s", "SuccessBeforePassing": 2, "FailuresBeforeCritical": 3,
                 "OutputMaxSize": 512},
                {"TCP": "127.0.0.1:1", "Interval": "60s"},
                {"GRPC": "127.0.0.1:1/web", "Interval": "60s"},
                {"AliasNode": "n"},
            ],
            "Connect": {"SidecarService": {"Port": 21001, "Proxy": {
                "DestinationServiceName": "web", "DestinationServiceID": "web1", "LocalServiceAddress": "127.0.0.1",
                "LocalServicePort": 8080, "Config": {"protocol": "http"},
                "Upstreams": [
                    {"DestinationName": "db", "LocalBindPort": 9191},
                    {"DestinationType": "prepared_query", "DestinationName": "q", "Datacenter": "dc2",
                     "LocalBindAddress": "127.0.0.2", "LocalBindPort": 9192, "Config": {"connect_timeout_ms": 1000},
                     "MeshGateway": {"Mode": "local"}},
                ],
                "MeshGateway": {"Mode": "none"},
                "Expose": {"Checks": true, "Paths": [{"Path": "/metrics", "LocalPathPort": 8080,
                           "ListenerPort": 21599, "Protocol": "http"}]},
            }}},
        });
        let request = wire(&Register::new(full()));
        let body = request.strip_prefix("PUT /v1/agent/service/register\n").unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(body).unwrap(), expected);
    }

    #[test]
    fn what_is_newer_is_sent_where_it_is_set() {
        let h2ping = H2ping {
            use_tls: Some(false),
            tls: Tls { server_name: Some("h".to_owned()), ..Tls::default() },
            ..H2ping::new("h:1", MINUTE)
        };
        let proxy = ConnectProxyConfig {
            destination_service_name: "web".to_owned(),
            mode: ProxyMode::Transparent,
            transparent_proxy: TransparentProxy { outbound_listener_port: 15002, dialed_directly: true },
            ..ConnectProxyConfig::default()
        };
        let service = Definition {
            kind: ServiceKind::ConnectProxy,
            ports: vec![ServicePort { name: "http".to_owned(), port: 80, default: true }],
            socket_path: Some("/run/x".to_owned()),
            locality: Some(Locality { region: "r".to_owned(), zone: String::new() }),
            checks: vec![Check::from(h2ping)],
            proxy: Some(proxy),
            connect: Some(Connect::native()),
            namespace: Some("team".to_owned()),
            ..Definition::new("x")
        };
        let expected = json!({
            "Name": "x", "Kind": "connect-proxy", "Ports": [{"Name": "http", "Port": 80, "Default": true}],
            "SocketPath": "/run/x", "Locality": {"Region": "r"}, "Namespace": "team", "Connect": {"Native": true},
            "Checks": [{"H2PING": "h:1", "H2PingUseTLS": false, "TLSServerName": "h", "Interval": "60s"}],
            "Proxy": {"DestinationServiceName": "web", "Mode": "transparent",
                      "TransparentProxy": {"OutboundListenerPort": 15002, "DialedDirectly": true}},
        });
        assert_eq!(serde_json::to_value(&service).unwrap(), expected);
    }

    #[test]
    fn what_every_agent_refuses_is_not_sent() {
        let web = || Definition::new("web");
        let sidecar = Sidecar { checks: vec![Check::ttl(Duration::ZERO)], ..Sidecar::default() };
        for (service, expected) in [
            (Definition::new(""), "name is empty"),
            (
                Definition { address: Some("0.0.0.0".to_owned()), ..web() },
                "address is the one that stands for all",
            ),
            (
                Definition { address: Some("::".to_owned()), ..web() },
                "address is the one that stands for all",
            ),
            (
                Definition { weights: Some(Weights { passing: 0, warning: 1 }), ..web() },
                "weights are 0 for the passing state",
            ),
            (
                Definition { checks: vec![Check::ttl(MINUTE), Check::tcp("h:1", Duration::ZERO)], ..web() },
                "interval of check 2 is zero",
            ),
            (Definition { connect: Some(Connect::sidecar(sidecar)), ..web() }, "ttl of check 1 is zero"),
        ] {
            let fault = rejected(&Register::new(service));
            assert!(matches!(fault, EncodeError::Invalid { .. }));
            assert_eq!(fault.to_string(), expected);
        }
        let ports = Definition { port: Some(1), ports: vec![ServicePort::default()], ..web() };
        assert!(matches!(
            rejected(&Register::new(ports)),
            EncodeError::Conflict { first: "port", second: "ports" }
        ));
    }

    #[test]
    fn the_token_is_not_shown() {
        assert!(!format!("{:?}", Register::new(full())).contains("5ef7"));
    }

    #[test]
    fn answers() {
        decoded::<Register>(200, "").unwrap();
        assert!(decoded::<Register>(400, "Invalid service address").is_err());
    }
}
