//! Views, diffs, typed configuration and event feeds.

use std::future::Future;
use std::time::Duration;

use consul_client::agent::service::Definition;
use consul_client::event::{Feed, FeedItem};
use consul_client::kv::Entry;
use consul_client::watch::{Diff, Snapshot};
use consul_client::{Client, ErrorKind};
use consul_tests::{Agent, shared_agent, unique};
use serde::Deserialize;
use tokio::time::{sleep, timeout};

use crate::clients::{PATIENCE, client, client_of};
use crate::proxy::Proxy;

async fn soon<F: Future>(future: F) -> F::Output {
    timeout(PATIENCE, future).await.expect("the future completes in time")
}

#[tokio::test]
async fn handles_of_a_view_share_one_request() {
    let proxy = Proxy::to(shared_agent().http_addr()).await;
    let (direct, client, key) = (client(), Client::new(proxy.url()).unwrap(), unique("shared"));
    direct.kv().put(&key, "a").await.unwrap();
    let mut views: Vec<_> = (0..500).map(|_| client.kv().raw(&key).view()).collect();
    for value in ["a", "b"] {
        direct.kv().put(&key, value).await.unwrap();
        for view in &mut views {
            let state = soon(view.changed()).await.unwrap().unwrap();
            assert_eq!(state.as_deref(), Some(value.as_bytes()));
        }
    }
    views.truncate(1);
    direct.kv().put(&key, "c").await.unwrap();
    assert_eq!(soon(views[0].changed()).await.unwrap().unwrap().as_deref(), Some(&b"c"[..]));
    // One request without an index, one for each change, and the waiting one.
    soon(async {
        while proxy.requests().len() < 4 {
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    assert_eq!((proxy.requests().len(), proxy.accepted()), (4, 1));
    drop(views);
    soon(proxy.until_open(0)).await;
}

#[tokio::test]
async fn view_of_a_service_shows_registration_and_deregistration() {
    let (client, name) = (client(), unique("viewed"));
    let view = client.health().service(&name).view();
    assert!(soon(view.ready()).await.unwrap().is_empty());
    let mut changes = view.clone();
    soon(changes.changed()).await.unwrap().unwrap();
    client.agent().service().register(&*name).await.unwrap();
    soon(changes.changed()).await.unwrap().unwrap();
    assert_eq!(view.value().unwrap()[0].service.name, name);
    client.agent().service().deregister(&name).await.unwrap();
    soon(changes.changed()).await.unwrap().unwrap();
    assert!(view.value().unwrap().is_empty() && view.snapshot().degraded().is_none());
}

#[tokio::test]
async fn diffs_of_a_prefix_report_every_change() {
    let (client, prefix) = (client(), unique("diffs"));
    let key = |name: &str| format!("{prefix}/{name}");
    let mut diffs = client.kv().list(format!("{prefix}/")).watch().diffs();
    let mut next = async || summary(&soon(diffs.changed()).await.unwrap().unwrap(), prefix.len() + 1);
    assert_eq!(next().await, "+ ~ -");
    client.kv().put(key("a"), "1").await.unwrap();
    assert_eq!(next().await, "+a ~ -");
    client.kv().put(key("b/c"), "1").await.unwrap();
    assert_eq!(next().await, "+b/c ~ -");
    client.kv().put(key("a"), "2").await.unwrap();
    assert_eq!(next().await, "+ ~a -");
    client.kv().delete(key("")).recurse().await.unwrap();
    assert_eq!(next().await, "+ ~ -a b/c");
}

fn summary(diff: &Diff<Entry>, prefix: usize) -> String {
    let names =
        |entries: Vec<&Entry>| entries.iter().map(|entry| &entry.key[prefix..]).collect::<Vec<_>>().join(" ");
    let changed = diff.changed.iter().map(|change| &change.after).collect();
    format!(
        "+{} ~{} -{}",
        names(diff.added.iter().collect()),
        names(changed),
        names(diff.removed.iter().collect())
    )
}

#[derive(Debug, PartialEq, Deserialize)]
struct Limits {
    connections: u32,
    #[serde(default)]
    burst: u32,
}

#[tokio::test]
async fn config_keeps_the_last_valid_value() {
    let (client, prefix) = (client(), unique("config"));
    let key = |name: &str| format!("{prefix}/{name}");
    let mut config = client.kv().list(format!("{prefix}/")).watch().config::<Limits>();
    let mut next = async || soon(config.next()).await.unwrap().unwrap();
    let limits = |snapshot: Snapshot<Option<Limits>>| {
        assert!(snapshot.degraded().is_none(), "{snapshot:?}");
        snapshot.value().unwrap().as_ref().as_ref().map(|limits| (limits.connections, limits.burst))
    };
    assert_eq!(limits(next().await), None);
    client.kv().put(key("connections"), "5").await.unwrap();
    assert_eq!(limits(next().await), Some((5, 0)));
    client.kv().put(key("burst"), "much").await.unwrap();
    let invalid = next().await;
    assert_eq!(invalid.degraded().unwrap().cause.kind(), ErrorKind::Decode);
    assert_eq!(invalid.value().unwrap().as_ref().as_ref().unwrap().burst, 0);
    client.kv().put(key("burst"), "9").await.unwrap();
    assert_eq!(limits(next().await), Some((5, 9)));
    assert_eq!(config.value().unwrap().as_ref().as_ref().unwrap().burst, 9);

    let document = unique("document");
    client.kv().put(&document, r#"{"connections": 1}"#).await.unwrap();
    let view = client.kv().get(&document).watch().config::<Limits>().view();
    assert_eq!(soon(view.ready()).await.unwrap().as_ref().as_ref().unwrap().connections, 1);
}

#[tokio::test]
async fn service_of_an_agent_is_watched_by_hash() {
    let (client, id) = (client(), unique("hashed"));
    let services = client.agent().service();
    let mut watch = services.get(&id).watch();
    let mut next = async || soon(watch.changed()).await.unwrap().unwrap();
    assert_eq!(*next().await, None);
    for tag in ["one", "two"] {
        services.register(Definition::new(&id).tag(tag)).await.unwrap();
        assert_eq!(next().await.as_ref().as_ref().unwrap().tags, [tag]);
    }
    services.deregister(&id).await.unwrap();
    assert_eq!(*next().await, None);
}

async fn next_item(feed: &mut Feed) -> String {
    match soon(feed.next()).await.unwrap().unwrap() {
        FeedItem::Event(event) => event.text().unwrap().to_owned(),
        FeedItem::Degraded(_) => "degraded".to_owned(),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn feed_yields_every_new_event_once() {
    let (client, name) = (client(), unique("feed"));
    client.event().fire(&name).payload("old").await.unwrap();
    until_listed(&client, &name, 1).await;
    let mut feed = client.event().list().name(&name).feed();
    assert!(timeout(Duration::from_millis(300), feed.next()).await.is_err(), "old events are not yielded");
    for round in 0..12 {
        // The agent also receives as many events with other names.
        client.event().fire(unique("other")).await.unwrap();
        client.event().fire(&name).payload(format!("{round}")).await.unwrap();
        assert_eq!(next_item(&mut feed).await, round.to_string());
    }
    // Many events arrive while the feed is not polled.
    for round in 0..20 {
        client.event().fire(&name).payload(format!("burst {round}")).await.unwrap();
    }
    let mut all = Vec::new();
    while all.len() < 20 {
        all.push(next_item(&mut feed).await);
    }
    all.sort_by_key(|text| text["burst ".len()..].parse::<u32>().unwrap());
    assert_eq!(all, (0..20).map(|round| format!("burst {round}")).collect::<Vec<_>>());
}

async fn until_listed(client: &Client, name: &str, count: usize) {
    let mut list = client.event().list().name(name).watch();
    soon(async { while list.changed().await.unwrap().unwrap().len() < count {} }).await;
}

#[tokio::test]
async fn restarted_agent_is_a_gap_in_its_feed() {
    let agent = Agent::builder().start();
    let (client, name) = (client_of(&agent), unique("gap"));
    let mut feed = client.event().list().name(&name).feed();
    feed.settings_mut().degraded_after = Duration::from_secs(3600);
    let mut next = async || next_item(&mut feed).await;
    let (first, _) = tokio::join!(next(), async {
        // The feed must have started, since events that it finds at its start are old.
        sleep(Duration::from_secs(1)).await;
        client.event().fire(&name).payload("first").await.unwrap();
    });
    assert_eq!(first, "first");
    agent.restart();
    assert_eq!(next().await, "Gap");
    client.event().fire(&name).payload("second").await.unwrap();
    assert_eq!(next().await, "second");
}
