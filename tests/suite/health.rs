//! Health checks, and services with their checks, on a real agent.

use consul_client::catalog::{CheckRegistration, ServiceRegistration};
use consul_client::health::{CheckState, HealthCheck, Status};
use consul_client::{Client, ErrorKind};
use consul_tests::{shared_agent, unique};

use crate::clients::client;

/// A node with two instances of a service, one passing and one with a warning, and a passing check of the node.
struct Site {
    client: Client,
    node: String,
    service: String,
}

fn check(name: &str, service_id: Option<String>, status: Status) -> CheckRegistration {
    let check = CheckRegistration::new(name).status(status);
    match service_id {
        Some(id) => check.service_id(id),
        None => check,
    }
}

impl Site {
    async fn new(name: &str) -> Self {
        let (client, node, service) = (client(), unique(name), unique(&format!("{name}-service")));
        for (id, status) in [("good", Status::Passing), ("poor", Status::Warning)] {
            let id = format!("{service}-{id}");
            let instance = ServiceRegistration::new(&service).id(&id).tag(status.as_str());
            let register = client.catalog().register(node.as_str()).address("192.0.2.1");
            let register = register.node_meta("site", &node).service(instance);
            register.check(check(&id, Some(id.clone()), status)).await.unwrap();
        }
        let power = check("power", None, Status::Passing);
        client.catalog().register(node.as_str()).skip_node_update().check(power).await.unwrap();
        Self { client, node, service }
    }

    /// Returns the sorted IDs of the checks on this node.
    fn own(&self, checks: &[HealthCheck]) -> Vec<String> {
        let own = checks.iter().filter(|check| check.node == self.node).map(|check| {
            let id = check.id.as_str();
            id.strip_prefix(&self.service).map_or(id, |id| &id[1..]).to_owned()
        });
        let mut own: Vec<_> = own.collect();
        own.sort_unstable();
        own
    }

    async fn end(self) {
        self.client.catalog().deregister_node(self.node).await.unwrap();
    }
}

#[tokio::test]
async fn node_lists_the_checks_of_a_node() {
    let site = Site::new("health-node").await;
    let health = site.client.health();
    let checks = health.node(&site.node).send().await.unwrap();
    assert!(checks.meta.index.is_some() && checks.meta.known_leader == Some(true));
    assert_eq!(site.own(&checks.value), ["good", "poor", "power"]);
    assert_eq!(Status::of(&checks.value), Status::Warning);
    let node = site.client.catalog().node(&site.node).await.unwrap().unwrap().node;
    let warning = health.node(&node).filter("Status == \"warning\"").await.unwrap();
    assert_eq!(site.own(&warning), ["poor"]);

    let own = health.node(shared_agent().node()).await.unwrap();
    assert!(own.iter().any(|check| check.id == "serfHealth" && check.status == Status::Passing));
    let unknown = health.node(unique("unknown")).send().await.unwrap();
    assert!(unknown.value.is_empty() && unknown.meta.index.is_some());
    site.end().await;
}

#[tokio::test]
async fn checks_lists_the_checks_of_a_service() {
    let site = Site::new("health-checks").await;
    let health = site.client.health();
    let checks = health.checks(&site.service).near("_agent").send().await.unwrap();
    assert!(checks.meta.index.is_some());
    assert_eq!(site.own(&checks.value), ["good", "poor"], "without the checks of the node");
    assert_eq!(checks.value[0].service_name, site.service);
    let filtered = health.checks(&site.service).filter("Status != \"passing\"").await.unwrap();
    assert_eq!(site.own(&filtered), ["poor"]);
    assert_eq!(health.checks(&site.service).node_meta("site", &site.node).await.unwrap().len(), 2);
    assert!(health.checks(&site.service).node_meta("site", "b").await.unwrap().is_empty());
    assert!(health.checks(unique("nothing")).await.unwrap().is_empty());
    site.end().await;
}

#[tokio::test]
async fn state_lists_the_checks_in_a_state() {
    let site = Site::new("health-state").await;
    let health = site.client.health();
    let any = health.state(CheckState::Any).send().await.unwrap();
    assert!(any.meta.index.is_some());
    assert_eq!(site.own(&any.value), ["good", "poor", "power"]);
    for (state, expected) in [
        (CheckState::Passing, &["good", "power"][..]),
        (Status::Warning.into(), &["poor"]),
        ("critical".into(), &[]),
    ] {
        let checks = health.state(state.clone()).node_meta("site", &site.node).await.unwrap();
        assert_eq!(site.own(&checks), expected, "{state}");
    }
    let filtered = health.state("any").filter(format!("Node == \"{}\"", site.node)).await.unwrap();
    assert_eq!(filtered.len(), 3);
    site.end().await;
}

/// Servers respond to unknown states with an empty list, so the client rejects them.
#[tokio::test]
async fn unknown_state_or_empty_name_is_rejected() {
    let health = client().health();
    for state in ["unknown", "maintenance", "Critical", "", "any/x"] {
        assert_eq!(health.state(state).await.unwrap_err().kind(), ErrorKind::Request, "{state:?}");
    }
    assert_eq!(health.node("").await.unwrap_err().kind(), ErrorKind::Request);
    assert_eq!(health.checks("").await.unwrap_err().kind(), ErrorKind::Request);
}

#[tokio::test]
async fn service_lists_instances_with_their_checks() {
    let site = Site::new("health-nodes").await;
    let health = site.client.health();
    let all = health.service(&site.service).send().await.unwrap();
    assert!(all.meta.index.is_some());
    assert_eq!(all.value.len(), 2);
    let passing = health.service(&site.service).passing().await.unwrap();
    let [entry] = &passing[..] else { panic!("{passing:?}") };
    assert_eq!((entry.node.name.as_str(), entry.node.address.as_str()), (site.node.as_str(), "192.0.2.1"));
    assert_eq!(entry.service.id, format!("{}-good", site.service));
    assert_eq!(entry.status(), Status::Passing);
    assert_eq!(site.own(&entry.checks), ["good", "power"]);
    let tagged = health.service(&site.service).tag("warning").await.unwrap();
    assert_eq!((tagged.len(), tagged[0].status()), (1, Status::Warning));
    assert!(health.service(&site.service).tag("warning").passing().await.unwrap().is_empty());
    assert!(health.service(&site.service).node_meta("site", "b").await.unwrap().is_empty());
    assert_eq!(health.service("").await.unwrap_err().kind(), ErrorKind::Request);
    site.end().await;
}
