//! Registrations hold what was set, and nothing that a server from 1.8.7 to 1.22.7 would refuse.
//!
//! Servers refuse a whole registration for one field that they do not know, and take `null` for a value.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use consul_proto::agent::check::{Alias, Docker, Grpc, Http, Script, Tcp, Tls};
use consul_proto::agent::service::{Definition, Sidecar};
use consul_proto::agent::{self, Check};
use consul_proto::catalog::{
    self, CheckRegistration, ConnectProxyConfig, NodeRegistration, ServiceAddress, ServiceRegistration,
    Upstream, Weights,
};
use consul_proto::health::{HealthCheckDefinition, Status};
use consul_proto::session::{Behavior, ServiceCheck};
use consul_proto::{Endpoint, Options, encode, session};
use serde_json::{Value, json};

const MINUTE: Duration = Duration::from_secs(60);

/// Fields of a check that 1.8.7 knows, wherever it is registered with an agent; later servers know them too.
const CHECK: &str = "Name Notes Status Interval Timeout TTL DeregisterCriticalServiceAfter HTTP Header Method Body TCP \
    GRPC GRPCUseTLS ScriptArgs DockerContainerID Shell AliasNode AliasService TLSSkipVerify SuccessBeforePassing \
    FailuresBeforeCritical OutputMaxSize";
const SERVICE: &str = "Name ID Kind Tags Address TaggedAddresses Port Meta Weights EnableTagOverride Check Checks \
    Token Proxy Connect";
const PROXY: &str = "DestinationServiceName DestinationServiceID LocalServiceAddress LocalServicePort Config Upstreams \
    MeshGateway Expose";
const UPSTREAM: &str =
    "DestinationType DestinationName Datacenter LocalBindAddress LocalBindPort Config MeshGateway";
const NODE: &str = "ID Node Address Datacenter TaggedAddresses NodeMeta Service Check Checks SkipNodeUpdate";
const CATALOG_SERVICE: &str = "ID Service Kind Tags Address TaggedAddresses Port Meta Weights EnableTagOverride Proxy \
    Connect";
const CATALOG_CHECK: &str =
    "Node CheckID Name Status Notes Output ServiceID ServiceName ServiceTags Type Definition";
const SESSION: &str = "Name Node LockDelay Behavior TTL NodeChecks ServiceChecks Checks";

/// The objects of a registration, by their place in it, and the fields that 1.8.7 knows of each. What is in no row
/// has names of the caller's.
type Known = BTreeMap<&'static str, BTreeSet<String>>;

fn known(objects: &[(&'static str, &str)]) -> Known {
    let names = |fields: &str| fields.split_whitespace().map(str::to_owned).collect();
    objects.iter().map(|(place, fields)| (*place, names(fields))).collect()
}

fn of_agent_service() -> Known {
    let in_service = format!("{CHECK} CheckID");
    known(&[
        ("", SERVICE),
        (".Checks", &in_service),
        (".Weights", "Passing Warning"),
        (".Connect", "Native SidecarService"),
        (".Connect.SidecarService", SERVICE),
        (".Connect.SidecarService.Proxy", PROXY),
        (".Connect.SidecarService.Proxy.Upstreams", UPSTREAM),
    ])
}

fn of_agent_check() -> Known {
    known(&[("", &format!("{CHECK} ID ServiceID Token"))])
}

fn of_catalog() -> Known {
    known(&[
        ("", NODE),
        (".Service", CATALOG_SERVICE),
        (".Service.Weights", "Passing Warning"),
        (".Checks", CATALOG_CHECK),
    ])
}

fn of_session() -> Known {
    known(&[("", SESSION), (".ServiceChecks", "ID")])
}

fn body(endpoint: &impl Endpoint) -> Value {
    let request = encode(endpoint, &Options::default()).expect("a request");
    serde_json::from_slice(request.body()).expect("a document")
}

/// Panics at a `null` anywhere, and at a field that is not known.
fn vet(known: &Known, place: &str, value: &Value) {
    match value {
        Value::Null => panic!("{place} is null"),
        Value::Array(items) => items.iter().for_each(|item| vet(known, place, item)),
        Value::Object(fields) => {
            for (name, value) in fields {
                if let Some(known) = known.get(place) {
                    assert!(known.contains(name), "1.8.7 does not know {place}.{name}");
                }
                vet(known, &format!("{place}.{name}"), value);
            }
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// One check of each kind that 1.8.7 has, with all fields that it knows.
fn checks() -> Vec<Check> {
    let tls = || Tls::new().skip_verify();
    let http = Http::new("http://127.0.0.1:1", MINUTE)
        .method("POST")
        .header("X-A", "1")
        .body("b")
        .tls(tls())
        .timeout(MINUTE);
    let all = Check::ttl(MINUTE)
        .id("c")
        .name("C")
        .notes("n")
        .status(Status::Passing)
        .deregister_critical_service_after(MINUTE)
        .success_before_passing(2)
        .failures_before_critical(2)
        .output_max_size(512);
    vec![
        all,
        http.into(),
        Tcp::new("127.0.0.1:1", MINUTE).timeout(MINUTE).into(),
        Grpc::new("127.0.0.1:1", MINUTE).use_tls().tls(tls()).timeout(MINUTE).into(),
        Script::new(["true"], MINUTE).timeout(MINUTE).into(),
        Docker::new("c", ["true"], MINUTE).shell("sh").into(),
        Alias::service("db").on_node("n").into(),
    ]
}

#[test]
fn unset_fields_are_not_sent() {
    let ttl = agent::check::Register::new("c", Check::ttl(MINUTE));
    let node = catalog::Register::new(NodeRegistration::new("n", "192.0.2.1"));
    let service = node.clone().service("s").check("c");
    for (sent, expected) in [
        (body(&agent::service::Register::new(Definition::new("s"))), json!({"Name": "s"})),
        (body(&ttl), json!({"Name": "c", "TTL": "60s"})),
        (body(&node), json!({"Node": "n", "Address": "192.0.2.1"})),
        (
            body(&service),
            json!({"Node": "n", "Address": "192.0.2.1", "Service": {"Service": "s"}, "Checks": [{"Name": "c"}]}),
        ),
        (body(&session::Create::new()), json!({})),
    ] {
        assert_eq!(sent, expected);
    }
}

#[test]
fn agent_service_has_every_field_that_servers_know() {
    let proxy = ConnectProxyConfig::new()
        .destination_service_name("s")
        .local_service_port(80)
        .config("a", json!({"b": 1}))
        .upstream(Upstream::new("db", 9191));
    let mut full = Definition::new("s")
        .id("s1")
        .tag("a")
        .address("192.0.2.1")
        .tagged_address("wan", ServiceAddress::new("198.51.100.1", 80))
        .port(80)
        .meta("v", "1")
        .weights(Weights::new(2, 1))
        .enable_tag_override()
        .sync_token("5ef7")
        .sidecar(Sidecar::new().port(21001).proxy(proxy));
    for check in checks() {
        full = full.check(check);
    }
    vet(&of_agent_service(), "", &body(&agent::service::Register::new(full)));
}

#[test]
fn agent_check_has_every_field_that_servers_know() {
    for check in checks() {
        let register = agent::check::Register::new("c", check).service("s").sync_token("5ef7");
        vet(&of_agent_check(), "", &body(&register));
    }
}

#[test]
fn catalog_registration_has_every_field_that_servers_know() {
    let node = NodeRegistration::new("n", "192.0.2.1")
        .id("00000000-0000-0000-0000-000000000001")
        .tagged_address("wan", "198.51.100.1")
        .meta("external-node", "true");
    let service = ServiceRegistration::new("s")
        .id("s1")
        .tag("a")
        .address("192.0.2.1")
        .tagged_address("wan", ServiceAddress::new("198.51.100.1", 80))
        .port(80)
        .meta("v", "1")
        .weights(Weights::new(2, 1))
        .enable_tag_override()
        .connect_native();
    let check = CheckRegistration::new("C")
        .id("c")
        .status(Status::Passing)
        .notes("n")
        .output("o")
        .service_id("s1")
        .service_name("s")
        .service_tags(["a"])
        .definition(HealthCheckDefinition::new().http("http://192.0.2.1").interval(MINUTE));
    let full = catalog::Register::new(node).skip_node_update().service(service).check(check);
    vet(&of_catalog(), "", &body(&full));
}

#[test]
fn session_has_every_field_that_servers_know() {
    let full = session::Create::new()
        .name("s")
        .node("n")
        .ttl(MINUTE)
        .lock_delay(Duration::ZERO)
        .behavior(Behavior::Delete)
        .node_checks([] as [&str; 0])
        .service_checks([ServiceCheck::new("c")]);
    let sent = body(&full);
    vet(&of_session(), "", &sent);
    // Each of these says something else than its absence.
    assert_eq!((&sent["LockDelay"], &sent["NodeChecks"]), (&json!("0s"), &json!([])));
    let old = session::Create::new().checks(["serfHealth"]);
    vet(&of_session(), "", &body(&old));
}
