//! A watch of an agent that comes back with nothing.

use std::sync::Arc;
use std::time::Duration;

use consul_client::Client;
use consul_tests::Agent;
use tokio::task::spawn_blocking;

use super::{Followed, Subject};
use crate::clients::client_of;

/// Nobody can wait for an index that lies ahead, so where the wiped agent is asked with one, it is told at the end of
/// the wait.
const WAIT: Duration = Duration::from_secs(3);

#[tokio::test]
async fn a_watch_of_an_agent_that_lost_all_tells_so_and_goes_on() {
    for subject in Subject::both() {
        let agent = Arc::new(Agent::builder().start());
        let client = client_of(&agent);
        let mut watch = watch(&subject, &client).await;
        let restarted = Arc::clone(&agent);
        watch.during(spawn_blocking(move || restarted.restart())).await.unwrap();
        goes_on(&mut watch, &subject, &client).await;
    }
}

#[tokio::test]
async fn a_watch_learns_of_it_afterwards_where_nobody_follows_it() {
    for subject in Subject::both() {
        let agent = Agent::builder().start();
        let client = client_of(&agent);
        let mut watch = watch(&subject, &client).await;
        agent.restart();
        goes_on(&mut watch, &subject, &client).await;
    }
}

async fn watch(subject: &Subject, client: &Client) -> Followed {
    // Indexes that take the agent some time to reach again.
    for round in 0..50 {
        subject.set(client, &round.to_string()).await;
    }
    subject.set(client, "before").await;
    let mut watch = subject.watch(client, |settings| settings.wait = WAIT);
    watch.until_value("before").await;
    watch
}

async fn goes_on(watch: &mut Followed, subject: &Subject, client: &Client) {
    watch.until_value("absent").await;
    watch.during(subject.set(client, "after")).await;
    watch.until_value("after").await;
    assert_eq!(watch.values, ["before", "absent", "after"]);
}
