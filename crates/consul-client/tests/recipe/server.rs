//! A server that knows sessions only.

use std::collections::BTreeSet;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use consul_client::runtime::TokioRuntime;
use consul_client::transport::{Body, Executor, Hint, TransportError};
use consul_client::{Client, ClientBuilder};
use tokio::time::{Instant, sleep};

/// The time for which a response travels.
const LATENCY: Duration = Duration::from_millis(5);

/// Responds to requests for sessions; holds all others for ever.
#[derive(Debug)]
pub(crate) struct Server {
    start: Instant,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    /// Whether nothing responds, as behind a frozen agent.
    pub(crate) is_frozen: bool,
    pub(crate) sessions: BTreeSet<String>,
    created: usize,
    /// The requests for sessions: when, which, and how they were to be sent.
    pub(crate) requests: Vec<(Duration, String, Option<Hint>)>,
}

impl Server {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { start: Instant::now(), state: Mutex::default() })
    }

    pub(crate) fn client(self: &Arc<Self>) -> Client {
        self.client_with(|builder| builder)
    }

    pub(crate) fn client_with(self: &Arc<Self>, set: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Client {
        let executor = Arc::clone(self) as Arc<dyn Executor>;
        set(Client::builder().executor(executor, Arc::new(TokioRuntime::new()))).build().unwrap()
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Returns this time on the clock of [`times`](Self::times).
    pub(crate) fn elapsed_at(&self, at: Instant) -> Duration {
        at - self.start
    }

    /// Waits until the servers know this many sessions.
    pub(crate) async fn until_sessions(&self, count: usize) {
        while self.state().sessions.len() != count {
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Returns when requests of this operation came.
    pub(crate) fn times(&self, operation: &str) -> Vec<Duration> {
        let state = self.state();
        state.requests.iter().filter(|(_, sent, _)| sent == operation).map(|(at, ..)| *at).collect()
    }

    fn respond(&self, operation: &str, id: &str) -> http::Response<Body> {
        let mut state = self.state();
        let session = |id: &str| format!(r#"[{{"ID":"{id}","TTL":"15s"}}]"#);
        let (status, body) = match operation {
            "create" => {
                state.created += 1;
                let id = format!("00000000-0000-4000-8000-{:012}", state.created);
                state.sessions.insert(id.clone());
                (200, format!(r#"{{"ID":"{id}"}}"#))
            }
            "renew" if state.sessions.contains(id) => (200, session(id)),
            "renew" => (404, format!("Session id '{id}' not found")),
            "info" if state.sessions.contains(id) => (200, session(id)),
            "info" => (200, "[]".to_owned()),
            "destroy" => {
                state.sessions.remove(id);
                (200, "true".to_owned())
            }
            other => panic!("{other}"),
        };
        let response = http::Response::builder().status(status).header("x-consul-index", 7);
        response.header("content-length", body.len()).body(Body::from(Bytes::from(body))).unwrap()
    }
}

#[async_trait]
impl Executor for Server {
    async fn execute(&self, request: http::Request<Body>) -> Result<http::Response<Body>, TransportError> {
        let path: Vec<_> = request.uri().path().split('/').skip(2).collect();
        let (&operation, id) = match path[..] {
            ["session", ref operation, ref id @ ..] => (operation, id.first().copied().unwrap_or_default()),
            _ => return pending().await,
        };
        let hint = request.extensions().get::<Hint>().copied();
        self.state().requests.push((self.start.elapsed(), operation.to_owned(), hint));
        sleep(LATENCY).await;
        if self.state().is_frozen {
            return pending().await;
        }
        Ok(self.respond(operation, id))
    }
}
