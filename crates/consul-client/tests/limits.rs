//! Limits: of the size of responses, of time, and of what a raw request can set.
#![allow(clippy::unwrap_used, reason = "this file has only tests and their helper functions")]

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use consul_client::proto::Method;
use consul_client::runtime::{Instant, Runtime, Sleep, SpawnError, Task};
use consul_client::transport::{Body, Executor, SendMark, SendState, TransportError, TransportErrorKind};
use consul_client::txn::Outcome;
use consul_client::{Client, ErrorKind, RetryPolicy};

/// Larger than the limit for error responses.
const LARGE: usize = 3 << 20;

/// An executor that returns the same response to every request.
#[derive(Debug)]
struct Scripted {
    status: u16,
    header: &'static str,
    body: String,
}

#[async_trait::async_trait]
impl Executor for Scripted {
    async fn execute(&self, _: http::Request<Body>) -> Result<http::Response<Body>, TransportError> {
        let body = Body::from(bytes::Bytes::from(self.body.clone()));
        Ok(http::Response::builder().status(self.status).header(self.header, "x").body(body).unwrap())
    }
}

#[derive(Debug)]
struct Stopped;

impl Runtime for Stopped {
    fn now(&self) -> Instant {
        Instant::ORIGIN
    }

    fn sleep_until(&self, _: Instant) -> Sleep {
        Box::pin(std::future::pending())
    }

    fn spawn(&self, _: Task) -> Result<(), SpawnError> {
        Err(SpawnError::new("no runtime"))
    }
}

const TOO_LARGE: ErrorKind = ErrorKind::Transport(TransportErrorKind::BodyTooLarge);

/// A runtime whose timers all fire immediately.
#[derive(Debug)]
struct Elapsed;

impl Runtime for Elapsed {
    fn now(&self) -> Instant {
        Instant::ORIGIN
    }

    fn sleep_until(&self, _: Instant) -> Sleep {
        Box::pin(std::future::ready(()))
    }

    fn spawn(&self, _: Task) -> Result<(), SpawnError> {
        Err(SpawnError::new("no runtime"))
    }
}

/// A body that never yields data.
struct Silence;

impl http_body::Body for Silence {
    type Data = bytes::Bytes;
    type Error = TransportError;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<bytes::Bytes>, TransportError>>> {
        Poll::Pending
    }
}

/// Responds with an error whose body never arrives.
#[derive(Debug)]
struct Silent;

#[async_trait::async_trait]
impl Executor for Silent {
    async fn execute(&self, _: http::Request<Body>) -> Result<http::Response<Body>, TransportError> {
        Ok(http::Response::builder().status(500).body(Body::stream(Silence)).unwrap())
    }
}

/// Returns a client that receives this response, and accepts at most `limit` bytes.
fn client(status: u16, header: &'static str, body: impl Into<String>, limit: usize) -> Client {
    let executor = Scripted { status, header, body: body.into() };
    Client::builder()
        .executor(Arc::new(executor), Arc::new(Stopped))
        .retry(RetryPolicy::never())
        .max_response_size(limit)
        .build()
        .unwrap()
}

/// Returns the health of a service whose check has a large output.
fn health(status: &str) -> String {
    let output = "x".repeat(LARGE);
    format!(
        r#"[{{"AggregatedStatus": "{status}", "Service": {{"ID": "web", "Service": "web"}}, "Checks":
            [{{"Node": "n", "CheckID": "c", "Name": "c", "Status": "{status}", "Output": "{output}"}}]}}]"#
    )
}

#[tokio::test]
async fn values_of_every_status_can_be_large() {
    for (status, word) in [(200, "passing"), (429, "warning"), (503, "critical")] {
        let client = client(status, "X-Consul-Reason", health(word), 2 * LARGE);
        let health = client.agent().service().health_by_name("web").await.unwrap();
        assert_eq!((health[0].status.as_str(), health[0].checks[0].output.len()), (word, LARGE));
    }
    let what = "x".repeat(LARGE);
    let rolled_back = format!(r#"{{"Results": null, "Errors": [{{"OpIndex": 0, "What": "{what}"}}]}}"#);
    let outcome = client(409, "X-Other", rolled_back, 2 * LARGE).txn().set("k", "v").await.unwrap();
    let Outcome::RolledBack(why) = outcome else { panic!("{outcome:?}") };
    assert_eq!(why.errors[0].what.len(), LARGE);
}

#[tokio::test]
async fn b20_value_above_the_limit_is_too_large() {
    for (status, word) in [(200, "passing"), (503, "critical")] {
        let client = client(status, "X-Consul-Reason", health(word), LARGE);
        let error = client.agent().service().health_by_name("web").await.unwrap_err();
        assert_eq!(error.kind(), TOO_LARGE, "{status}");
    }
}

#[tokio::test]
async fn error_responses_have_a_smaller_limit() {
    for status in [404, 429, 500, 503] {
        let client = client(status, "X-Other", "x".repeat(LARGE), 2 * LARGE);
        for error in [
            client.agent().service().health_by_name("web").await.unwrap_err(),
            client.kv().get("k").await.unwrap_err(),
            client.agent().service().get("web").await.unwrap_err(),
            client.kv().raw("k").open().await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), TOO_LARGE, "{status}");
        }
    }
}

#[tokio::test]
async fn open_times_out_on_an_error_body_that_never_ends() {
    let client = Client::builder()
        .executor(Arc::new(Silent), Arc::new(Elapsed))
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let error = client.kv().raw("k").open().await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
}

#[tokio::test]
async fn raw_request_returns_complete_responses_of_every_status() {
    for status in [200, 404, 503] {
        let client = client(status, "X-Other", "x".repeat(LARGE), 2 * LARGE);
        let response = client.request(Method::GET, "/v1/x").await.unwrap();
        assert_eq!((response.status().as_u16(), response.body().len()), (status, LARGE));
    }
    let error = client(200, "X-Other", "x".repeat(LARGE), 7).request(Method::GET, "/v1/x").await.unwrap_err();
    assert_eq!(error.kind(), TOO_LARGE);
}

/// Takes a request and never responds. Sets the send state like an executor that connects forever.
#[derive(Debug, Default)]
struct Connecting {
    requests: AtomicUsize,
}

#[async_trait::async_trait]
impl Executor for Connecting {
    async fn execute(&self, request: http::Request<Body>) -> Result<http::Response<Body>, TransportError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        request.extensions().get::<SendMark>().unwrap().set(SendState::NotSent);
        std::future::pending().await
    }
}

#[tokio::test]
async fn write_that_times_out_while_connecting_is_unsent() {
    let executor = Arc::new(Connecting::default());
    let client = Client::builder()
        .executor(Arc::clone(&executor) as _, Arc::new(Elapsed))
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let error = client.kv().put("k", "v").timeout(Duration::from_secs(1)).await.unwrap_err();
    assert!(error.is_timeout() && error.is_unsent() && !error.is_outcome_unknown(), "{error}");
    assert_eq!(executor.requests.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn timeout_that_has_already_elapsed_sends_nothing() {
    let executor = Arc::new(Connecting::default());
    let client = Client::builder().executor(Arc::clone(&executor) as _, Arc::new(Stopped)).build().unwrap();
    let error = client.kv().put("k", "v").timeout(Duration::ZERO).await.unwrap_err();
    assert!(error.is_timeout() && error.is_unsent() && !error.is_outcome_unknown(), "{error}");
    let error = client.request(Method::PUT, "/v1/kv/k").timeout(Duration::ZERO).await.unwrap_err();
    assert!(error.is_timeout() && error.is_unsent(), "{error}");
    let error = client
        .kv()
        .raw("k")
        .attempt_timeout(Duration::ZERO)
        .retry(RetryPolicy::never())
        .open()
        .await
        .unwrap_err();
    assert!(error.is_timeout() && error.is_unsent(), "{error}");
    assert_eq!(executor.requests.load(Ordering::Relaxed), 0, "nothing was sent");
}

#[tokio::test]
async fn raw_request_rejects_framing_headers() {
    let executor = Arc::new(Connecting::default());
    let client = Client::builder().executor(Arc::clone(&executor) as _, Arc::new(Stopped)).build().unwrap();
    for name in ["content-length", "transfer-encoding", "connection", "host", "expect", "accept-encoding"] {
        let call = client.request(Method::PUT, "/v1/kv/k").body("a longer value");
        let (name, value) = (http::HeaderName::from_static(name), http::HeaderValue::from_static("3"));
        let error = call.header(name, value).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request, "{error}");
    }
    assert_eq!(executor.requests.load(Ordering::Relaxed), 0, "nothing was sent");
}
