//! How soon many watches see a change, and whether other calls succeed meanwhile.

use std::sync::Arc;
use std::time::{Duration, Instant};

use consul_client::{Client, View};
use consul_tests::{Agent, unique};
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{sleep, timeout};

use super::report_rate;
use crate::clients::{PATIENCE, client_of};

type Raw = View<Option<bytes::Bytes>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn watches_see_a_change_within_1_s_for_100_and_10_s_for_215() {
    let cluster = spawn_blocking(|| Agent::builder().start_cluster()).await.unwrap();
    let direct = client_of(cluster.leader());
    for (watches, limit) in [(100, Duration::from_secs(1)), (215, Duration::from_secs(10))] {
        let client = Client::builder().address(cluster.followers()[0].url()).build().unwrap();
        let key = unique("prompt");
        direct.kv().put(&key, "before").await.unwrap();
        // Different settings, so that the views share no request.
        let views: Vec<Raw> = (0..watches)
            .map(|number| {
                let watch = client.kv().raw(&key).watch();
                watch.degraded_after(Duration::from_secs(10) + Duration::from_millis(number)).view()
            })
            .collect();
        for view in &views {
            timeout(PATIENCE, view.ready()).await.unwrap().unwrap();
        }
        // All of them wait at the server, or for a permit.
        sleep(Duration::from_secs(3)).await;
        let mut slowest = Duration::ZERO;
        for round in 0..3 {
            let value = format!("round {round}");
            direct.kv().put(&key, value.clone()).await.unwrap();
            let start = Instant::now();
            for view in &views {
                let seen = view.wait_for(|now| now.as_deref() == Some(value.as_bytes()));
                timeout(PATIENCE, seen).await.unwrap().unwrap();
            }
            slowest = slowest.max(start.elapsed());
            sleep(Duration::from_secs(1)).await;
        }
        report_rate(&format!("{watches} watches, a change seen by all within {slowest:.2?}"), 0, slowest);
        assert!(slowest < limit, "{slowest:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_calls_succeed_once_watches_have_adapted_to_the_agents_connection_limit() {
    const WAIT: Duration = Duration::from_secs(5);
    let agent = Agent::builder().config("limits { http_max_conns_per_client = 20 }").start();
    let client = Client::builder().address(agent.url()).build().unwrap();
    let key = unique("limited");
    client.kv().put(&key, "a").await.unwrap();
    let views: Vec<Raw> = (0..40)
        .map(|number| {
            let watch = client.kv().raw(&key).watch().wait(WAIT);
            watch.degraded_after(Duration::from_secs(10) + Duration::from_millis(number)).view()
        })
        .collect();
    let start = Instant::now();
    let last_rejected = Arc::new(std::sync::Mutex::new(Duration::ZERO));
    let mut callers = JoinSet::new();
    for _ in 0..4 {
        let (client, key, last_rejected) = (client.clone(), key.clone(), Arc::clone(&last_rejected));
        callers.spawn(async move {
            let mut rejected = 0;
            while start.elapsed() < Duration::from_secs(30) {
                if client.kv().get(&key).await.is_err() {
                    rejected += 1;
                    *last_rejected.lock().unwrap() = start.elapsed();
                }
                sleep(Duration::from_millis(100)).await;
            }
            rejected
        });
    }
    let mut rejected = 0;
    while let Some(count) = callers.join_next().await {
        rejected += count.unwrap();
    }
    let last = *last_rejected.lock().unwrap();
    report_rate(
        &format!("limit of 20 connections, 40 watches, last rejected after {last:.1?}"),
        rejected,
        last,
    );
    assert!(last < 3 * WAIT, "{last:?}, {rejected} in all");
    for view in &views {
        timeout(PATIENCE, view.ready()).await.unwrap().unwrap();
    }
}
