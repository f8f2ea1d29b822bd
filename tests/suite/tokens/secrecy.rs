//! No log line, `Debug`, `Display` or observer shows a secret.

use std::cell::Cell;
use std::error::Error as _;
use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64_simd::{STANDARD, URL_SAFE};
use consul_client::proto::{Method, Route};
use consul_client::{AttemptFinished, CallFinished, Client, ClientBuilder, Error, Observer, RetryPolicy};
use consul_tests::{Agent, unique};
use http::{HeaderName, HeaderValue};
use tokio::time::timeout;
use tracing::span;
use tracing::subscriber::Interest;

use crate::clients::PATIENCE;
use crate::tls::Secured;

const PASSWORD: &str = "pa55-w0rd~of~a~proxy";
const HEADER: &str = "k3y-of-a-gateway-0123";

/// Everything that was logged and shown.
#[derive(Clone, Debug, Default)]
struct Captured(Arc<Mutex<String>>);

impl Captured {
    fn add(&self, shown: impl Debug) {
        writeln!(self.0.lock().unwrap(), "{shown:?} {shown:#?}").unwrap();
    }

    fn add_error(&self, error: &Error) {
        self.add((error, error.transport_error()));
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            write!(text, " {cause} {cause:?}").unwrap();
            source = cause.source();
        }
        writeln!(self.0.lock().unwrap(), "{text}").unwrap();
    }

    /// Adds the outcome of a call that may fail.
    fn add_result<T: Debug>(&self, result: Result<T, Error>) {
        match result {
            Ok(value) => self.add(value),
            Err(error) => self.add_error(&error),
        }
    }
}

thread_local! {
    /// Set in the thread of the test.
    static IS_CAPTURED: Cell<bool> = const { Cell::new(false) };
}

impl tracing::Subscriber for Captured {
    fn register_callsite(&self, _: &'static tracing::Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        IS_CAPTURED.get()
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        self.add((span.metadata().target(), span));
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        self.add(values);
    }

    fn event(&self, event: &tracing::Event<'_>) {
        self.add((event.metadata().target(), event));
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

impl Observer for Captured {
    fn call_finished(&self, call: &CallFinished<'_>) {
        self.add(call);
    }

    fn attempt_finished(&self, attempt: &AttemptFinished<'_>) {
        self.add(attempt);
    }

    fn watch_degraded(&self, route: &Route, error: &Error) {
        self.add(route);
        self.add_error(error);
    }

    fn watch_recovered(&self, route: &Route, degraded_for: Duration) {
        self.add((route, degraded_for));
    }
}

/// Returns the forms in which a secret could be shown.
fn forms(secret: &str) -> Vec<String> {
    let percent = |is_all: bool| -> String {
        let encode = |byte: u8| match byte {
            b'0'..=b'9' | b'a'..=b'z' if !is_all => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        };
        secret.bytes().map(encode).collect()
    };
    let bytes = format!("{:?}", secret.as_bytes());
    vec![
        secret.to_owned(),
        percent(true),
        percent(false),
        percent(false).to_lowercase(),
        STANDARD.encode_to_string(secret).trim_end_matches('=').to_owned(),
        URL_SAFE.encode_to_string(secret).trim_end_matches('=').to_owned(),
        bytes.trim_matches(['[', ']']).to_owned(),
    ]
}

/// Sends requests of many kinds, of which several fail, and shows everything about them.
async fn use_client(captured: &Captured, builder: impl Fn() -> ClientBuilder + Send + Sync, token: &str) {
    let build = || {
        builder()
            .token(token)
            .basic_auth("user", PASSWORD)
            .header(HeaderName::from_static("x-gateway"), HeaderValue::from_static(HEADER))
            .observer(Arc::new(captured.clone()))
    };
    captured.add(build());
    let client = build().build().unwrap();
    captured.add(&client);
    captured.add(client.token());
    captured.add(client.executor());
    let (kv, key) = (client.kv(), unique("secrecy"));
    captured.add(kv.put(&key, "value"));
    captured.add_result(kv.put(&key, "value").await);
    captured.add_result(kv.get(&key).send().await);
    captured.add_result(kv.put(&key, "value").cas(7).token(token).await);
    captured.add_result(kv.raw(&key).open().await.map(|opened| opened.meta));
    captured.add_result(kv.list("").await);
    captured.add_result(client.catalog().nodes().send().await);
    captured.add_result(client.health().service("consul").send().await);
    captured.add_result(client.agent().members().await);
    captured.add_result(client.event().fire("secrecy").await);
    let session = client.session().create().await.unwrap();
    captured.add_result(client.session().renew(&session).await);
    captured.add_result(client.session().destroy(&session).await);
    captured.add_result(client.request(Method::GET, "/v1/status/leader").await);

    // Errors: of the servers, of the transport, of time, and of values.
    captured.add_result(client.with_token("0000aaaa-unknown").kv().get(&key).await);
    captured.add_result(client.without_token().kv().put(&key, "v").await);
    captured.add_result(kv.get(&key).token(format!("{token} {token}")).await);
    captured.add_result(client.with_datacenter("nowhere").kv().get(&key).await);
    captured.add_result(client.catalog().nodes().filter(format!("Node == \"{token}")).await);
    captured.add_result(kv.get_as::<u64>(&key).await);
    captured.add_result(client.request(Method::PUT, format!("/v1/nothing/{token}")).await.map(|_| ()));
    let index = kv.get(&key).send().await.unwrap().meta.index.unwrap();
    let late = kv.get(&key).block(index, Duration::from_millis(100));
    captured.add_result(late.timeout(Duration::ZERO).attempt_timeout(Duration::ZERO).await);
    captured.add_result(kv.get(&key).attempt_timeout(Duration::ZERO).retry(RetryPolicy::never()).await);

    let view = kv.raw(&key).view();
    timeout(PATIENCE, view.ready()).await.unwrap().unwrap();
    let mut watch = client.with_token("0000aaaa-unknown").kv().get(&key).watch();
    let degraded = timeout(PATIENCE, watch.next()).await.unwrap().unwrap().unwrap();
    assert!(degraded.degraded().is_some(), "{degraded:?}");
    captured.add((&view, view.snapshot(), &watch, degraded));
    kv.delete(&key).await.unwrap();
    timeout(PATIENCE, view.wait_for(Option::is_none)).await.unwrap().unwrap();
}

/// One thread, so that everything is captured, and no other test.
///
/// The subscriber is a global one. With a subscriber of one thread, a callsite that another thread reaches first is
/// disabled for good.
#[tokio::test]
async fn s1_no_secret_is_logged_or_shown_over_http1_and_http2() {
    let captured = Captured::default();
    tracing::subscriber::set_global_default(captured.clone()).unwrap();
    IS_CAPTURED.set(true);
    let plain = Agent::builder().acl().start();
    use_client(&captured, || Client::builder().address(plain.url()), plain.token().unwrap()).await;
    let refused = Client::builder().address("127.0.0.1:1").token(plain.token().unwrap()).build().unwrap();
    captured.add_result(refused.kv().get("k").retry(RetryPolicy::never()).await);

    let secured = Secured::start_with_acl();
    let address = secured.agent.https_addr();
    use_client(&captured, || secured.client_at(address), secured.agent.token().unwrap()).await;

    let all = captured.0.lock().unwrap().clone();
    for expected in ["consul.call", "url.template", "\"h2::", "ACL not found", "No path to datacenter"] {
        assert!(all.contains(expected), "{expected} is not among {} bytes", all.len());
    }
    let basic = format!("user:{PASSWORD}");
    for secret in [plain.token().unwrap(), secured.agent.token().unwrap(), PASSWORD, HEADER, &basic] {
        for form in forms(secret) {
            let at = all.find(&form);
            let around = at.map(|at| &all[at.saturating_sub(300)..(at + 100).min(all.len())]);
            assert!(at.is_none(), "{form} is shown: {around:?}");
        }
    }
}
