//! Registering a service.

use crate::agent::service::Definition;
use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Registers a service instance with the agent, or replaces it: `PUT /v1/agent/service/register`.
///
/// Success means that the agent has accepted the instance and will copy it to the catalog. If the servers reject it,
/// only the agent's log shows this.
///
/// An agent that loses its data forgets the registration, and removes the instance from the catalog. The program must
/// then register it again: when a report to one of its checks fails with
/// [`UnknownCheck`](crate::ApiErrorKind::UnknownCheck), or when [`Get`](crate::agent::service::Get) no longer finds
/// it.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/service#register-service)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Register {
    service: Definition,
    replace_existing_checks: bool,
}

impl Register {
    /// Registers a service instance: a name, or a [`Definition`](crate::agent::service::Definition).
    ///
    /// Names and ids that no later request could contain are rejected.
    pub fn new(service: impl Into<Definition>) -> Self {
        Self { service: service.into(), replace_existing_checks: false }
    }

    /// Removes checks of the instance that are not part of this registration. Defaults to keeping them.
    ///
    /// This also removes the check of maintenance mode.
    pub fn replace_existing_checks(mut self) -> Self {
        self.replace_existing_checks = true;
        self
    }
}

impl Endpoint for Register {
    type Response = Empty;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/agent/service/register";
    const SCOPE: Scope = Scope::NAMESPACE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        self.service.validate(request);
        request.flag("replace-existing-checks", self.replace_existing_checks);
        request.json(&self.service);
    }

    /// A second registration with the same values changes nothing.
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
    use crate::agent::Check;
    use crate::agent::check::{Alias, H2ping, Http, Tls};
    use crate::agent::service::Sidecar;
    use crate::model::Status;
    use crate::model::{
        ConnectProxyConfig, DestinationType, EnvoyExtension, Expose, ExposePath, Locality, MeshGatewayMode,
        ProxyMode, ServiceAddress, ServiceKind, ServicePort, TransparentProxy, Upstream, Weights,
    };
    use crate::testing::{decoded, rejected, wire};

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn request() {
        assert_eq!(wire(&Register::new("web")), "PUT /v1/agent/service/register\n{\"Name\":\"web\"}");
        assert_eq!(
            wire(&Register::new("web").replace_existing_checks()),
            "PUT /v1/agent/service/register?replace-existing-checks\n{\"Name\":\"web\"}"
        );
    }

    /// All fields of Consul 1.8.
    fn full() -> Definition {
        let http = Http::new("http://127.0.0.1:1/health", MINUTE)
            .method("POST")
            .header("X-A", "1")
            .header("X-A", "2")
            .body("b")
            .tls(Tls::new().skip_verify())
            .timeout(Duration::from_millis(1500));
        let ttl =
            Check::ttl(MINUTE * 60).id("web-ttl").name("Web TTL").notes("hello").status(Status::Passing);
        let http = Check::from(http)
            .success_before_passing(2)
            .failures_before_critical(3)
            .output_max_size(512)
            .deregister_critical_service_after(MINUTE * 90);
        let query = Upstream::new("q", 9192)
            .destination_type(DestinationType::PreparedQuery)
            .datacenter("dc2")
            .local_bind_address("127.0.0.2")
            .config("connect_timeout_ms", 1000)
            .mesh_gateway(MeshGatewayMode::Local);
        let proxy = ConnectProxyConfig::new()
            .destination_service_name("web")
            .destination_service_id("web1")
            .local_service_address("127.0.0.1")
            .local_service_port(8080)
            .config("protocol", "http")
            .upstream(Upstream::new("db", 9191))
            .upstream(query)
            .mesh_gateway(MeshGatewayMode::None)
            .expose(Expose::new().checks().path(ExposePath::new("/metrics", 8080, 21599).protocol("http")));
        Definition::new("web")
            .id("web1")
            .tag("a")
            .address("127.0.0.1")
            .tagged_address("wan", ServiceAddress::new("198.51.100.1", 80))
            .port(8080)
            .meta("v", "1")
            .weights(Weights::new(10, 1))
            .enable_tag_override()
            .check(ttl)
            .check(http)
            .check(Check::tcp("127.0.0.1:1", MINUTE))
            .check(Check::grpc("127.0.0.1:1/web", MINUTE))
            .check(Alias::node("n"))
            .sync_token("5ef7")
            .sidecar(Sidecar::new().port(21001).proxy(proxy))
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
    fn newer_fields_are_sent_if_set() {
        let h2ping = H2ping::new("h:1", MINUTE).without_tls().tls(Tls::new().server_name("h"));
        let transparent = TransparentProxy::new().outbound_listener_port(15002).dialed_directly();
        let proxy = ConnectProxyConfig::new()
            .destination_service_name("web")
            .add_local_service_port(ServicePort::new("http", 8080))
            .mode(ProxyMode::Transparent)
            .transparent_proxy(transparent)
            .upstream(Upstream::new("db", 9191).destination_port("admin"));
        let service = Definition::new("x")
            .kind(ServiceKind::ConnectProxy)
            .add_port(ServicePort::new("http", 80).default_port())
            .socket_path("/run/x")
            .locality(Locality::new("r"))
            .check(h2ping)
            .proxy(proxy)
            .connect_native()
            .namespace("team");
        let expected = json!({
            "Name": "x", "Kind": "connect-proxy", "Ports": [{"Name": "http", "Port": 80, "Default": true}],
            "SocketPath": "/run/x", "Locality": {"Region": "r"}, "Namespace": "team", "Connect": {"Native": true},
            "Checks": [{"H2PING": "h:1", "H2PingUseTLS": false, "TLSServerName": "h", "Interval": "60s"}],
            "Proxy": {"DestinationServiceName": "web", "Mode": "transparent",
                      "LocalServicePorts": [{"Name": "http", "Port": 8080, "Default": false}],
                      "Upstreams": [{"DestinationName": "db", "LocalBindPort": 9191, "DestinationPort": "admin"}],
                      "TransparentProxy": {"OutboundListenerPort": 15002, "DialedDirectly": true}},
        });
        assert_eq!(serde_json::to_value(&service).unwrap(), expected);
    }

    #[test]
    fn values_that_every_agent_rejects_are_not_sent() {
        let web = || Definition::new("web");
        for (service, expected) in [
            (web().address("0.0.0.0"), "service address is the unspecified address"),
            (web().address("::"), "service address is the unspecified address"),
            (web().weights(Weights::new(0, 1)), "weights is 0 for the passing state"),
            (
                web().check(Check::ttl(MINUTE)).check(Check::tcp("h:1", Duration::ZERO)),
                "interval of check 2 is zero",
            ),
            (web().sidecar(Sidecar::new().check(Check::ttl(Duration::ZERO))), "ttl of check 1 is zero"),
        ] {
            let error = rejected(&Register::new(service));
            assert!(matches!(error, EncodeError::Invalid { .. }));
            assert_eq!(error.to_string(), expected);
        }
        let port = || ServicePort::new("http", 80).default_port();
        for (service, second) in [
            (web().port(1).add_port(port()), "ports"),
            (web().add_port(port()).sidecar(Sidecar::new()), "sidecar"),
        ] {
            let error = rejected(&Register::new(service));
            assert!(
                matches!(error, EncodeError::Conflict { second: found, .. } if found == second),
                "{error}"
            );
        }
    }

    #[test]
    fn namespace_and_partition_of_a_sidecar_are_sent() {
        let service = Definition::new("web").sidecar(Sidecar::new().namespace("team").partition("part"));
        let expected = json!({
            "Name": "web", "Connect": {"SidecarService": {"Namespace": "team", "Partition": "part"}},
        });
        assert_eq!(serde_json::to_value(&service).unwrap(), expected);
    }

    #[test]
    fn null_in_opaque_settings_is_rejected() {
        let nested = || json!({"a": [1, {"b": null}]});
        let extension = EnvoyExtension::new("builtin/lua").argument("k", nested());
        let proxy = ConnectProxyConfig::new;
        for proxy in [
            proxy().config("k", nested()),
            proxy().upstream(Upstream::new("db", 9191).config("k", nested())),
            proxy().envoy_extension(extension),
        ] {
            let instance = Definition::new("web").kind(ServiceKind::MeshGateway).proxy(proxy.clone());
            let sidecar = Definition::new("web").sidecar(Sidecar::new().proxy(proxy));
            for service in [instance, sidecar] {
                let error = rejected(&Register::new(service)).to_string();
                assert!(error.contains("has a null under \"k\""), "{error}");
            }
        }
    }

    #[test]
    fn names_that_no_request_can_contain_are_rejected() {
        let web = || Definition::new("web");
        for (service, expected) in [
            (Definition::new(""), "name is empty"),
            (Definition::new("a//b"), "name has an empty segment"),
            (web().id("../x"), "service id has a segment \".\" or \"..\""),
            (web().id("a\u{200b}"), "service id has a character that is not printable"),
            (web().check(Check::ttl(MINUTE).id("/a")), "check id has an empty segment"),
            (
                web().sidecar(Sidecar::new().name("a\nb")),
                "sidecar name has a character that is not printable",
            ),
        ] {
            assert_eq!(rejected(&Register::new(service)).to_string(), expected);
        }
        assert!(wire(&Register::new(Definition::new("team/web").id("web/1"))).contains(r#""ID":"web/1""#));
    }

    #[test]
    fn token_is_not_shown() {
        assert!(!format!("{:?}", Register::new(full())).contains("5ef7"));
    }

    #[test]
    fn responses() {
        decoded::<Register>(200, "").unwrap();
        assert!(decoded::<Register>(400, "Invalid service address").is_err());
    }
}
