//! HTTP/2 connections: shared by calls, replaced, and kept apart for long polls.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use consul_transport::{
    Body, Executor, Hint, HyperExecutor, SendMark, SendState, TlsConfig, TransportError, TransportErrorKind,
};
use http::{Request, Version};
use http_body::Frame;
use tokio::task::JoinSet;

use crate::pki::Ca;
use crate::server::{H2, HTTP1, Server, Settings, get, put, send};

/// Starts a server, and returns the settings to connect to it.
async fn start(alpn: &[&[u8]]) -> (Server, TlsConfig) {
    let ca = Ca::new();
    let pair = ca.sign(&["localhost"]);
    let server = Server::start(Settings { alpn, ..Settings::new(&pair) }).await;
    (server, TlsConfig::new().ca_pem(&ca.pem))
}

fn long_poll(held: Duration) -> Request<Body> {
    hinted("/hold", Hint::LongPoll { held })
}

fn hinted(target: &str, hint: Hint) -> Request<Body> {
    let mut request = get(target);
    request.extensions_mut().insert(hint);
    request
}

/// Starts `count` calls and waits until the server has them.
async fn hold(
    server: &Server,
    executor: &Arc<HyperExecutor>,
    count: usize,
    request: impl Fn() -> Request<Body>,
) -> JoinSet<String> {
    let before = server.seen().held;
    let mut calls = JoinSet::new();
    for _ in 0..count {
        let (executor, request) = (Arc::clone(executor), request());
        calls.spawn(async move { send(&*executor, request).await.unwrap() });
    }
    server.until(|seen| seen.held == before + count).await;
    calls
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundred_callers_share_one_handshake() {
    let (server, tls) = start(&[H2, HTTP1]).await;
    for run in 1..=50 {
        let executor = Arc::new(server.executor(tls.clone()));
        let mut calls = JoinSet::new();
        for _ in 0..100 {
            let executor = Arc::clone(&executor);
            calls.spawn(async move { send(&*executor, get("/")).await.unwrap() });
        }
        calls.join_all().await;
        assert_eq!(server.seen().handshakes, run);
        assert_eq!(server.seen().requests.len(), run * 100);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s13_callers_share_that_a_server_has_no_http2() {
    let (server, tls) = start(&[HTTP1]).await;
    let executor = Arc::new(server.builder(tls).max_idle(64).build().unwrap());
    let mut calls = JoinSet::new();
    for _ in 0..64 {
        let executor = Arc::clone(&executor);
        calls.spawn(async move { executor.execute(get("/")).await.unwrap().version() });
    }
    assert!(calls.join_all().await.iter().all(|version| *version == Version::HTTP_11));
    assert_eq!(executor.max_long_polls(), None);
}

#[tokio::test]
async fn callers_share_the_failure_of_one_attempt() {
    let (server, _) = start(&[H2]).await;
    let executor = Arc::new(server.executor(TlsConfig::new().ca_pem(Ca::new().pem)));
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let executor = Arc::clone(&executor);
        calls.spawn(async move { send(&*executor, get("/")).await.unwrap_err().kind() });
    }
    assert_eq!(calls.join_all().await, [TransportErrorKind::Tls; 20]);
    assert!(server.seen().connections <= 2, "{:?}", server.seen());
}

#[tokio::test]
async fn next_caller_connects_if_the_connecting_one_is_dropped() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let ca = Ca::new();
    let tls = TlsConfig::new().ca_pem(&ca.pem);
    let executor = Arc::new(crate::server::builder(listener.local_addr().unwrap(), tls).build().unwrap());
    let call = |executor: &Arc<HyperExecutor>| {
        let executor = Arc::clone(executor);
        tokio::spawn(async move { send(&*executor, get("/")).await })
    };
    let first = call(&executor);
    let (stalled, _) = listener.accept().await.unwrap();
    let second = call(&executor);
    first.abort();
    // The handshake of the first caller stalls, and the second caller makes another.
    let (next, _) = listener.accept().await.unwrap();
    drop((stalled, next));
    assert_eq!(second.await.unwrap().unwrap_err().kind(), TransportErrorKind::Rejected);
}

#[tokio::test]
async fn b36_short_requests_do_not_wait_behind_long_polls() {
    let (server, tls) = start(&[H2]).await;
    let executor = Arc::new(server.executor(tls));
    let mut polls = hold(&server, &executor, 300, || long_poll(Duration::from_secs(60))).await;
    assert_eq!(executor.max_long_polls(), Some(480));
    assert_eq!(server.seen().open, 2, "240 long polls share a connection");
    for _ in 0..10 {
        send(&*executor, put("/echo")).await.unwrap();
    }
    assert_eq!(server.seen().open, 3);

    // Cancelled polls keep their slots, so further ones wait, and short requests still do not.
    polls.abort_all();
    server.until(|seen| seen.held == 0).await;
    hold(&server, &executor, 180, || long_poll(Duration::from_secs(60))).await;
    let waiting =
        tokio::time::timeout(Duration::from_millis(200), send(&*executor, long_poll(Duration::ZERO)));
    assert!(waiting.await.is_err(), "all slots are in use");
    send(&*executor, put("/echo")).await.unwrap();
    assert_eq!(server.seen().open, 3);
}

#[tokio::test]
async fn slot_of_a_cancelled_long_poll_is_used_again_after_its_wait() {
    let (server, tls) = start(&[H2]).await;
    let executor = Arc::new(server.executor(tls));
    let polls = hold(&server, &executor, 480, || long_poll(Duration::from_millis(500))).await;
    drop(polls);
    server.until(|seen| seen.held == 0).await;
    server.release();
    send(&*executor, long_poll(Duration::ZERO)).await.unwrap();
    assert_eq!(server.seen().handshakes, 2);
}

#[tokio::test]
async fn dropped_call_resets_only_its_stream() {
    let (server, tls) = start(&[H2]).await;
    let executor = Arc::new(server.executor(tls));
    let mut other = hold(&server, &executor, 1, || get("/hold")).await;
    let mark = SendMark::new();
    let marked = || {
        let mut request = get("/hold");
        request.extensions_mut().insert(mark.clone());
        request
    };
    let dropped = hold(&server, &executor, 1, marked).await;
    drop(dropped);
    server.until(|seen| seen.held == 1).await;
    assert_eq!(mark.state(), SendState::Sent);
    server.release();
    assert_eq!(other.join_next().await.unwrap().unwrap(), "1");
    assert_eq!(send(&*executor, get("/")).await.unwrap(), "1", "the connection is still in use");
}

#[tokio::test]
async fn dropped_executor_closes_its_connections() {
    let (server, tls) = start(&[H2]).await;
    let executor = Arc::new(server.executor(tls));
    let polls = hold(&server, &executor, 2, || long_poll(Duration::from_secs(60))).await;
    send(&*executor, get("/")).await.unwrap();
    assert_eq!(server.seen().open, 2);
    // The calls own the executor, too.
    drop((executor, polls));
    server.until(|seen| seen.open == 0).await;
}

#[tokio::test]
async fn idle_connection_is_closed_by_time() {
    let (server, tls) = start(&[H2]).await;
    let executor = server.builder(tls).idle_timeout(Duration::from_millis(100)).build().unwrap();
    for number in ["1", "2"] {
        assert_eq!(send(&executor, get("/")).await.unwrap(), number);
        server.until(|seen| seen.open == 0).await;
    }
}

#[tokio::test]
async fn fresh_connection_replaces_the_shared_one() {
    let (server, tls) = start(&[H2]).await;
    let executor = Arc::new(server.executor(tls));
    let mut held = hold(&server, &executor, 1, || get("/hold")).await;
    assert_eq!(send(&*executor, hinted("/", Hint::FreshConnection)).await.unwrap(), "2");
    assert_eq!(send(&*executor, get("/")).await.unwrap(), "2");
    server.release();
    assert_eq!(held.join_next().await.unwrap().unwrap(), "1", "requests in flight continue");
    server.until(|seen| seen.open == 1).await;
}

#[tokio::test]
async fn bodies_of_every_kind_are_sent_and_received() {
    let (server, tls) = start(&[H2]).await;
    let executor = server.executor(tls);
    for length in [0, 1, 70_000, 8 << 20] {
        let body = Bytes::from(vec![b'x'; length]);
        for body in [Body::from(body.clone()), Body::stream(Pieces(body.clone()))] {
            let request = Request::put("/echo").body(body).unwrap();
            assert_eq!(send(&executor, request).await.unwrap().len(), length);
        }
    }
}

/// A body in pieces of 10,000 bytes.
struct Pieces(Bytes);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let length = self.0.len().min(10_000);
        let piece = self.0.split_to(length);
        std::task::Poll::Ready((!piece.is_empty()).then_some(Ok(Frame::data(piece))))
    }
}

#[tokio::test]
async fn small_body_does_not_keep_the_read_buffer() {
    let (server, tls) = start(&[H2]).await;
    let response = server.executor(tls).execute(put("/echo")).await.unwrap();
    let body = response.into_body().collect(100).await.unwrap();
    let unique = body.try_into_mut().expect("no other part of the buffer is in use");
    assert!(unique.capacity() <= 64, "{} bytes are allocated for 5", unique.capacity());
}

#[tokio::test]
async fn base_path_and_headers_are_sent() {
    let (server, tls) = start(&[H2]).await;
    let address = format!("https://localhost:{}/gateway/", server.address.port()).parse().unwrap();
    let executor = HyperExecutor::builder(address).tls(tls).build().unwrap();
    send(&executor, get("/v1/kv/a%2Fb")).await.unwrap();
    assert_eq!(server.seen().requests, ["GET /gateway/v1/kv/a%2Fb"]);
}
