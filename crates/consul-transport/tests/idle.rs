//! Idle connections of the hyper executor.

#![allow(clippy::unwrap_used, reason = "a test; clippy sees only the functions marked as such")]

use std::sync::Arc;
use std::time::Duration;

use consul_transport::{Body, Executor, Hint, HyperExecutor, HyperExecutorBuilder, Idempotent};
use http::{Method, Request};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

/// A server that responds to every request with the number of its connection, and counts open connections.
struct Server {
    address: String,
    open: watch::Receiver<usize>,
    /// The connections of requests for `/hold`, which get their response when the sender is used.
    held: mpsc::Receiver<Held>,
}

struct Held(tokio::sync::oneshot::Sender<()>);

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (count, open) = watch::channel(0);
        let (hold, held) = mpsc::channel(100);
        tokio::spawn(async move {
            for number in 1_usize.. {
                let (stream, _) = listener.accept().await.unwrap();
                count.send_modify(|open| *open += 1);
                let (count, hold) = (count.clone(), hold.clone());
                tokio::spawn(async move {
                    respond(stream, number, &hold).await;
                    count.send_modify(|open| *open -= 1);
                });
            }
        });
        Self { address, open, held }
    }

    fn builder(&self) -> HyperExecutorBuilder {
        HyperExecutor::builder(self.address.parse().unwrap())
    }

    /// Waits until the number of open connections is `expected`.
    async fn until_open(&mut self, expected: usize) {
        let open = self.open.wait_for(|open| *open == expected);
        tokio::time::timeout(Duration::from_secs(60), open).await.unwrap().unwrap();
    }
}

async fn respond(mut stream: TcpStream, number: usize, hold: &mpsc::Sender<Held>) {
    loop {
        let mut received = Vec::new();
        while !received.ends_with(b"\r\n\r\n") {
            if !matches!(stream.read_buf(&mut received).await, Ok(length) if length > 0) {
                return;
            }
        }
        if received.windows(5).any(|window| window == b"/hold") {
            let (release, released) = tokio::sync::oneshot::channel();
            hold.send(Held(release)).await.unwrap();
            let _ = released.await;
        }
        let body = number.to_string();
        let response = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        stream.write_all(response.as_bytes()).await.unwrap();
    }
}

fn request(method: Method, target: &str) -> Request<Body> {
    Request::builder().method(method).uri(target).body(Body::empty()).unwrap()
}

/// Sends a request and returns the number of its connection.
async fn send(executor: &dyn Executor, request: Request<Body>) -> usize {
    let body = executor.execute(request).await.unwrap().into_body().collect(100).await.unwrap();
    std::str::from_utf8(&body).unwrap().parse().unwrap()
}

fn put(extension: Option<Idempotent>) -> Request<Body> {
    let mut request = request(Method::PUT, "/");
    if let Some(extension) = extension {
        request.extensions_mut().insert(extension);
    }
    request
}

fn hinted(method: Method, target: &str, hint: Hint) -> Request<Body> {
    let mut request = request(method, target);
    request.extensions_mut().insert(hint);
    request
}

/// Advances the runtime's clock by `seconds`.
async fn elapse(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

/// Makes `count` concurrent calls, so that each needs its own connection.
async fn burst(server: &mut Server, executor: &Arc<HyperExecutor>, count: usize) {
    let mut calls = JoinSet::new();
    for _ in 0..count {
        let executor = Arc::clone(executor);
        calls.spawn(async move { send(&*executor, request(Method::GET, "/hold")).await });
    }
    let mut held = Vec::new();
    for _ in 0..count {
        held.push(server.held.recv().await.unwrap());
    }
    for Held(release) in held {
        release.send(()).unwrap();
    }
    calls.join_all().await;
}

#[tokio::test]
async fn at_most_8_connections_stay_idle_by_default() {
    let mut server = Server::start().await;
    let executor = Arc::new(server.builder().build().unwrap());
    burst(&mut server, &executor, 30).await;
    server.until_open(8).await;
}

#[tokio::test]
async fn idle_connections_are_closed_by_time_without_another_call() {
    let mut server = Server::start().await;
    let executor = Arc::new(server.builder().idle_timeout(Duration::from_millis(200)).build().unwrap());
    for _ in 0..2 {
        burst(&mut server, &executor, 5).await;
        let reserved = hinted(Method::PUT, "/", Hint::Reserved);
        send(&*executor, reserved).await;
        server.until_open(0).await;
    }
}

#[tokio::test]
async fn dropped_executor_closes_its_connections() {
    let mut server = Server::start().await;
    let executor = Arc::new(server.builder().build().unwrap());
    burst(&mut server, &executor, 5).await;
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    drop(executor);
    server.until_open(0).await;
    while tasks() >= before - 5 {
        // The task that closes connections has ended, too, and not only those of the server.
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn connection_used_last_is_taken_first() {
    let mut server = Server::start().await;
    let executor = Arc::new(server.builder().build().unwrap());
    burst(&mut server, &executor, 3).await;
    let last = send(&*executor, request(Method::GET, "/")).await;
    for _ in 0..5 {
        elapse(1).await;
        assert_eq!(send(&*executor, request(Method::GET, "/")).await, last);
    }
}

#[tokio::test]
async fn b32_write_uses_only_a_connection_that_was_used_moments_ago() {
    let server = Server::start().await;
    let executor = server.builder().build().unwrap();
    let first = send(&executor, put(None)).await;
    elapse(4).await;
    assert_eq!(send(&executor, put(None)).await, first);
    elapse(6).await;
    assert_eq!(send(&executor, put(Some(Idempotent::new()))).await, first, "an idempotent write may take it");
    elapse(6).await;
    assert_eq!(send(&executor, request(Method::GET, "/")).await, first, "a read may take it");
    elapse(6).await;
    assert_ne!(send(&executor, put(None)).await, first, "another write may not");
}

#[tokio::test]
async fn fresh_connection_is_a_new_one() {
    let server = Server::start().await;
    let executor = server.builder().build().unwrap();
    let first = send(&executor, request(Method::GET, "/")).await;
    let fresh = send(&executor, hinted(Method::GET, "/", Hint::FreshConnection)).await;
    assert_ne!(fresh, first);
    assert_eq!(send(&executor, request(Method::GET, "/")).await, fresh, "it is kept like any other");
}

#[tokio::test]
async fn reserved_connection_is_used_only_by_reserved_requests() {
    let mut server = Server::start().await;
    let executor = Arc::new(server.builder().build().unwrap());
    let reserved = send(&*executor, hinted(Method::PUT, "/", Hint::Reserved)).await;
    assert_ne!(send(&*executor, request(Method::GET, "/")).await, reserved);
    burst(&mut server, &executor, 8).await;
    assert_eq!(send(&*executor, hinted(Method::PUT, "/", Hint::Reserved)).await, reserved);

    // While it is busy, another reserved request uses an ordinary connection.
    let busy = Arc::clone(&executor);
    let busy = tokio::spawn(async move { send(&*busy, hinted(Method::PUT, "/hold", Hint::Reserved)).await });
    let Held(release) = server.held.recv().await.unwrap();
    assert_ne!(send(&*executor, hinted(Method::PUT, "/", Hint::Reserved)).await, reserved);
    release.send(()).unwrap();
    assert_eq!(busy.await.unwrap(), reserved);

    // A dropped request closes it, and the next one gets another.
    let call = executor.execute(hinted(Method::PUT, "/hold", Hint::Reserved));
    tokio::select! {
        _ = call => panic!("the response is held"),
        _ = server.held.recv() => {}
    }
    let replaced = send(&*executor, hinted(Method::PUT, "/", Hint::Reserved)).await;
    assert_ne!(replaced, reserved);
    assert_eq!(send(&*executor, hinted(Method::PUT, "/", Hint::Reserved)).await, replaced);
}
