//! Watches through a follower that loses its leader.

use std::time::{Duration, Instant};

use consul_client::Client;
use consul_tests::Agent;
use tokio::time::{sleep, timeout};

use super::{Followed, Subject, report_rate};
use crate::clients::PATIENCE;
use crate::proxy::Proxy;

/// Attempts are short, since a frozen leader never responds to earlier requests.
const WAIT: Duration = Duration::from_secs(2);
const GRACE: Duration = Duration::from_secs(1);

/// How a leader is lost.
#[derive(Clone, Copy, Debug)]
enum Loss {
    Killed,
    Terminated,
    Frozen,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn watch_through_a_follower_yields_writes_after_a_lost_leader() {
    let cluster = Agent::builder().start_cluster();
    for loss in [Loss::Killed, Loss::Terminated, Loss::Frozen] {
        let (leader, follower) = (cluster.leader(), cluster.followers()[0]);
        let proxy = Proxy::to(follower.http_addr()).await;
        let client = |url: &str| Client::builder().address(url).attempt_timeout(GRACE).build().unwrap();
        let (client, direct) = (client(&proxy.url()), client(follower.url()));
        let [key, service] = Subject::both();
        let mut watches = [key.watch(&client, settings), service.watch(&client, settings)];
        for (subject, watch) in [&key, &service].into_iter().zip(&mut watches) {
            write(subject, &direct, "before").await;
            watch.until_value("before").await;
        }
        let (start, requests_before) = (Instant::now(), proxy.requests().len());
        match loss {
            Loss::Killed => leader.kill9(),
            Loss::Terminated => leader.terminate(),
            Loss::Frozen => leader.pause(),
        }
        let [on_key, on_service] = &mut watches;
        let recovered =
            tokio::join!(time_to_yield(on_key, &key, &direct), time_to_yield(on_service, &service, &direct));
        let case = format!("two watches, leader {loss:?}, yielded {recovered:.2?} after the write");
        report_rate(&case, proxy.requests().len() - requests_before, start.elapsed());
        leader.resume();
        leader.start_again();
        cluster.until_ready();
    }
}

fn settings(settings: &mut consul_client::watch::Settings) {
    settings.wait = WAIT;
}

/// Retries a write until it succeeds, and returns the time until the watch yields it.
async fn time_to_yield(watch: &mut Followed, subject: &Subject, direct: &Client) -> Duration {
    watch.during(write(subject, direct, "after")).await;
    let written = Instant::now();
    watch.until_value("after").await;
    // A new leader that has not read its entire log can return the older state. The watch must not yield it.
    assert_eq!(watch.values, ["before", "after"]);
    written.elapsed()
}

/// Retries a write until it succeeds.
async fn write(subject: &Subject, client: &Client, state: &str) {
    let written = async {
        while subject.try_set(client, state).await.is_err() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, written).await.expect("a leader");
}
