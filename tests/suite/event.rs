//! User events, on a real agent.

use std::time::Duration;

use consul_client::event::Event;
use consul_client::{ApiErrorKind, Client, ErrorKind};
use consul_tests::{shared_agent, unique};

use crate::clients::client;

/// Much longer than an event needs. A query that returns has been woken.
const WAIT: Duration = Duration::from_secs(50);

/// Waits for the event with this ID, and returns the events of the name.
async fn until_listed(client: &Client, name: &str, id: &str) -> Vec<Event> {
    let mut index = 0;
    loop {
        let events = client.event().list().name(name).block(index, WAIT).send().await.unwrap();
        index = events.meta.index.unwrap();
        if events.value.iter().any(|event| event.id == id) {
            return events.value;
        }
    }
}

#[tokio::test]
async fn fired_event_is_listed() {
    let (client, name) = (client(), unique("fire"));
    let payload = b"\0 any bytes \xff".as_slice();
    let fired = client
        .event()
        .fire(&name)
        .payload(payload)
        .node(shared_agent().node())
        .service("^consul$")
        .datacenter("dc1")
        .await
        .unwrap();
    assert_eq!((&fired.name, fired.payload.as_ref()), (&name, payload));
    assert_eq!(
        (fired.node_filter.as_str(), fired.service_filter.as_str()),
        (shared_agent().node(), "^consul$")
    );
    assert_eq!((fired.tag_filter.as_str(), fired.version, fired.l_time), ("", 1, 0));
    let events = client.event().list().name(&name).await.unwrap();
    assert!(events.len() <= 1, "it is listed, or will be");
    let bare = client.event().fire(&name).await.unwrap();
    assert_eq!(bare.payload, "");
    assert_ne!(bare.id, fired.id);
}

#[tokio::test]
async fn list_returns_events_of_a_name_oldest_first() {
    let (client, name) = (client(), unique("list"));
    let first = client.event().fire(&name).payload("1").await.unwrap();
    until_listed(&client, &name, &first.id).await;
    let second = client.event().fire(&name).payload("2").await.unwrap();
    let events = until_listed(&client, &name, &second.id).await;
    let listed: Vec<_> = events.iter().map(|event| (&event.id, event.text().unwrap())).collect();
    assert_eq!(listed, [(&first.id, "1"), (&second.id, "2")], "oldest first");
    assert!(0 < events[0].l_time && events[0].l_time < events[1].l_time);
    assert!(events.iter().all(|event| event.name == name));
    let mut as_fired = events[1].clone();
    as_fired.l_time = 0;
    assert_eq!(as_fired, second, "its time is all that is not known when it is fired");

    assert!(client.event().list().await.unwrap().len() >= 2, "without a name it is every event");
    assert_eq!(client.event().list().name(unique("none")).await.unwrap(), []);
}

#[tokio::test]
async fn event_for_other_nodes_is_not_listed() {
    let (client, name) = (client(), unique("filtered"));
    client.event().fire(&name).node("^another-node$").await.unwrap();
    client.event().fire(&name).service("^no-such-service$").tag("v1").await.unwrap();
    let ours = client.event().fire(&name).await.unwrap();
    // Events are received in order, so the others would be listed before it.
    let events = until_listed(&client, &name, &ours.id).await;
    assert_eq!(events.iter().map(|event| &event.id).collect::<Vec<_>>(), [&ours.id]);
}

#[tokio::test]
async fn blocking_query_returns_with_the_next_event() {
    let (client, name) = (client(), unique("wait"));
    let empty = client.event().list().name(&name).send().await.unwrap();
    assert_eq!((empty.value.len(), empty.meta.index), (0, Some(1)));
    let (seen, fired) = tokio::join!(
        async {
            // Events of other names wake it too.
            loop {
                let seen = client.event().list().name(&name).block(1, WAIT).send().await.unwrap();
                if !seen.value.is_empty() {
                    return seen;
                }
            }
        },
        client.event().fire(&name)
    );
    let fired = fired.unwrap();
    assert_eq!(seen.value[0].id, fired.id);
    assert_eq!(seen.meta.index, fired.list_index(), "the index is made of the last id");

    let index = seen.meta.index.unwrap();
    let quiet =
        client.event().list().name(&name).block(index, Duration::from_millis(100)).send().await.unwrap();
    assert_eq!((quiet.value, quiet.meta.index), (seen.value, Some(index)));
}

#[tokio::test]
async fn name_can_contain_slashes() {
    let (client, name) = (client(), format!("{}/a b+c", unique("slash")));
    let fired = client.event().fire(&name).await.unwrap();
    assert_eq!(fired.name, name);
    assert_eq!(until_listed(&client, &name, &fired.id).await.len(), 1);
}

#[tokio::test]
async fn invalid_events_are_rejected() {
    let (event, name) = (client().event(), unique("refused"));
    for fire in [event.fire(""), event.fire("a//b"), event.fire(&name).tag("v1")] {
        let error = fire.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
        assert!(error.encode_error().is_some());
    }
    let error = event.fire(&name).datacenter("nowhere").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::UnknownDatacenter));
    let error = event.fire(&name).node("[").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::InvalidRequest));
    let error = event.fire(&name).payload(vec![b'x'; 513]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::TooLarge), "500 here, 413 there");
    assert!(!error.is_retryable() && !error.is_outcome_unknown());
    assert_eq!(event.list().name(&name).await.unwrap(), []);
}
