//! Watches through a server that loses its leader.

use std::time::{Duration, Instant};

use consul_client::Client;
use consul_tests::Agent;
use tokio::time::{sleep, timeout};

use super::{Followed, Subject, tell_rate};
use crate::clients::PATIENCE;
use crate::proxy::Proxy;

/// A frozen leader never answers what it was asked before, so attempts are short.
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
async fn a_watch_through_a_follower_tells_what_is_written_after_the_leader_is_lost() {
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
        let (start, asked) = (Instant::now(), proxy.requests().len());
        match loss {
            Loss::Killed => leader.kill9(),
            Loss::Terminated => leader.terminate(),
            Loss::Frozen => leader.pause(),
        }
        let [on_key, on_service] = &mut watches;
        let recovered = tokio::join!(tells(on_key, &key, &direct), tells(on_service, &service, &direct));
        let case = format!("two watches, leader {loss:?}, told {recovered:.2?} after the write");
        tell_rate(&case, proxy.requests().len() - asked, start.elapsed());
        leader.resume();
        leader.start_again();
        cluster.until_ready();
    }
}

fn settings(settings: &mut consul_client::watch::Settings) {
    settings.wait = WAIT;
}

/// Writes behind the watch until it succeeds, and tells how long after that the watch told it.
async fn tells(watch: &mut Followed, subject: &Subject, direct: &Client) -> Duration {
    watch.during(write(subject, direct, "after")).await;
    let written = Instant::now();
    watch.until_value("after").await;
    // Between the two, a leader that has not read all of its log yet can say what was before, and is not believed.
    assert_eq!(watch.values, ["before", "after"]);
    written.elapsed()
}

/// Writes until it succeeds.
async fn write(subject: &Subject, client: &Client, state: &str) {
    let written = async {
        while subject.try_set(client, state).await.is_err() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, written).await.expect("a leader");
}
