//! Requests in flight.

use std::future::IntoFuture;
use std::sync::atomic::Ordering;

use consul_client::transport::SendState;

use crate::{Agent, Step, builder, secs};

#[tokio::test(start_paused = true)]
async fn in_flight_requests_are_limited() {
    let slow = Step::After(secs(1), Box::new(Step::Respond(404, "")));
    let agent = Agent::new([slow]);
    let client = builder(&agent).max_in_flight(3).build().unwrap();
    let calls: Vec<_> = (0..9).map(|_| tokio::spawn(client.kv().get("k").into_future())).collect();
    for call in calls {
        assert!(call.await.unwrap().unwrap().is_none());
    }
    assert_eq!((agent.most_in_flight.load(Ordering::Relaxed), agent.started.elapsed().as_secs()), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn call_that_waits_for_others_until_its_timeout_is_unsent() {
    let agent = Agent::new([Step::Hang(SendState::Sent)]);
    let client = builder(&agent).max_in_flight(1).build().unwrap();
    let first = tokio::spawn(client.kv().get("k").into_future());
    tokio::task::yield_now().await;
    let error = client.kv().put("k", "v").timeout(secs(1)).await.unwrap_err();
    assert!(error.is_timeout() && error.is_unsent(), "{error}");
    assert_eq!(agent.count(), 1);
    first.abort();
}
