//! Sessions, and the keys they hold, on a real agent.

mod not_ready;

use std::time::Duration;

use consul_client::agent::Check;
use consul_client::health::Status;
use consul_client::session::Behavior;
use consul_client::{ApiErrorKind, Client, ErrorKind, RetryPolicy};
use consul_tests::{shared_agent, unique};

use crate::clients::{client, client_of};
use crate::federation::Federation;

#[tokio::test]
async fn created_session_has_its_settings() {
    let (client, name) = (client(), unique("session"));
    let session = client.session();
    let create = session.create().name(&name).node(shared_agent().node()).behavior(Behavior::Delete);
    let create = create.ttl(Duration::from_secs(90)).lock_delay(Duration::from_millis(1500));
    let id = create.await.unwrap();
    let read = session.info(&id).await.unwrap().unwrap();
    assert_eq!((&read.id, &read.name, read.node.as_str()), (&id, &name, shared_agent().node()));
    assert_eq!((read.ttl, read.lock_delay), (Some(Duration::from_secs(90)), Duration::from_millis(1500)));
    assert_eq!(
        (read.behavior, read.node_checks.as_slice()),
        (Behavior::Delete, ["serfHealth".into()].as_slice())
    );
    session.destroy(id).await.unwrap();
}

#[tokio::test]
async fn session_needs_passing_checks_and_ends_with_them() {
    let (client, name) = (client(), unique("session-checks"));
    let (session, checks) = (client.session(), client.agent().check());
    let create = |id: &str| session.create().node_checks(["serfHealth", id]);
    let refused = create(&name).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Api(ApiErrorKind::InvalidRequest), "the check does not exist");

    checks.register(&name, Check::ttl(Duration::from_secs(600))).await.unwrap();
    in_catalog(&client, &name, Status::Critical).await;
    let refused = create(&name).retry(RetryPolicy::never()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Api(ApiErrorKind::NotReady), "the check is critical");

    checks.pass(&name).await.unwrap();
    in_catalog(&client, &name, Status::Passing).await;
    let id = create(&name).await.unwrap();
    assert_eq!(session.info(&id).await.unwrap().unwrap().node_checks, ["serfHealth", &name]);
    // The session ends with its check.
    checks.fail(&name).await.unwrap();
    in_catalog(&client, &name, Status::Critical).await;
    assert_eq!(session.info(&id).await.unwrap(), None);
    checks.deregister(&name).await.unwrap();
}

/// Waits until the servers know the check in this state.
async fn in_catalog(client: &Client, check: &str, status: Status) {
    let checks = client.health().node(shared_agent().node());
    let mut found = checks.clone().send().await.unwrap();
    while !found.value.iter().any(|found| found.id == check && found.status == status) {
        let index = found.meta.index.unwrap();
        found = checks.clone().block(index, Duration::from_secs(2)).send().await.unwrap();
    }
}

#[tokio::test]
async fn list_contains_a_session() {
    let session = client().session();
    let id = session.create().await.unwrap();
    let read = session.info(&id).await.unwrap().unwrap();
    assert!(session.list().await.unwrap().contains(&read));
    assert!(session.node(shared_agent().node()).await.unwrap().contains(&read));
    assert_eq!(session.node(unique("nobody")).await.unwrap(), []);
    session.destroy(&read).await.unwrap();
    assert!(!session.list().await.unwrap().contains(&read));
    assert!(!session.node(shared_agent().node()).await.unwrap().contains(&read));
}

#[tokio::test]
async fn info_reads_a_session() {
    let session = client().session();
    let id = session.create().await.unwrap();
    let read = session.info(&id).send().await.unwrap();
    assert!(read.meta.index.is_some() && read.meta.known_leader == Some(true));
    let read = read.value.unwrap();
    assert_eq!(session.info(&read).await.unwrap().as_ref(), Some(&read), "a session stands for its id");
    session.destroy(&id).await.unwrap();
    assert_eq!(session.info(&id).await.unwrap(), None);
}

#[tokio::test]
async fn destroy_of_a_missing_session_succeeds() {
    let session = client().session();
    let id = session.create().await.unwrap();
    session.destroy(&id).await.unwrap();
    assert_eq!(session.info(&id).await.unwrap(), None);
    session.destroy(&id).await.unwrap();
}

#[tokio::test]
async fn renew_returns_the_session() {
    let session = client().session();
    let id = session.create().ttl(Duration::from_secs(90)).await.unwrap();
    let renewed = session.renew(&id).await.unwrap().unwrap();
    assert_eq!((&renewed.id, renewed.ttl), (&id, Some(Duration::from_secs(90))), "the time to go by");
    session.destroy(&id).await.unwrap();
    assert_eq!(session.renew(&id).await.unwrap(), None, "gone is an answer");
}

#[tokio::test]
async fn unset_fields_have_the_servers_defaults() {
    let session = client().session();
    let plain = session.create().await.unwrap();
    let read = session.info(&plain).await.unwrap().unwrap();
    assert_eq!(
        (read.ttl, read.lock_delay, read.behavior),
        (None, Duration::from_secs(15), Behavior::Release)
    );
    assert_eq!(read.node_checks, ["serfHealth"]);

    let bare = session.create().lock_delay(Duration::ZERO).node_checks(Vec::<String>::new()).await.unwrap();
    let read = session.info(&bare).await.unwrap().unwrap();
    assert_eq!(read.lock_delay, Duration::ZERO);
    assert!(read.node_checks.is_empty());
    for id in [plain, bare] {
        session.destroy(id).await.unwrap();
    }
}

#[tokio::test]
async fn key_is_held_by_one_session() {
    let (client, key) = (client(), unique("held"));
    let (kv, session) = (client.kv(), client.session());
    let [one, two] = [session.create().await.unwrap(), session.create().await.unwrap()];

    assert!(kv.put(&key, "one").acquire(&one).await.unwrap().is_yes());
    assert!(!kv.put(&key, "two").acquire(&two).await.unwrap().is_yes());
    let entry = kv.get(&key).await.unwrap().unwrap();
    assert_eq!(
        (entry.session.as_ref(), entry.lock_index, entry.value.as_ref()),
        (Some(&one), 1, b"one".as_ref())
    );
    assert!(!kv.put(&key, "two").release(&two).await.unwrap().is_yes());
    assert!(kv.put(&key, "free").release(&one).await.unwrap().is_yes());
    assert_eq!(kv.get(&key).await.unwrap().unwrap().session, None);
    assert!(kv.put(&key, "two").acquire(&two).await.unwrap().is_yes());
    for id in [one, two] {
        session.destroy(id).await.unwrap();
    }
}

#[tokio::test]
async fn missing_session_is_a_result_and_not_an_error() {
    let (client, key) = (client(), unique("dead"));
    let id = client.session().create().await.unwrap();
    client.session().destroy(&id).await.unwrap();
    let error = client.kv().put(&key, "x").acquire(&id).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::UnknownSession));
    assert!(error.is_not_found() && !error.is_retryable() && !error.is_outcome_unknown());
    assert!(!client.kv().put(&key, "x").release(&id).await.unwrap().is_yes());
    assert_eq!(client.kv().get(&key).await.unwrap(), None);
}

#[tokio::test]
async fn invalid_session_settings_are_rejected() {
    let (client, key) = (client(), unique("odd"));
    let session = client.session();
    for id in ["", "abc", "..", "a/b", "../kv/x", "?x=1", "#"] {
        for error in [
            session.info(id).await.unwrap_err(),
            session.renew(id).await.unwrap_err(),
            session.destroy(id).await.unwrap_err(),
            client.kv().put(&key, "x").acquire(id).await.unwrap_err(),
            client.kv().put(&key, "x").release(id).await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Request, "{id:?}");
        }
    }
    for ttl in [1, 9, 86_401] {
        assert_eq!(
            session.create().ttl(Duration::from_secs(ttl)).await.unwrap_err().kind(),
            ErrorKind::Request
        );
    }
    assert_eq!(
        session.create().lock_delay(Duration::from_secs(61)).await.unwrap_err().kind(),
        ErrorKind::Request
    );
}

#[tokio::test]
async fn unknown_node_is_an_error_kind() {
    let error = client().session().create().node(unique("nowhere")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::UnknownNode));
}

#[tokio::test]
async fn datacenter_is_used_by_session_event_and_status() {
    let federation = Federation::new().await;
    let (here, there) = (client_of(&federation.east), client_of(&federation.west));
    let (west, keys) = (here.session().datacenter("west"), here.kv().datacenter("west"));

    // The default is the node of the agent, which does not exist in the other datacenter.
    let error = west.create().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::UnknownNode));
    let id = west.create().node(federation.west.node()).await.unwrap();
    let session = west.info(&id).await.unwrap().unwrap();
    assert_eq!(session.node, federation.west.node());
    assert_eq!(west.list().await.unwrap(), std::slice::from_ref(&session));
    assert_eq!(west.node(federation.west.node()).await.unwrap(), std::slice::from_ref(&session));
    assert_eq!(there.session().info(&id).await.unwrap(), Some(session));
    assert!(west.renew(&id).await.unwrap().is_some());
    assert!(keys.put("held", "x").acquire(&id).await.unwrap().is_yes());

    let east = here.session();
    assert_eq!((east.info(&id).await.unwrap(), east.list().await.unwrap()), (None, vec![]));
    east.destroy(&id).await.unwrap();
    assert!(west.info(&id).await.unwrap().is_some());
    assert_eq!(west.info(&id).datacenter("east").await.unwrap(), None, "a call can still go elsewhere");
    west.destroy(&id).await.unwrap();
    assert_eq!(there.session().list().await.unwrap(), []);

    let fired = here.event().datacenter("west").fire("deploy").await.unwrap();
    let mut heard = there.event().list().name("deploy").send().await.unwrap();
    while heard.value.is_empty() {
        let index = heard.meta.index.unwrap();
        heard =
            there.event().list().name("deploy").block(index, Duration::from_secs(10)).send().await.unwrap();
    }
    assert_eq!(heard.value[0].id, fired.id);
    assert_eq!(here.event().list().name("deploy").await.unwrap(), [], "this datacenter has no such event");

    let leader = here.status().datacenter("west").leader().await.unwrap();
    assert_eq!(leader, there.status().leader().await.unwrap());
    assert_ne!(leader, here.status().leader().await.unwrap());
}
