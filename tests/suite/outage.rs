//! Calls with default settings while a cluster loses its leader.

#![allow(clippy::print_stdout, reason = "figures for the log of a run")]

use std::future::IntoFuture;
use std::time::{Duration, Instant};

use consul_client::kv::Applied;
use consul_client::{Client, ErrorKind};
use consul_tests::{Agent, unique};
use tokio::time::{sleep, timeout};

use crate::clients::PATIENCE;

/// Longer than a server holds an abandoned request.
const LATE: Duration = Duration::from_secs(12);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_in_a_cluster_without_a_leader_have_known_outcomes() {
    let cluster = Agent::builder().start_cluster();
    let (leader, followers) = (cluster.leader(), cluster.followers());
    let (survivor, other) = (followers[0], followers[1]);
    let client = Client::new(survivor.url()).unwrap();
    let keys: Vec<_> = (0..20).map(|_| unique("without-leader")).collect();
    leader.kill9();
    other.kill9();
    // Until the survivor has noticed the loss, a request can fail with the connection to the lost leader, and its
    // outcome is unknown.
    let is_lost = async {
        while client.status().leader().await.unwrap().is_some() {
            sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(PATIENCE, is_lost).await.expect("the survivor notices");

    let start = Instant::now();
    let writes: Vec<_> =
        keys.iter().map(|key| tokio::spawn(client.kv().put(key.as_str(), "new").into_future())).collect();
    for write in writes {
        let error = write.await.unwrap().expect_err("no server executes it");
        assert!(!error.is_outcome_unknown(), "{error:?}");
        assert!(error.attempts() >= 1 && error.elapsed() <= Duration::from_secs(31), "{error:?}");
    }
    println!("20 writes without a leader ended after {:.1?}, all outcomes known", start.elapsed());

    leader.start_again();
    other.start_again();
    cluster.until_ready();
    let observed = Instant::now();
    while observed.elapsed() < LATE {
        for key in &keys {
            let entry = client.kv().get(key.as_str()).consistent().await.unwrap();
            assert_eq!(entry, None, "{:.1?} after the leader is back", observed.elapsed());
        }
        sleep(Duration::from_millis(250)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_and_idempotent_writes_succeed_during_an_election() {
    let cluster = Agent::builder().start_cluster();
    let (leader, follower) = (cluster.leader(), cluster.followers()[0]);
    let client = Client::new(follower.url()).unwrap();
    let (key, counter) = (unique("election"), unique("counter"));
    client.kv().put(counter.as_str(), "0").await.unwrap();

    let calls = async {
        let (start, mut longest) = (Instant::now(), Duration::ZERO);
        // From two seconds before the loss until it has ended.
        while start.elapsed() < Duration::from_secs(10) {
            let begun = Instant::now();
            client.kv().put(key.as_str(), "value").assume_idempotent().await.unwrap();
            client.kv().get(key.as_str()).await.unwrap().expect("it was written");
            longest = longest.max(begun.elapsed());
        }
        longest
    };
    let increments = async {
        let (start, mut acknowledged, mut unknown) = (Instant::now(), 0_u64, 0_u64);
        while start.elapsed() < Duration::from_secs(10) {
            let Ok(Some(entry)) = client.kv().get(counter.as_str()).consistent().await else { continue };
            let next = entry.text().unwrap().parse::<u64>().unwrap() + 1;
            let put = client.kv().put(counter.as_str(), next.to_string()).cas(entry.modify_index);
            match put.await {
                Ok(Applied::Yes) => acknowledged += 1,
                Ok(_) => {}
                Err(error) if error.is_outcome_unknown() => unknown += 1,
                Err(error) => {
                    assert!(matches!(error.kind(), ErrorKind::Api(_) | ErrorKind::Connect), "{error:?}")
                }
            }
        }
        (acknowledged, unknown)
    };
    let loss = async {
        sleep(Duration::from_secs(2)).await;
        leader.kill9();
    };
    let all = async { tokio::join!(calls, increments, loss) };
    let (longest, (acknowledged, unknown), ()) = timeout(PATIENCE, all).await.expect("calls end");
    println!(
        "leader killed: longest put and get {longest:.2?}, {acknowledged} increments, {unknown} unknown"
    );

    let entry = client.kv().get(counter.as_str()).consistent().await.unwrap().unwrap();
    let count: u64 = entry.text().unwrap().parse().unwrap();
    assert!((acknowledged..=acknowledged + unknown).contains(&count), "{count}: no write was executed twice");
    leader.start_again();
    cluster.until_ready();
}
