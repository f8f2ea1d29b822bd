//! Login through an auth method, while servers do not know its token yet, forget it, or lose a response.

use std::fs;
use std::future::IntoFuture;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use consul_client::runtime::TokioRuntime;
use consul_client::transport::{Body, Executor, SendMark, SendState, TransportError, TransportErrorKind};
use consul_client::{ApiErrorKind, Client, ErrorKind, Login};
use tokio::time::{Instant, sleep};

use crate::secs;

/// How long a token lives.
const LIFETIME: Duration = secs(60);

/// Servers with an auth method. All other requests need one of its tokens.
#[derive(Debug)]
struct Servers {
    /// How long servers do not know a new token.
    unknown_for: Duration,
    /// Number of logins whose response is lost.
    lost: AtomicUsize,
    logins: Mutex<Vec<Issued>>,
    rejections: AtomicUsize,
}

/// A login, and the token that it has created.
#[derive(Clone, Debug)]
struct Issued {
    bearer_token: String,
    at: Instant,
    is_destroyed: bool,
}

impl Servers {
    fn new(unknown_for: Duration) -> Arc<Self> {
        let (lost, rejections) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Arc::new(Self { unknown_for, lost, logins: Mutex::default(), rejections })
    }

    fn logins(&self) -> Vec<Issued> {
        self.logins.lock().unwrap().clone()
    }

    fn destroy_last_token(&self) {
        self.logins.lock().unwrap().last_mut().unwrap().is_destroyed = true;
    }

    async fn log_in(&self, body: &[u8]) -> Result<String, TransportError> {
        let body: serde_json::Value = serde_json::from_slice(body).unwrap();
        let bearer_token = body["BearerToken"].as_str().unwrap().to_owned();
        let number = {
            let mut logins = self.logins.lock().unwrap();
            logins.push(Issued { bearer_token, at: Instant::now(), is_destroyed: false });
            logins.len() - 1
        };
        sleep(Duration::from_millis(100)).await;
        if self.lost.load(Ordering::Relaxed) > 0 {
            self.lost.fetch_sub(1, Ordering::Relaxed);
            return Err(TransportError::new(TransportErrorKind::Closed, "connection closed"));
        }
        let token = serde_json::json!({
            "AccessorID": format!("accessor-{number}"),
            "SecretID": format!("token-{number}"),
            "CreateTime": "2026-01-01T00:00:00Z",
            "ExpirationTime": "2026-01-01T00:01:00Z",
        });
        Ok(token.to_string())
    }

    fn knows(&self, token: &str) -> bool {
        let number: usize = token.strip_prefix("token-").unwrap().parse().unwrap();
        let login = &self.logins()[number];
        let age = login.at.elapsed();
        age >= self.unknown_for && age < LIFETIME && !login.is_destroyed
    }
}

#[async_trait]
impl Executor for Servers {
    async fn execute(&self, request: http::Request<Body>) -> Result<http::Response<Body>, TransportError> {
        let (head, body) = request.into_parts();
        if let Some(mark) = head.extensions.get::<SendMark>() {
            mark.set(SendState::Sent);
        }
        let (status, text) = if head.uri.path() == "/v1/acl/login" {
            assert!(!head.headers.contains_key("x-consul-token"), "a login needs no token");
            (200, self.log_in(&body.collect(1 << 20).await?).await?)
        } else if !self.knows(head.headers["x-consul-token"].to_str().unwrap()) {
            self.rejections.fetch_add(1, Ordering::Relaxed);
            (403, "ACL not found".to_owned())
        } else if head.method == http::Method::PUT {
            (200, "true".to_owned())
        } else {
            match head.uri.query() {
                // After a failure, watches ask for a short wait.
                Some(query) if query.contains("wait=100ms") => sleep(Duration::from_millis(100)).await,
                Some(query) if query.contains("index=") => sleep(secs(10)).await,
                _ => {}
            }
            (404, String::new())
        };
        let response = http::Response::builder().status(status).header("x-consul-index", "7");
        Ok(response.body(Body::from(bytes::Bytes::from(text))).unwrap())
    }
}

/// A file with a JSON Web Token, removed at the end of the test.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let file =
            Self(std::env::temp_dir().join(format!("consul-client-jwt-{name}-{}", std::process::id())));
        file.write(text);
        file
    }

    fn write(&self, text: &str) {
        fs::write(&self.0, text).unwrap();
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn client(servers: &Arc<Servers>, file: &File) -> Client {
    let builder = Client::builder().executor(Arc::clone(servers) as _, Arc::new(TokioRuntime::new()));
    let plain = builder.build().unwrap();
    plain.with_token_source(Arc::new(Login::jwt(&plain, "jwt", &file.0)))
}

#[tokio::test(start_paused = true)]
async fn s20_token_that_servers_do_not_know_yet_is_tried_again_without_another_login() {
    let (servers, file) = (Servers::new(secs(5)), File::new("new", "first\n"));
    let client = client(&servers, &file);
    let start = Instant::now();
    let mut watch = client.kv().get("watched").watch();
    let watched = async {
        let snapshot = watch.next().await.unwrap().unwrap();
        assert!(snapshot.degraded().is_none() && snapshot.value().is_some(), "{snapshot:?}");
    };
    let (put, get, ()) =
        tokio::join!(client.kv().put("k", "v").into_future(), client.kv().get("k").into_future(), watched);
    put.unwrap();
    assert!(get.unwrap().is_none());
    assert!((secs(5)..secs(9)).contains(&start.elapsed()), "{:?}", start.elapsed());
    assert_eq!(servers.logins().len(), 1);
    assert!(servers.rejections.load(Ordering::Relaxed) < 40, "with backoff: {servers:?}");
}

#[tokio::test(start_paused = true)]
async fn s20_destroyed_token_is_replaced_by_one_login_for_calls_and_for_watches() {
    let (servers, file) = (Servers::new(Duration::ZERO), File::new("destroyed", "first"));
    let client = client(&servers, &file);
    client.kv().put("k", "v").await.unwrap();
    // The token is so new that servers may not know it yet.
    servers.destroy_last_token();
    let destroyed = Instant::now();
    let error = client.kv().put("k", "v").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Api(ApiErrorKind::UnknownToken), "{error}");
    while client.kv().put("k", "v").await.is_err() {}
    assert!(destroyed.elapsed() < secs(40), "{:?}", destroyed.elapsed());
    assert_eq!(servers.logins().len(), 2);

    // A watch without other calls also notices it, and is not degraded.
    let mut watch = client.kv().get("watched").watch();
    assert!(watch.next().await.unwrap().unwrap().degraded().is_none());
    sleep(secs(31)).await;
    servers.destroy_last_token();
    let end = Instant::now() + secs(15);
    let next = tokio::time::timeout_at(end, watch.next()).await;
    assert!(next.is_err(), "nothing to report: {next:?}");
    assert_eq!(servers.logins().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn s21_callers_that_meet_an_expired_token_share_one_login_with_the_new_jwt() {
    let (servers, file) = (Servers::new(Duration::ZERO), File::new("expired", "first"));
    let client = client(&servers, &file);
    client.kv().put("k", "v").await.unwrap();
    file.write("second");
    sleep(LIFETIME + secs(1)).await;
    let calls: Vec<_> = (0..100).map(|_| tokio::spawn(client.kv().put("k", "v").into_future())).collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let logins: Vec<_> = servers.logins().into_iter().map(|login| login.bearer_token).collect();
    assert_eq!(logins, ["first", "second"]);
    assert_eq!(servers.rejections.load(Ordering::Relaxed), 0, "the lifetime is known");
}

#[tokio::test(start_paused = true)]
async fn s21_login_whose_response_is_lost_is_repeated_after_a_pause() {
    let (servers, file) = (Servers::new(Duration::ZERO), File::new("lost", "first"));
    servers.lost.store(1, Ordering::Relaxed);
    let client = client(&servers, &file);
    let calls: Vec<_> = (0..100).map(|_| tokio::spawn(client.kv().put("k", "v").into_future())).collect();
    for call in calls {
        let error = call.await.unwrap().unwrap_err();
        assert!(error.kind() == ErrorKind::Token && error.is_unsent(), "{error:?}");
    }
    assert_eq!(servers.logins().len(), 1, "all callers share its failure");
    sleep(secs(1)).await;
    client.kv().put("k", "v").await.unwrap();
    assert_eq!(servers.logins().len(), 2);
}
