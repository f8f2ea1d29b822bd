//! A watch of an agent that loses its state.

use std::sync::Arc;
use std::time::Duration;

use consul_client::Client;
use consul_tests::Agent;
use tokio::task::spawn_blocking;

use super::{Followed, Subject};
use crate::clients::client_of;

/// The wiped agent's index is lower than the watch's, so it only responds at the end of the wait.
const WAIT: Duration = Duration::from_secs(3);

#[tokio::test]
async fn watch_detects_a_wiped_agent_and_continues() {
    for subject in Subject::both() {
        let agent = Arc::new(Agent::builder().start());
        let client = client_of(&agent);
        let mut watch = watch(&subject, &client).await;
        let restarted = Arc::clone(&agent);
        watch.during(spawn_blocking(move || restarted.restart())).await.unwrap();
        assert_continues(&mut watch, &subject, &client).await;
    }
}

#[tokio::test]
async fn unpolled_watch_detects_a_wiped_agent_later() {
    for subject in Subject::both() {
        let agent = Agent::builder().start();
        let client = client_of(&agent);
        let mut watch = watch(&subject, &client).await;
        agent.restart();
        assert_continues(&mut watch, &subject, &client).await;
    }
}

async fn watch(subject: &Subject, client: &Client) -> Followed {
    // Raises the index, so that the agent takes some time to reach it again.
    for round in 0..50 {
        subject.set(client, &round.to_string()).await;
    }
    subject.set(client, "before").await;
    let mut watch = subject.watch(client, |settings| settings.wait = WAIT);
    watch.until_value("before").await;
    watch
}

async fn assert_continues(watch: &mut Followed, subject: &Subject, client: &Client) {
    watch.until_value("absent").await;
    watch.during(subject.set(client, "after")).await;
    watch.until_value("after").await;
    assert_eq!(watch.values, ["before", "absent", "after"]);
}
