//! Clients of several agents.

use std::sync::Arc;
use std::time::Duration;

use consul_client::Client;
use consul_client::runtime::TokioRuntime;
use tokio::time::Instant;

use crate::{Agent, FINE, NO_LEADER, Step, secs};

fn client_of(agents: &[&Arc<Agent>]) -> Client {
    let mut builder = Client::builder();
    for agent in agents {
        builder = builder.executor(Arc::clone(agent) as _, Arc::new(TokioRuntime::new()));
    }
    builder.build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn b34_call_moves_to_another_agent_if_one_cannot_be_reached_or_has_no_leader() {
    for step in [Step::Refuse, NO_LEADER] {
        let (first, second) = (Agent::new([step.clone()]), Agent::new([Step::Respond(404, "")]));
        let client = client_of(&[&first, &second]);
        for _ in 0..3 {
            assert!(client.kv().get("k").await.unwrap().is_none());
        }
        assert_eq!((first.count(), second.count()), (1, 3), "{step:?}");
        assert!(first.started.elapsed() < Duration::from_millis(10), "without a pause");
    }
}

#[tokio::test(start_paused = true)]
async fn b34_responses_of_consul_never_mark_an_agent_as_unhealthy() {
    for (status, text) in [(404, ""), (403, "Permission denied"), (429, "")] {
        let (first, second) = (Agent::new([Step::Respond(status, text)]), Agent::new([FINE]));
        let client = client_of(&[&first, &second]);
        for _ in 0..3 {
            let _ = client.kv().get("k").timeout(secs(1)).await;
        }
        assert!(first.count() >= 3 && second.count() == 0, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn call_pauses_between_attempts_that_go_to_the_same_agent() {
    for step in [Step::Respond(429, ""), Step::Respond(500, "rpc error making call: EOF"), Step::Refuse] {
        let (first, second) = (Agent::new([step.clone()]), Agent::new([step.clone()]));
        let client = client_of(&[&first, &second]);
        assert!(client.kv().get("k").timeout(secs(3)).await.is_err());
        let attempts = first.count() + second.count();
        // The second agent is tried immediately.
        assert!((4..=7).contains(&attempts), "{step:?}: {attempts}");
    }
}

#[tokio::test(start_paused = true)]
async fn b34_agents_that_all_failed_are_still_tried() {
    let (first, second) = (Agent::new([Step::Refuse]), Agent::new([Step::Refuse]));
    let client = client_of(&[&first, &second]);
    let end = Instant::now() + secs(10);
    while Instant::now() < end {
        assert!(client.kv().get("k").timeout(secs(2)).await.is_err());
    }
    *second.steps.lock().unwrap() = [Step::Respond(404, "")].into();
    let back = Instant::now();
    assert!(client.kv().get("k").await.unwrap().is_none());
    assert!(back.elapsed() < secs(2), "{:?}", back.elapsed());
}

#[tokio::test(start_paused = true)]
async fn plain_write_moves_to_another_agent_only_if_it_was_not_sent() {
    let (first, second) = (Agent::new([Step::Refuse]), Agent::new([FINE]));
    client_of(&[&first, &second]).kv().put("k", "v").await.unwrap();
    assert_eq!((first.count(), second.count()), (1, 1));
    let (first, second) = (Agent::new([Step::Close]), Agent::new([FINE]));
    let error = client_of(&[&first, &second]).kv().put("k", "v").await.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error}");
    assert_eq!((first.count(), second.count()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn operations_that_belong_to_an_agent_stay_with_the_first_one() {
    let (first, second) = (Agent::new([Step::Refuse, Step::Refuse, FINE]), Agent::new([FINE]));
    let client = client_of(&[&first, &second]);
    let _ = client.session().create().await;
    assert_eq!((first.count(), second.count()), (3, 0));
}
