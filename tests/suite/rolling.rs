//! What callers see while all servers, and then the agent of the client, are restarted one after the other.

#![allow(clippy::print_stdout, reason = "figures for the log of a run")]

use consul_client::Client;
use consul_tests::{Agent, unique};
use tokio::task::block_in_place;
use tokio::time::timeout;

use crate::clients::{PATIENCE, client_of};
use crate::traffic::{Report, Traffic};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b34_rolling_restart_fails_no_read_and_leaves_no_write_in_doubt_without_saying_so() {
    let cluster = Agent::builder().start_cluster();
    let local = Agent::builder().client_of(cluster.servers()).start();
    let second = &cluster.servers()[0];
    let client = Client::builder().address(local.url()).address(second.url()).build().unwrap();
    let watched = unique("rolling");
    let view = client.kv().raw(&watched).view();
    timeout(PATIENCE, view.ready()).await.unwrap().unwrap();

    for server in cluster.servers() {
        let traffic = Traffic::start(&client);
        traffic.until_calls(10).await;
        block_in_place(|| {
            server.terminate();
            server.start_again();
            cluster.until_ready();
        });
        traffic.until_calls(10).await;
        check("a server", &traffic.stop().await);
    }
    let traffic = Traffic::start(&client);
    traffic.until_calls(10).await;
    block_in_place(|| local.restart());
    traffic.until_calls(10).await;
    check("the local agent", &traffic.stop().await);

    client_of(second).kv().put(&watched, "after").await.unwrap();
    let seen = view.wait_for(|seen| seen.as_deref() == Some(b"after".as_slice()));
    timeout(PATIENCE, seen).await.expect("the watch continues").unwrap();
}

/// A plain write may end with an unknown outcome. Everything else succeeds.
fn check(restarted: &str, report: &Report) {
    println!("{restarted} restarted: {report}");
    let is_expected = |kind: &String| kind.starts_with("PUT") && kind.ends_with("outcome unknown");
    assert!(report.failed.keys().all(is_expected), "{report}");
}
