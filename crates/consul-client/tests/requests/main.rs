//! Retries, several agents, tokens and limits, in virtual time.
#![allow(clippy::unwrap_used, reason = "all of it is tests, also what stands outside of their functions")]

mod agents;
mod limits;
mod login;
mod observer;
#[cfg(feature = "hyper")]
mod pages;
mod retries;
mod tokens;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use consul_client::runtime::TokioRuntime;
use consul_client::transport::{
    Body, Executor, Hint, SendMark, SendState, TransportError, TransportErrorKind,
};
use consul_client::{Client, ClientBuilder};
use tokio::time::Instant;

const NO_LEADER: Step = Step::Respond(500, "No cluster leader");
const FINE: Step = Step::Respond(200, "true");

/// How an agent handles one request.
#[derive(Clone, Debug)]
enum Step {
    Respond(u16, &'static str),
    RespondWith(u16, &'static str, &'static str),
    /// Refuses the connection.
    Refuse,
    /// Closes the connection after it has received the request.
    Close,
    /// Never responds.
    Hang(SendState),
    After(Duration, Box<Step>),
}

/// An agent that executes its steps in order, and repeats the last one forever.
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

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
