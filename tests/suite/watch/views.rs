//! Agents that have lost their servers: their streaming backend returns old data or nothing.

use std::time::Duration;

use consul_client::Client;
use consul_proto::Method;
use consul_tests::Agent;

use super::Subject;
use super::subject::Kind;
use crate::clients::client_of;

const WAIT: Duration = Duration::from_secs(1);
const REVERIFY: Duration = Duration::from_secs(3);
const DEGRADED_AFTER: Duration = Duration::from_secs(2);

#[tokio::test]
async fn responses_of_an_agent_without_servers_are_not_states() {
    let server = Agent::builder().start();
    let agent = Agent::builder().client_of([&server]).start();
    let client =
        Client::builder().address(agent.url()).attempt_timeout(Duration::from_secs(2)).build().unwrap();
    let (direct, subject) = (client_of(&server), Subject::new(Kind::Service));
    subject.set(&direct, "before").await;
    let mut watch = subject.watch(&client, |settings| {
        (settings.wait, settings.reverify_interval, settings.degraded_after) =
            (WAIT, REVERIFY, DEGRADED_AFTER);
    });
    watch.until_value("before").await;

    // The backend keeps returning its data, which the watch does not trust forever.
    server.pause();
    watch.until(|watch| watch.degradations.len() == 1).await;
    assert_eq!(watch.values, ["before"]);

    // After a restart, the backend has no data.
    agent.terminate();
    agent.start_again();
    watch.during(serving(&client)).await;
    if agent.since(1, 10) {
        let path = format!("/v1/health/service/{}", subject.name);
        let view = client.request(Method::GET, path).query("index", "5").query("wait", "1s");
        let empty = watch.during(view.into_future()).await.unwrap();
        let body = String::from_utf8_lossy(empty.body());
        // 1.14 reports an error without an index, later versions respond with an empty list.
        match empty.status().as_u16() {
            500 => assert!(body.ends_with("name resolver error: produced zero addresses"), "{body}"),
            status => assert_eq!(
                (status, &empty.headers()["x-consul-index"], &*body),
                (200, &"1".parse().unwrap(), "[]")
            ),
        }
    }
    watch.during(tokio::time::sleep(REVERIFY)).await;
    assert_eq!(watch.values, ["before"]);

    server.resume();
    watch.during(subject.set(&direct, "after")).await;
    watch.until_value("after").await;
    assert_eq!(watch.values, ["before", "after"]);
}

/// Waits until an agent responds.
async fn serving(client: &Client) {
    while client.request(Method::GET, "/v1/agent/self").await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
