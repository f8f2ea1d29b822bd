//! Services of a real agent: registered, read, in maintenance mode and deregistered.

use std::time::Duration;

use consul_client::agent::Check;
use consul_client::agent::check::{CheckType, Status};
use consul_client::agent::service::{
    Definition, ServiceAddress, ServiceId, ServiceName, ServicePort, Sidecar, Weights,
};
use consul_client::health::ServiceEntry;
use consul_client::{ApiErrorKind, Client, ErrorKind};
use consul_tests::{Agent, require, shared_agent, unique};

use super::kind;
use crate::clients::{client, client_of};

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn list_returns_services_by_id() {
    let (services, id) = (client().agent().service(), unique("listed"));
    services.register(id.as_str()).await.unwrap();
    let all = services.list().await.unwrap();
    let listed = &all[id.as_str()];
    assert_eq!((listed.id.as_str(), listed.name.as_str()), (id.as_str(), id.as_str()));
    let narrow = services.list().filter(format!("ID == \"{id}\"")).await.unwrap();
    assert_eq!(narrow.keys().map(ServiceId::as_str).collect::<Vec<_>>(), [&id]);
    let error = services.list().filter("Nope == 1").await.unwrap_err();
    assert_eq!(kind(&error), ApiErrorKind::InvalidRequest);
    services.deregister(listed).await.unwrap();
    assert!(!services.list().await.unwrap().contains_key(id.as_str()));
}

#[tokio::test]
async fn registered_service_has_its_fields() {
    let (services, name) = (client().agent().service(), unique("web"));
    let definition = Definition::new(&name)
        .id(format!("{name}-1"))
        .tags(["v1", "eu"])
        .address("192.0.2.7")
        .tagged_address("wan", ServiceAddress::new("198.51.100.1", 80))
        .port(8080)
        .meta("version", "7")
        .weights(Weights::new(10, 2))
        .enable_tag_override()
        .check(Check::ttl(HOUR))
        .sidecar(Sidecar::new());
    services.register(definition.clone()).await.unwrap();
    let service = services.get(&definition).await.unwrap().unwrap();
    assert_eq!((service.id, service.name), (ServiceId::from(&definition), ServiceName::from(&definition)));
    assert_eq!((service.address.as_str(), service.port), ("192.0.2.7", 8080));
    assert_eq!((service.tags.join(" "), service.meta["version"].as_str()), ("v1 eu".to_owned(), "7"));
    assert_eq!((service.weights, service.enable_tag_override), (Weights::new(10, 2), true));
    assert_eq!(service.tagged_addresses["wan"], ServiceAddress::new("198.51.100.1", 80));

    let sidecar = format!("{name}-1-sidecar-proxy");
    let proxy = services.get(&sidecar).await.unwrap().unwrap();
    assert_eq!(ServiceId::from(&proxy.proxy.unwrap().destination_service_id), ServiceId::from(&definition));
    services.deregister(&definition).await.unwrap();
    assert_eq!(services.get(&definition).await.unwrap(), None);
    assert_eq!(services.get(&sidecar).await.unwrap(), None, "deregistered with its service");
}

#[tokio::test]
async fn service_with_several_ports_is_registered() {
    require!(shared_agent().since(1, 22), "a service has several ports since 1.22");
    let (services, name) = (client().agent().service(), unique("multi"));
    let ports = [ServicePort::new("http", 8080).default_port(), ServicePort::new("admin", 9090)];
    let [http, admin] = ports.clone();
    services.register(Definition::new(&name).add_port(http).add_port(admin)).await.unwrap();
    let service = services.get(&name).await.unwrap().unwrap();
    assert_eq!((service.ports, service.port), (ports.to_vec(), 8080));
    services.deregister(&name).await.unwrap();
}

#[tokio::test]
async fn service_can_have_http_script_and_ttl_checks() {
    let agent = Agent::builder().config(r#"{ "enable_script_checks": true }"#).start();
    let (services, checks) = (client_of(&agent).agent().service(), client_of(&agent).agent().check());
    for (name, check, check_type) in [
        ("http", Check::http(agent.url(), HOUR), CheckType::Http),
        ("script", Check::shell("true", HOUR), CheckType::Script),
        ("ttl", Check::ttl(HOUR), CheckType::Ttl),
    ] {
        services.register(Definition::new(name).tag("t").port(80).check(check)).await.unwrap();
        let check = checks.get(format!("service:{name}")).await.unwrap().unwrap();
        assert_eq!((check.check_type, check.service_id.as_str()), (check_type, name));
    }
    checks.pass("service:ttl").await.unwrap();
}

#[tokio::test]
async fn register_keeps_existing_checks_by_default() {
    let (agent, name) = (client().agent(), unique("kept"));
    let check = |id: &str| Check::ttl(HOUR).id(format!("{name}-{id}"));
    let register = |id: &str| agent.service().register(Definition::new(&name).check(check(id)));
    register("a").await.unwrap();
    register("b").await.unwrap();
    let ids = async || {
        let filter = format!("ServiceID == \"{name}\"");
        let checks = agent.check().list().filter(filter).await.unwrap();
        checks.into_keys().map(|id| id.as_str().replace(&name, "")).collect::<Vec<_>>()
    };
    assert_eq!(ids().await, ["-a", "-b"]);
    register("b").replace_existing_checks().await.unwrap();
    assert_eq!(ids().await, ["-b"]);
    agent.service().deregister(&name).await.unwrap();
}

#[tokio::test]
async fn service_is_deregistered() {
    let (services, id) = (client().agent().service(), unique("short-lived"));
    services.register(id.as_str()).await.unwrap();
    services.deregister(&id).await.unwrap();
    assert_eq!(services.get(&id).await.unwrap(), None);
    let again = services.deregister(&id).await;
    if shared_agent().since(1, 12) {
        assert_eq!(kind(&again.unwrap_err()), ApiErrorKind::UnknownService);
    } else {
        again.unwrap();
    }
}

/// Waits until an instance in the catalog satisfies `is`.
async fn until(client: &Client, service: &str, is: impl Fn(&ServiceEntry) -> bool) {
    let mut found = client.health().service(service).send().await.unwrap();
    while !found.value.iter().any(&is) {
        let index = found.meta.index.unwrap();
        found = client.health().service(service).block(index, Duration::from_secs(2)).send().await.unwrap();
    }
}

#[tokio::test]
async fn maintenance_of_a_service_is_enabled_and_disabled() {
    let (client, name) = (client(), unique("maintained"));
    let web = Definition::new(&name);
    let services = client.agent().service();
    services.register(&web).await.unwrap();
    // A definition and an instance convert to the id.
    services.enable_maintenance(&web).reason("new version").await.unwrap();
    until(&client, &name, |entry| entry.status() == Status::Maintenance).await;
    let id = format!("_service_maintenance:{name}");
    let check = client.agent().check().get(&id).await.unwrap().unwrap();
    assert_eq!((check.notes.as_str(), check.is_maintenance()), ("new version", true));

    let read = services.get(&web).await.unwrap().unwrap();
    services.disable_maintenance(&read).await.unwrap();
    until(&client, &name, |entry| entry.status() == Status::Passing).await;
    services.disable_maintenance(&read).await.unwrap();
    services.deregister(&web).await.unwrap();

    for error in [
        services.enable_maintenance(&web).await.unwrap_err(),
        services.disable_maintenance(&web).await.unwrap_err(),
    ] {
        assert_eq!(kind(&error), ApiErrorKind::UnknownService);
    }
    assert_eq!(services.enable_maintenance("").await.unwrap_err().kind(), ErrorKind::Request);
}

#[tokio::test]
async fn get_blocks_on_the_hash() {
    let (client, id) = (client(), unique("read"));
    let services = client.agent().service();
    assert_eq!(services.get(&id).await.unwrap(), None);
    services.register(Definition::new(&id).port(80)).await.unwrap();
    let first = services.get(&id).send().await.unwrap();
    let (service, hash) = (first.value.unwrap(), first.meta.content_hash.unwrap());
    assert_eq!((service.port, &service.content_hash), (80, &hash));
    assert_eq!(first.meta.index, None, "a hash instead");
    for odd in ["", "..", "a//b"] {
        assert_eq!(services.get(odd).await.unwrap_err().kind(), ErrorKind::Request);
    }

    // The request waits while nothing changes, and ends with the change.
    let waiting = |wait| services.get(&id).block_on_hash(&hash, wait).send();
    let same = waiting(Duration::from_millis(100)).await.unwrap();
    assert_eq!(same.meta.content_hash.as_deref(), Some(hash.as_str()));
    let change = async { services.register(Definition::new(&id).port(81)).await.unwrap() };
    let (changed, ()) = tokio::join!(waiting(Duration::from_secs(50)), change);
    let changed = changed.unwrap();
    assert_eq!(changed.value.unwrap().port, 81);
    assert_ne!(changed.meta.content_hash.as_deref(), Some(hash.as_str()));
    services.deregister(&id).await.unwrap();
}
