//! Retries, several agents, tokens and limits, in virtual time.
#![allow(clippy::unwrap_used, reason = "all of it is tests, also what stands outside of their functions")]

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use consul_client::proto::Method;
use consul_client::runtime::TokioRuntime;
use consul_client::transport::{
    Body, Executor, Hint, SendMark, SendState, TransportError, TransportErrorKind,
};
use consul_client::{
    ApiErrorKind, CallFinished, Client, ClientBuilder, ErrorKind, Observer, RetryPolicy, Token, TokenSource,
    TokenSourceError,
};
use tokio::time::Instant;

const NO_LEADER: Step = Step::Respond(500, "No cluster leader");
const FINE: Step = Step::Respond(200, "true");

/// What an agent does with one request.
#[derive(Clone, Debug)]
enum Step {
    Respond(u16, &'static str),
    RespondWith(u16, &'static str, &'static str),
    /// Without having received the request.
    Refuse,
    /// Closes the connection after it has received the request.
    Close,
    /// Never responds.
    Hang(SendState),
    After(Duration, Box<Step>),
}

/// An agent that takes its steps in their order, and the last one for ever.
#[derive(Debug)]
struct Agent {
    steps: Mutex<VecDeque<Step>>,
    started: Instant,
    requests: Mutex<Vec<Request>>,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
}

#[derive(Clone, Debug)]
struct Request {
    at: Duration,
    token: Option<String>,
    hint: Option<Hint>,
    user_agent: String,
}

impl Agent {
    fn new(steps: impl IntoIterator<Item = Step>) -> Arc<Self> {
        Arc::new(Self {
            steps: Mutex::new(steps.into_iter().collect()),
            started: Instant::now(),
            requests: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            most_in_flight: AtomicUsize::new(0),
        })
    }

    fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

struct InFlight<'a>(&'a AtomicUsize);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[async_trait]
impl Executor for Agent {
    async fn execute(&self, request: http::Request<Body>) -> Result<http::Response<Body>, TransportError> {
        let (head, _) = request.into_parts();
        let text = |name| head.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        self.requests.lock().unwrap().push(Request {
            at: self.started.elapsed(),
            token: text("x-consul-token"),
            hint: head.extensions.get::<Hint>().copied(),
            user_agent: text("user-agent").unwrap(),
        });
        let count = self.in_flight.fetch_add(1, Ordering::Relaxed) + 1;
        let _in_flight = InFlight(&self.in_flight);
        self.most_in_flight.fetch_max(count, Ordering::Relaxed);
        let mark = head.extensions.get::<SendMark>().unwrap().clone();
        mark.set(SendState::NotSent);
        let mut step = {
            let mut steps = self.steps.lock().unwrap();
            if steps.len() > 1 { steps.pop_front().unwrap() } else { steps[0].clone() }
        };
        while let Step::After(pause, next) = step {
            mark.set(SendState::Sent);
            tokio::time::sleep(pause).await;
            step = *next;
        }
        let respond = |status: u16, header: &str, body: &'static str| {
            mark.set(SendState::Sent);
            let builder = http::Response::builder().status(status).header("x-consul-index", "7");
            let builder = match header {
                "" => builder,
                seconds => builder.header("retry-after", seconds),
            };
            Ok(builder.body(Body::from(bytes::Bytes::from_static(body.as_bytes()))).unwrap())
        };
        match step {
            Step::Respond(status, body) => respond(status, "", body),
            Step::RespondWith(status, retry_after, body) => respond(status, retry_after, body),
            Step::Refuse => Err(TransportError::unsent(TransportErrorKind::Connect, "connection refused")),
            Step::Close => {
                mark.set(SendState::Sent);
                Err(TransportError::new(TransportErrorKind::Closed, "connection closed"))
            }
            Step::Hang(state) => {
                mark.set(state);
                std::future::pending().await
            }
            Step::After(..) => unreachable!("handled above"),
        }
    }
}

fn builder(agent: &Arc<Agent>) -> ClientBuilder {
    Client::builder().executor(Arc::clone(agent) as _, Arc::new(TokioRuntime::new()))
}

fn client(agent: &Arc<Agent>) -> Client {
    builder(agent).build().unwrap()
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

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
async fn held_write_is_retried_only_if_a_whole_attempt_fits() {
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
async fn b12_mistakes_of_the_caller_are_sent_once() {
    for text in ["Invalid Session TTL '1', must be between [10s=24h0m0s]", "No path to datacenter"] {
        let agent = Agent::new([Step::Respond(500, text)]);
        let error = client(&agent).kv().get("k").await.unwrap_err();
        assert!(!error.is_retryable(), "{error}");
        assert_eq!(agent.count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn b13_rate_limit_is_retried_also_for_writes_after_the_pause_that_it_asks_for() {
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
async fn call_never_lasts_longer_than_its_timeout_and_says_what_it_tried() {
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
async fn calls_that_wait_for_the_budget_go_on_with_the_first_success() {
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

/// A source whose token changes with each rejection.
#[derive(Debug, Default)]
struct Rotating(AtomicUsize);

#[async_trait]
impl TokenSource for Rotating {
    async fn token(&self) -> Result<Option<Token>, TokenSourceError> {
        Ok(Some(Token::new(format!("token-{}", self.0.load(Ordering::Relaxed)))?))
    }

    async fn rejected(&self, _: &Token) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed) < 3
    }
}

#[tokio::test(start_paused = true)]
async fn s20_rejected_token_is_replaced_and_the_request_sent_again() {
    let rejected = Step::Respond(403, "ACL not found");
    let agent = Agent::new([rejected.clone(), rejected.clone(), FINE]);
    let client = client(&agent).with_token_source(Arc::new(Rotating::default()));
    client.kv().put("k", "v").await.unwrap();
    let tokens: Vec<_> = agent.requests().into_iter().map(|request| request.token.unwrap()).collect();
    assert_eq!(tokens, ["token-0", "token-1", "token-2"]);

    let agent = Agent::new([rejected]);
    let client = builder(&agent).token_source(Arc::new(Rotating::default())).build().unwrap();
    let error = client.kv().put("k", "v").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::UnknownToken));
    assert_eq!(agent.count(), 4, "until the source gives up");
}

#[tokio::test(start_paused = true)]
async fn source_without_a_token_ends_the_call_before_it_is_sent() {
    #[derive(Debug)]
    struct Broken;
    #[async_trait]
    impl TokenSource for Broken {
        async fn token(&self) -> Result<Option<Token>, TokenSourceError> {
            Err("vault is sealed".into())
        }
    }
    let agent = Agent::new([FINE]);
    let error = client(&agent).with_token_source(Arc::new(Broken)).kv().put("k", "v").await.unwrap_err();
    assert_eq!((error.kind(), agent.count()), (ErrorKind::Token, 0));
    assert!(error.is_unsent() && format!("{error:?}").contains("vault is sealed"), "{error:?}");
    let error = client(&agent).kv().get("k").token("two words").await.unwrap_err();
    assert_eq!((error.kind(), agent.count()), (ErrorKind::Token, 0));
}

/// Counts what it is told.
#[derive(Debug, Default)]
struct Counting {
    calls: Mutex<Vec<(String, u32, Option<ErrorKind>)>>,
    attempts: AtomicUsize,
}

impl Observer for Counting {
    fn call_finished(&self, call: &CallFinished<'_>) {
        self.calls.lock().unwrap().push((call.route.to_owned(), call.attempts, call.error));
    }

    fn attempt_finished(&self, _: &consul_client::AttemptFinished<'_>) {
        self.attempts.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(start_paused = true)]
async fn observer_is_told_of_calls_and_attempts() {
    let agent = Agent::new([NO_LEADER, FINE, Step::Respond(403, "Permission denied")]);
    let observer = Arc::new(Counting::default());
    let client = builder(&agent).observer(Arc::clone(&observer) as _).build().unwrap();
    client.kv().put("k", "v").await.unwrap();
    client.kv().put("k", "v").await.unwrap_err();
    let denied = Some(ErrorKind::Api(ApiErrorKind::PermissionDenied));
    let route = "/v1/kv/{*key}".to_owned();
    assert_eq!(*observer.calls.lock().unwrap(), [(route.clone(), 2, None), (route, 1, denied)]);
    assert_eq!(observer.attempts.load(Ordering::Relaxed), 3);
}

#[tokio::test(start_paused = true)]
async fn user_agent_names_client_and_version() {
    let agent = Agent::new([Step::Respond(404, "")]);
    let _ = client(&agent).kv().get("k").await;
    assert_eq!(agent.requests()[0].user_agent, format!("consul-client/{}", consul_client::VERSION));
}
