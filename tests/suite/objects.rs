//! What is read: the same object read twice is the same, and it stands for its id.

use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::Hash;

use consul_tests::{shared_agent, unique};

use crate::clients::client;

/// Asserts that both are one element of a set.
fn assert_same<T: Hash + Eq + Debug>(first: T, second: T) {
    let set = HashSet::from([first, second]);
    assert_eq!(set.len(), 1, "{set:?}");
}

#[tokio::test]
async fn objects_compare_and_hash() {
    let (client, name, here) = (client(), unique("object"), shared_agent().node());
    let agent = client.agent();
    assert_same(agent.members().await.unwrap().remove(0), agent.read_self().await.unwrap().member);
    assert_same(
        client.catalog().nodes().filter(format!("Node == \"{here}\"")).await.unwrap().remove(0),
        client.catalog().node(here).await.unwrap().unwrap().node,
    );
    let services = agent.service();
    services.register(&*name).tag("v1").await.unwrap();
    assert_same(
        services.get(&name).await.unwrap().map(|service| (service.id, service.name, service.tags)).unwrap(),
        (name.clone(), name.clone(), vec!["v1".to_owned()]),
    );
    services.deregister(&name).await.unwrap();
    client.kv().put(&name, "v").await.unwrap();
    assert_same(client.kv().get(&name).await.unwrap(), client.kv().list(&name).await.unwrap().pop());
    client.kv().delete(&name).await.unwrap();

    let session = client.session().create().name(&name).await.unwrap();
    let read = client.session().info(&session).await.unwrap().unwrap();
    let listed = client.session().list().await.unwrap();
    assert_same(listed.into_iter().find(|listed| listed.id == session).unwrap(), read.clone());
    let checks = client.health().node(here).await.unwrap();
    let alive = |checks: Vec<consul_client::health::HealthCheck>| {
        checks.into_iter().find(|check| check.id == "serfHealth").unwrap()
    };
    assert_same(alive(checks), alive(client.health().state("any").await.unwrap()));

    // Where an id or a name is wanted, what was read will do.
    assert!(client.session().renew(&read).await.unwrap().is_some());
    let node = client.catalog().node(here).await.unwrap().unwrap().node;
    assert!(client.session().node(&node).await.unwrap().contains(&read));
    assert!(client.kv().put(&name, "held").acquire(&read).await.unwrap());
    assert!(client.kv().put(&name, "free").release(&read).await.unwrap());
    assert!(client.session().destroy(&read).await.unwrap());
    client.kv().delete(&name).await.unwrap();
}
