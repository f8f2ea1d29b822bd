//! Retries of requests.

use std::future::IntoFuture;
use std::time::Duration;

use consul_client::proto::Method;
use consul_client::transport::{Hint, SendState};
use consul_client::{ApiErrorKind, ErrorKind, RetryPolicy};

use crate::{Agent, FINE, NO_LEADER, Step, builder, client, secs};

#[tokio::test(start_paused = true)]
async fn b9_put_is_retried_while_there_is_no_leader() {
    let agent = Agent::new([NO_LEADER, NO_LEADER, NO_LEADER, FINE]);
    client(&agent).kv().put("k", "v").await.unwrap();
    assert_eq!(agent.count(), 4);
    assert!(agent.started.elapsed() < secs(2));
}

#[tokio::test(start_paused = true)]
async fn b5_put_with_unknown_outcome_is_sent_once() {
    for step in [Step::Close, Step::Respond(500, "rpc error making call: EOF")] {
        let agent = Agent::new([step.clone()]);
        let error = client(&agent).kv().put("k", "v").await.unwrap_err();
        assert!(error.is_outcome_unknown() && !error.is_retryable(), "{step:?}: {error}");
        assert_eq!((agent.count(), error.attempts()), (1, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn b5_read_is_retried_after_a_closed_connection() {
    let agent =
        Agent::new([Step::Close, Step::Respond(500, "rpc error making call: EOF"), Step::Respond(404, "")]);
    assert!(client(&agent).kv().get("k").await.unwrap().is_none());
    assert_eq!(agent.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn b8_put_is_retried_until_the_port_is_open() {
    let agent = Agent::new(vec![Step::Refuse; 6].into_iter().chain([FINE]));
    client(&agent).kv().put("k", "v").await.unwrap();
    assert_eq!(agent.count(), 7);
}

#[tokio::test(start_paused = true)]
async fn b2_read_without_a_response_is_retried_on_a_new_connection() {
    let agent = Agent::new([Step::Hang(SendState::Sent), Step::Respond(404, "")]);
    assert!(client(&agent).kv().get("k").await.unwrap().is_none());
    let requests = agent.requests();
    assert_eq!((requests[0].hint, requests[1].hint), (None, Some(Hint::FreshConnection)));
    assert!((secs(5)..secs(6)).contains(&requests[1].at), "{requests:?}");
}

#[tokio::test(start_paused = true)]
async fn write_that_times_out_is_sent_once_and_its_outcome_is_unknown() {
    let agent = Agent::new([Step::Hang(SendState::Sent)]);
    let error = client(&agent).kv().put("k", "v").await.unwrap_err();
    assert!(error.is_timeout() && error.is_outcome_unknown(), "{error}");
    assert_eq!((agent.count(), agent.started.elapsed().as_secs()), (1, 20));
}

#[tokio::test(start_paused = true)]
async fn b1_write_that_times_out_while_connecting_is_retried() {
    let agent = Agent::new([Step::Hang(SendState::NotSent), FINE]);
    client(&agent).kv().put("k", "v").attempt_timeout(secs(3)).await.unwrap();
    assert_eq!(agent.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn held_write_is_retried_only_if_a_complete_attempt_fits_the_timeout() {
    let held = |seconds| Step::After(secs(seconds), Box::new(NO_LEADER));
    let agent = Agent::new([held(7), FINE]);
    client(&agent).kv().put("k", "v").await.unwrap();
    assert_eq!(agent.count(), 2);

    let agent = Agent::new([held(14), FINE]);
    let error = client(&agent).kv().put("k", "v").await.unwrap_err();
    assert!(error.is_no_leader() && !error.is_outcome_unknown(), "{error}");
    assert_eq!(agent.count(), 1, "its outcome is known, and stays so");
}

#[tokio::test(start_paused = true)]
async fn b12_errors_of_the_caller_are_not_retried() {
    let agent = Agent::new([Step::Respond(500, "Invalid Session TTL '1', must be between [10s=24h0m0s]")]);
    let error = client(&agent).session().create().await.unwrap_err();
    assert!(!error.is_retryable(), "{error}");
    assert_eq!(agent.count(), 1);

    let agent = Agent::new([Step::Respond(500, "No path to datacenter")]);
    let error = client(&agent).kv().get("k").await.unwrap_err();
    assert!(!error.is_retryable(), "{error}");
    assert_eq!(agent.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn b13_rate_limit_is_retried_after_retry_after_also_for_writes() {
    for step in [
        Step::RespondWith(429, "3", "RPC rate limit exceeded"),
        Step::RespondWith(
            503,
            "3",
            "rate limit exceeded for operation that can only be performed by the leader, try again later",
        ),
    ] {
        let agent = Agent::new([step.clone(), FINE]);
        client(&agent).kv().put("k", "v").await.unwrap();
        let requests = agent.requests();
        assert!(requests.len() == 2 && (secs(3)..secs(4)).contains(&requests[1].at), "{step:?} {requests:?}");
    }
    let agent = Agent::new([Step::RespondWith(429, "86400", ""), Step::Respond(404, "")]);
    assert!(client(&agent).kv().get("k").await.unwrap().is_none());
    assert!((secs(10)..secs(11)).contains(&agent.requests()[1].at), "capped");
}

#[tokio::test(start_paused = true)]
async fn call_makes_few_attempts_however_its_errors_come() {
    for step in [
        Step::Refuse,
        NO_LEADER,
        Step::Close,
        Step::Respond(500, "rpc error making call: EOF"),
        Step::Respond(429, ""),
        Step::Respond(500, "a text that no rule knows"),
    ] {
        let agent = Agent::new([step.clone()]);
        client(&agent).kv().get("k").await.unwrap_err();
        let soon = agent.requests().iter().filter(|request| request.at < secs(3)).count();
        assert!((4..=6).contains(&soon), "{step:?}: {soon}");
        assert!(agent.count() <= 42, "{step:?}: {}", agent.count());
    }
}

#[tokio::test(start_paused = true)]
async fn error_that_no_rule_knows_ends_a_call_after_five_attempts() {
    let unknown = Step::Respond(500, "a text that no rule knows");
    let agent = Agent::new([unknown.clone()]);
    let error = client(&agent).kv().get("k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::Internal));
    assert_eq!((agent.count(), error.attempts()), (5, 5));
    assert!(agent.started.elapsed() < secs(4));

    // Only these errors are counted.
    let outage = vec![NO_LEADER; 8].into_iter().chain([unknown.clone(), Step::Respond(404, "")]);
    let agent = Agent::new(outage);
    assert!(client(&agent).kv().get("k").await.unwrap().is_none());
    assert_eq!(agent.count(), 10);
}

#[tokio::test(start_paused = true)]
async fn session_is_created_once_its_node_is_ready_again() {
    let created = Step::Respond(200, r#"{"ID":"292ef953-27fa-b363-60a3-95ffc3cc1acb"}"#);
    let critical = Step::Respond(500, "apply failed: Check 'serfHealth' is in critical state");
    let agent = Agent::new([
        critical.clone(),
        Step::Respond(500, "Missing check 'serfHealth' registration"),
        created.clone(),
    ]);
    client(&agent).session().create().await.unwrap();
    assert_eq!(agent.count(), 3);

    // An agent that has just started is not in the catalog yet; another node may never be.
    let missing = Step::Respond(500, "apply failed: Missing node registration");
    let agent = Agent::new([missing.clone(), missing.clone(), created]);
    client(&agent).session().create().await.unwrap();
    assert_eq!(agent.count(), 3);
    let agent = Agent::new([missing]);
    let error = client(&agent).session().create().await.unwrap_err();
    assert_eq!((error.kind(), agent.count()), (ErrorKind::Api(ApiErrorKind::UnknownNode), 5));
    assert!(error.is_retryable() && !error.is_outcome_unknown(), "{error}");
    let error = client(&agent).session().create().node("elsewhere").await.unwrap_err();
    assert_eq!((error.attempts(), error.is_retryable()), (1, false));

    let agent = Agent::new([critical]);
    let error = client(&agent).session().create().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::NotReady));
    assert!(error.is_retryable() && !error.is_outcome_unknown(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn call_ends_at_its_timeout_and_reports_its_attempts() {
    let agent = Agent::new([Step::Refuse]);
    let error = client(&agent).kv().get("k").await.unwrap_err();
    let elapsed = agent.started.elapsed();
    assert!((secs(28)..=secs(30)).contains(&elapsed), "{elapsed:?}");
    assert_eq!(error.attempts() as usize, agent.count());
    assert!(agent.count() > 10 && error.elapsed() > secs(28), "{error}");
    let shown = error.to_string();
    assert!(shown.contains(&format!("{} attempts", agent.count())), "{shown}");

    let agent = Agent::new([Step::Hang(SendState::Sent)]);
    let error = client(&agent).kv().get("k").timeout(secs(7)).await.unwrap_err();
    assert!(error.is_timeout() && error.attempts() == 2, "{error}");
    assert!(agent.started.elapsed() <= secs(7) + Duration::from_millis(10));
}

#[tokio::test(start_paused = true)]
async fn retries_can_be_turned_off_for_a_client_and_for_a_call() {
    let agent = Agent::new([Step::Refuse]);
    let error = client(&agent).kv().get("k").retry(RetryPolicy::never()).await.unwrap_err();
    assert_eq!((error.kind(), agent.count()), (ErrorKind::Connect, 1));
    let never = builder(&agent).retry(RetryPolicy::never()).build().unwrap();
    assert!(never.kv().get("k").await.is_err() && agent.count() == 2);
    let three = RetryPolicy::new().max_attempts(3);
    assert_eq!(never.kv().get("k").retry(three).await.unwrap_err().attempts(), 3);
}

#[tokio::test(start_paused = true)]
async fn raw_requests_are_retried_by_the_same_rules_and_return_the_last_response() {
    let agent = Agent::new([NO_LEADER, FINE]);
    assert_eq!(client(&agent).request(Method::PUT, "/v1/kv/k").await.unwrap().status(), 200);
    assert_eq!(agent.count(), 2);
    let agent = Agent::new([Step::Respond(500, "rpc error making call: EOF")]);
    assert_eq!(client(&agent).request(Method::PUT, "/v1/kv/k").await.unwrap().status(), 500);
    assert_eq!(agent.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn b26_callers_share_a_budget_of_retries() {
    let agent = Agent::new([Step::Refuse]);
    let client = client(&agent);
    let calls: Vec<_> = (0..100).map(|_| tokio::spawn(client.kv().get("k").into_future())).collect();
    for call in calls {
        assert!(call.await.unwrap().is_err());
    }
    assert!(agent.started.elapsed() <= secs(30) + Duration::from_millis(10));
    // 100 retries in a row, and 10 a second.
    let allowed = 100 + 100 + 300;
    assert!((300..=allowed).contains(&agent.count()), "{}", agent.count());
}

#[tokio::test(start_paused = true)]
async fn calls_that_wait_for_the_budget_continue_with_the_first_success() {
    let agent = Agent::new(vec![Step::Refuse; 450].into_iter().chain([Step::Respond(404, "")]));
    let client = client(&agent);
    let calls: Vec<_> = (0..200).map(|_| tokio::spawn(client.kv().get("k").into_future())).collect();
    for call in calls {
        assert!(call.await.unwrap().unwrap().is_none());
    }
    let last_refused = agent.requests()[449].at;
    let took = agent.started.elapsed() - last_refused;
    assert!(took < secs(2), "{took:?}");
}
