//! Behavior of the hyper executor beyond the rules for every executor.

#![allow(clippy::unwrap_used, reason = "a test; clippy sees only the functions marked as such")]

use std::future::{Future, poll_fn};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use consul_transport::{Address, Body, Executor, HyperExecutor, TransportError, TransportErrorKind};
use http::{Method, Request};
use http_body::Frame;
use tokio::task::JoinSet;

/// Runs `script` on a thread for each connection and counts the connections. Each closes when its script returns.
fn serve(script: impl Fn(TcpStream) + Send + Sync + 'static) -> (Address, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string().parse().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    let script = Arc::new(script);
    thread::spawn(move || {
        for stream in listener.incoming() {
            counted.fetch_add(1, Ordering::SeqCst);
            let script = Arc::clone(&script);
            thread::spawn(move || script(stream.unwrap()));
        }
    });
    (address, connections)
}

/// Reads the head of a request without a body as lines. Returns `None` at the end of the connection.
fn head(stream: &mut impl BufRead) -> Option<Vec<String>> {
    let lines =
        stream.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect::<Vec<_>>();
    (!lines.is_empty()).then_some(lines)
}

/// Responds to every request with the request's head.
fn echo(stream: impl Read + Write) {
    let mut stream = BufReader::new(stream);
    while let Some(head) = head(&mut stream) {
        let body = head.join("\n");
        let response = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        if stream.get_mut().write_all(response.as_bytes()).is_err() {
            return;
        }
    }
}

fn get(target: &str) -> Request<Body> {
    Request::get(target).body(Body::empty()).unwrap()
}

fn put(body: Body) -> Request<Body> {
    Request::put("/v1/kv/a").body(body).unwrap()
}

async fn text(executor: &HyperExecutor, request: Request<Body>) -> String {
    let body = executor.execute(request).await.unwrap().into_body().collect(1 << 20).await.unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}

#[cfg(not(feature = "tls"))]
#[test]
fn https_address_is_rejected_without_tls() {
    let address: Address = "https://127.0.0.1:8501".parse().unwrap();
    let error = HyperExecutor::new(address.clone()).unwrap_err();
    assert!(matches!(error, consul_transport::BuildError::Tls(rejected) if rejected == address));
}

#[tokio::test]
async fn base_path_precedes_every_target() {
    let (address, _) = serve(echo);
    let executor = HyperExecutor::new(format!("{address}/a%2Fb/../c/").parse().unwrap()).unwrap();
    for (target, sent) in
        [("/v1/kv/x%2Fy?raw", "GET /a%2Fb/../c/v1/kv/x%2Fy?raw HTTP/1.1"), ("/", "GET /a%2Fb/../c/ HTTP/1.1")]
    {
        let head = text(&executor, get(target)).await;
        assert_eq!(head.lines().next(), Some(sent));
    }
}

#[tokio::test]
async fn host_header_is_the_address() {
    let (address, _) = serve(echo);
    let head = text(&HyperExecutor::new(address.clone()).unwrap(), get("/")).await;
    let host = format!("host: 127.0.0.1:{}", address.port().unwrap());
    assert_eq!(head.lines().filter(|line| line.starts_with("host")).collect::<Vec<_>>(), [host]);
}

#[tokio::test]
async fn all_addresses_of_a_name_are_tried() {
    // No process listens on `::1`, which `localhost` may resolve to first.
    let (address, _) = serve(echo);
    let executor =
        HyperExecutor::new(format!("localhost:{}", address.port().unwrap()).parse().unwrap()).unwrap();
    assert!(text(&executor, get("/v1")).await.starts_with("GET /v1 "));
}

#[tokio::test]
async fn targets_that_are_not_in_origin_form_are_rejected() {
    let (address, connections) = serve(echo);
    let executor = HyperExecutor::new(address).unwrap();
    for (method, target) in
        [(Method::GET, "http://other/v1"), (Method::OPTIONS, "*"), (Method::CONNECT, "a:1")]
    {
        let request = Request::builder().method(method).uri(target).body(Body::empty()).unwrap();
        let error = executor.execute(request).await.unwrap_err();
        assert_eq!((error.kind(), error.is_unsent()), (TransportErrorKind::Request, true), "{target}");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn limits_of_idle_connections_hold() {
    for (executor, expected) in [
        (HyperExecutor::builder as fn(_) -> _, 1),
        (|address| HyperExecutor::builder(address).idle_timeout(Duration::ZERO), 5),
        (|address| HyperExecutor::builder(address).max_idle(0), 5),
    ] {
        let (address, connections) = serve(echo);
        let executor = executor(address).build().unwrap();
        for _ in 0..5 {
            text(&executor, get("/")).await;
        }
        assert_eq!(connections.load(Ordering::SeqCst), expected, "{executor:?}");
    }
}

/// Makes 64 concurrent calls whose responses wait until all have arrived, and then 64 more.
async fn many_at_once() {
    let barrier = Arc::new(Barrier::new(64));
    let (address, connections) = serve(move |stream| {
        let mut stream = BufReader::new(stream);
        while let Some(head) = head(&mut stream) {
            barrier.wait();
            let body = head[0].clone();
            let response = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            stream.get_mut().write_all(response.as_bytes()).unwrap();
        }
    });
    let executor = Arc::new(HyperExecutor::builder(address).max_idle(64).build().unwrap());
    for _ in 0..2 {
        let mut calls = JoinSet::new();
        for call in 0..64 {
            let executor = Arc::clone(&executor);
            calls.spawn(async move {
                assert_eq!(text(&executor, get(&format!("/{call}"))).await, format!("GET /{call} HTTP/1.1"));
            });
        }
        calls.join_all().await;
        assert_eq!(connections.load(Ordering::SeqCst), 64, "idle connections are used again");
    }
}

#[tokio::test]
async fn many_calls_at_once_on_one_thread() {
    many_at_once().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_calls_at_once_on_several_threads() {
    many_at_once().await;
}

/// tokio gives a task a budget of 128 operations per poll. A call also completes with a small remaining budget.
#[tokio::test]
async fn call_with_a_small_coop_budget_completes() {
    let (address, _) = serve(|stream| {
        let mut stream = BufReader::new(stream);
        while let Some(head) = head(&mut stream) {
            let closes = head[0].contains("/close");
            let connection = if closes { "close" } else { "keep-alive" };
            let response =
                format!("HTTP/1.1 200 OK\r\nConnection: {connection}\r\nContent-Length: 2\r\n\r\nok");
            stream.get_mut().write_all(response.as_bytes()).unwrap();
            if closes {
                return;
            }
        }
    });
    let executor = HyperExecutor::new(address).unwrap();
    for spent in 120..128 {
        for target in ["/close", "/keep"] {
            tokio::task::yield_now().await;
            let mut call = pin!(text(&executor, get(target)));
            let body = poll_fn(|cx| {
                for _ in 0..spent {
                    assert!(pin!(tokio::task::coop::consume_budget()).poll(cx).is_ready());
                }
                call.as_mut().poll(cx)
            });
            assert_eq!(body.await, "ok");
        }
    }
}

// Other systems discard data that arrived before a reset.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn response_ahead_of_the_request_is_delivered() {
    // Consul does this at its connection limit.
    let (address, _) = serve(|mut stream| {
        stream
            .write_all(
                b"HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nContent-Length: 4\r\n\r\nmany",
            )
            .unwrap();
    });
    let executor = HyperExecutor::new(address).unwrap();
    for length in [0, 100, 100 << 10] {
        for _ in 0..20 {
            let response = executor.execute(put(Body::from(Bytes::from(vec![0; length])))).await.unwrap();
            assert_eq!(response.status(), 429);
            assert_eq!(response.into_body().collect(100).await.unwrap(), "many");
        }
    }
}

// Other systems discard data that arrived before a reset.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn b24_response_before_a_reset_is_delivered() {
    // Closing while a part of the request is unread resets the connection.
    let (address, _) = serve(|stream| {
        let mut stream = BufReader::with_capacity(64, stream);
        head(&mut stream);
        stream.get_mut().write_all(b"HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\n\r\nlarge").unwrap();
    });
    let executor = HyperExecutor::new(address).unwrap();
    for _ in 0..20 {
        let response = executor.execute(put(Body::from(Bytes::from(vec![0; 8 << 20])))).await.unwrap();
        assert_eq!(response.status(), 413);
        assert_eq!(response.into_body().collect(100).await.unwrap(), "large");
    }
}

#[tokio::test]
async fn idle_connection_with_unexpected_data_is_not_used() {
    let (sent, is_sent) = mpsc::channel();
    let sent = Mutex::new(sent);
    let (address, connections) = serve(move |mut stream| {
        let mut buffered = BufReader::new(stream.try_clone().unwrap());
        head(&mut buffered);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil").unwrap();
        sent.lock().unwrap().send(()).unwrap();
        head(&mut buffered);
    });
    let executor = HyperExecutor::new(address).unwrap();
    for call in 1..=5 {
        assert_eq!(text(&executor, put(Body::empty())).await, "ok");
        is_sent.recv().unwrap();
        assert_eq!(connections.load(Ordering::SeqCst), call);
    }
}

#[tokio::test]
async fn b7_closed_idle_connection_is_noticed_before_the_runtime_notices_it() {
    let (closed, is_closed) = mpsc::channel();
    let closed = Mutex::new(closed);
    let (address, connections) = serve(move |stream| {
        let mut stream = BufReader::new(stream);
        head(&mut stream);
        stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").unwrap();
        drop(stream);
        closed.lock().unwrap().send(()).unwrap();
    });
    let executor = HyperExecutor::new(address).unwrap();
    for call in 1..=20 {
        assert_eq!(text(&executor, put(Body::empty())).await, "ok");
        // Blocks the only thread of the runtime, so its driver does not notice that the connection is closed.
        is_closed.recv().unwrap();
        assert_eq!(connections.load(Ordering::SeqCst), call);
    }
}

#[tokio::test]
async fn failing_request_body_fails_the_call() {
    let (closed, is_closed) = mpsc::channel();
    let closed = Mutex::new(closed);
    let (address, _) = serve(move |mut stream| {
        let mut received = Vec::new();
        let _ = stream.read_to_end(&mut received);
        closed.lock().unwrap().send(received).unwrap();
    });
    let body = Body::stream(Failing { begun: false });
    let error = HyperExecutor::new(address).unwrap().execute(put(body)).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Other);
    let received = is_closed.recv().unwrap();
    assert!(!received.ends_with(b"0\r\n\r\n"), "a failed body must not look complete");
}

/// A body of one piece followed by an error.
struct Failing {
    begun: bool,
}

impl http_body::Body for Failing {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let piece = if self.begun {
            Err(TransportError::new(TransportErrorKind::Closed, "the other side of a copy"))
        } else {
            Ok(Frame::data(Bytes::from_static(b"piece")))
        };
        self.begun = true;
        Poll::Ready(Some(piece))
    }
}
