//! Checks that no `Debug` and no `Display` output shows a token.
#![allow(clippy::unwrap_used, reason = "this file has only tests and their helper functions")]

use std::cell::RefCell;
use std::error::Error;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use consul_client::proto::Method;
use consul_client::runtime::{Instant, Runtime, Sleep, SpawnError, Task};
use consul_client::transport::{Body, Executor, TransportError, TransportErrorKind};
use consul_client::{Client, RetryPolicy, Token};

const SECRET: &str = "5ecbe7d0-0000-1111-2222-333344445555";

/// An executor that returns the given response to every request, and records the `Debug` output of requests.
#[derive(Debug)]
struct Scripted {
    status: Option<u16>,
    body: String,
    requests: Mutex<Vec<String>>,
}

#[async_trait::async_trait]
impl Executor for Scripted {
    async fn execute(&self, request: http::Request<Body>) -> Result<http::Response<Body>, TransportError> {
        assert_eq!(request.headers()["x-consul-token"], SECRET, "the request has the token");
        self.requests.lock().unwrap().push(format!("{request:?} {:?}", request.headers()));
        match self.status {
            Some(status) => {
                let body = Body::from(bytes::Bytes::from(self.body.clone()));
                Ok(http::Response::builder().status(status).body(body).unwrap())
            }
            None => Err(TransportError::new(TransportErrorKind::Closed, "reset")),
        }
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

fn assert_hidden(what: &str, shown: &str) {
    use base64_simd::STANDARD;
    for form in [SECRET.to_owned(), STANDARD.encode_to_string(SECRET), SECRET.replace('-', "%2D")] {
        assert!(!shown.contains(&form), "{what} shows the token: {shown}");
    }
}

fn all_of(error: &dyn Error) -> String {
    let mut shown = format!("{error:?} {error:#?} {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        shown.push_str(&format!(" {cause:?} {cause}"));
        source = cause.source();
    }
    shown
}

#[tokio::test]
async fn debug_and_errors_hide_the_token() {
    let token = Token::new(SECRET).unwrap();
    assert_hidden("token", &format!("{token:?}"));

    for (status, body) in
        [(Some(200), "true"), (Some(403), "ACL not found"), (Some(200), "<html>"), (None, "")]
    {
        let executor = Arc::new(Scripted { status, body: body.to_owned(), requests: Mutex::default() });
        let builder = Client::builder()
            .executor(Arc::clone(&executor) as _, Arc::new(Stopped))
            .retry(RetryPolicy::never())
            .token(SECRET);
        assert_hidden("builder", &format!("{builder:?} {builder:#?}"));
        let client = builder.build().unwrap();
        assert_hidden("client", &format!("{client:?} {client:#?}"));

        let call = client.kv().put("k", "v").token(&token);
        assert_hidden("call", &format!("{call:?} {call:#?}"));
        let raw = client.request(Method::GET, "/v1/status/leader").token(&token);
        assert_hidden("raw call", &format!("{raw:?}"));

        if let Err(error) = call.await {
            assert_hidden("error", &all_of(&error));
        }
        if let Err(error) = client.kv().get("k").await {
            assert_hidden("error", &all_of(&error));
        }
        if let Err(error) = raw.await {
            assert_hidden("error", &all_of(&error));
        }
        let requests = executor.requests.lock().unwrap();
        assert_eq!(requests.len(), 3);
        assert_hidden("request", &requests.join(" "));
    }
}

#[tokio::test]
async fn error_masks_the_token_that_a_server_echoes() {
    let padding = "x".repeat(4090);
    for form in [SECRET.to_owned(), SECRET.replace('-', "%2D"), SECRET.replace('-', "%2d")] {
        for body in [format!("no permission for {form}"), format!("{padding}{form}"), format!("<html>{form}")]
        {
            for status in [200, 301, 403, 500] {
                let executor =
                    Scripted { status: Some(status), body: body.clone(), requests: Mutex::default() };
                let builder = Client::builder()
                    .executor(Arc::new(executor), Arc::new(Stopped))
                    .retry(RetryPolicy::never());
                let error = builder.token(SECRET).build().unwrap().kv().get("k").await.unwrap_err();
                let shown = all_of(&error);
                assert_hidden("error", &shown);
                assert!(!shown.contains(&form[..5]), "a part of the token: {shown}");
            }
        }
    }
}

#[test]
fn debug_of_an_operation_shows_route_options_and_length() {
    let executor = Arc::new(Scripted { status: None, body: String::new(), requests: Mutex::default() });
    let client = Client::builder().executor(executor, Arc::new(Stopped)).token(SECRET).build().unwrap();
    let put = format!("{:?}", client.kv().put("k", SECRET).datacenter("dc2"));
    assert_hidden("value", &put);
    assert!(put.starts_with("Put(Call { route: PUT /v1/kv/{*"), "{put}");
    assert!(put.contains("dc2") && put.contains(&format!("body: {} bytes", SECRET.len())), "{put}");
}

#[test]
fn error_of_an_invalid_token_hides_it() {
    let error = Client::builder().token(format!("{SECRET}\n")).build().unwrap_err();
    assert_hidden("config error", &all_of(&error));
    let error = Client::builder().address(format!("http://user:{SECRET}@localhost")).build().unwrap_err();
    assert_hidden("address error", &all_of(&error));
}

thread_local! {
    /// The log of this thread's test.
    static LOG: RefCell<String> = const { RefCell::new(String::new()) };
}

/// A subscriber that records every span and event, at every level.
///
/// It is set for the entire process. If only one thread has a subscriber, `tracing` can cache from another thread
/// that nobody is interested in a span, and then skips it.
struct Captured;

impl Captured {
    fn record(log: impl Debug) {
        LOG.with_borrow_mut(|all| all.push_str(&format!("{log:?}\n")));
    }
}

impl tracing::Subscriber for Captured {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        Self::record(span);
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, values: &tracing::span::Record<'_>) {
        Self::record(values);
    }

    fn event(&self, event: &tracing::Event<'_>) {
        Self::record(event);
    }

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[tokio::test]
async fn log_has_every_attempt_without_token_key_or_value() {
    tracing::subscriber::set_global_default(Captured).unwrap();
    for status in [Some(200), Some(403), None] {
        let executor = Arc::new(Scripted { status, body: "true".to_owned(), requests: Mutex::default() });
        let builder =
            Client::builder().executor(executor, Arc::new(Stopped)).retry(RetryPolicy::never()).token(SECRET);
        let kv = builder.build().unwrap().kv();
        assert_eq!(kv.put("private-key", "private-value").await.is_ok(), status == Some(200));
    }
    let log = LOG.take();
    let lines = |start: &str| {
        let is_of_put = |line: &&str| line.starts_with(start) && line.contains("/v1/kv/{*key}");
        log.lines().filter(is_of_put).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        (lines("Attributes").len(), lines("Event").len()),
        (3, 3),
        "one span for each call, one event for each attempt: {log}"
    );
    assert!(lines("Event")[0].contains("http.response.status_code: 200"), "{log}");
    assert_hidden("log", &log);
    assert!(!log.contains("private"), "{log}");
}
