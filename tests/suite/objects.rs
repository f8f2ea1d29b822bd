//! Objects of responses: two reads of the same object are equal, and convert to its ID.

use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::Hash;

use consul_client::agent::service::{Definition, ServiceId, ServiceName};
use consul_client::proto::Blocking;
use consul_client::{Call, Client, Consistency};
use consul_tests::{Agent, shared_agent, unique};

use crate::clients::{client, client_of};

/// Asserts that both are equal and have the same hash.
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
    services.register(Definition::new(&name).tag("v1")).await.unwrap();
    assert_same(
        services.get(&name).await.unwrap().map(|service| (service.id, service.name, service.tags)).unwrap(),
        (ServiceId::from(&name), ServiceName::from(&name), vec!["v1".to_owned()]),
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

    // Objects of responses convert to their ID or name.
    assert!(client.session().renew(&read).await.unwrap().is_some());
    let node = client.catalog().node(here).await.unwrap().unwrap().node;
    assert!(client.session().node(&node).await.unwrap().contains(&read));
    assert!(client.kv().put(&name, "held").acquire(&read).await.unwrap().is_yes());
    assert!(client.kv().put(&name, "free").release(&read).await.unwrap().is_yes());
    client.session().destroy(&read).await.unwrap();
    client.kv().delete(&name).await.unwrap();
}

/// Asserts that a response has the index, and that the leader sent it.
async fn assert_has_metadata<E: Blocking>(call: Call<E>) {
    let meta = call.send().await.unwrap().meta;
    assert!(meta.index.unwrap() > 0 && meta.known_leader == Some(true), "{meta:?}");
    assert_eq!(meta.last_contact, Some(std::time::Duration::ZERO), "the leader sent the response");
}

#[tokio::test]
async fn responses_have_metadata() {
    let (client, name): (Client, _) = (client().with_consistency(Consistency::Consistent), unique("meta"));
    assert_has_metadata(client.catalog().nodes().into_call()).await;
    assert_has_metadata(client.catalog().services().into_call()).await;
    assert_has_metadata(client.catalog().service("consul").into_call()).await;
    assert_has_metadata(client.health().node(shared_agent().node()).into_call()).await;
    assert_has_metadata(client.health().checks("consul").into_call()).await;
    assert_has_metadata(client.health().state("any").into_call()).await;
    assert_has_metadata(client.health().service("consul").into_call()).await;
    assert_has_metadata(client.kv().list(&name).into_call()).await;
    assert_has_metadata(client.kv().keys(&name).into_call()).await;
    assert_has_metadata(client.session().list().into_call()).await;
    assert_has_metadata(client.session().node(shared_agent().node()).into_call()).await;
}

#[tokio::test]
async fn address_translation_is_reported() {
    let meta = client().catalog().nodes().send().await.unwrap().meta;
    assert_eq!(meta.address_translation, None);
    let agent = Agent::builder().config("translate_wan_addrs = true").start();
    let client = client_of(&agent);
    for meta in [
        client.catalog().nodes().send().await.unwrap().meta,
        client.health().service("consul").send().await.unwrap().meta,
    ] {
        assert_eq!(meta.address_translation, Some(true), "{meta:?}");
    }
}

#[tokio::test]
async fn member_has_its_fields() {
    let member = client().agent().read_self().await.unwrap().member;
    assert_eq!((member.name.as_str(), member.addr.as_str()), (shared_agent().node(), "127.0.0.1"));
    assert!(member.port > 0 && member.tags.contains_key("dc"));
    assert!(member.protocol_min <= member.protocol_cur && member.protocol_cur <= member.protocol_max);
    assert!(member.delegate_min <= member.delegate_cur && member.delegate_cur <= member.delegate_max);
    assert!(member.protocol_cur > 0 && member.delegate_cur > 0);
}

#[tokio::test]
async fn entry_has_its_fields() {
    let (client, key) = (client(), unique("fields"));
    let session = client.session().create().await.unwrap();
    client.kv().put(&key, "a").await.unwrap();
    assert!(client.kv().put(&key, "b").acquire(&session).await.unwrap().is_yes());
    let entry = client.kv().get(&key).await.unwrap().unwrap();
    assert_eq!((&entry.key, entry.text().unwrap()), (&key, "b"), "an entry has its key");
    assert_eq!((entry.session.as_ref(), entry.lock_index), (Some(&session), 1));
    assert!(0 < entry.create_index && entry.create_index < entry.modify_index);
    client.kv().put(&key, "c").await.unwrap();
    let entry = client.kv().get(&key).await.unwrap().unwrap();
    assert_eq!((entry.session.as_ref(), entry.lock_index), (Some(&session), 0), "held, and not counted");
    client.session().destroy(&session).await.unwrap();
    client.kv().delete(&key).await.unwrap();
}
