//! Long polls on the hyper executor.

#![allow(clippy::unwrap_used, reason = "a test; clippy sees only the functions marked as such")]

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use consul_transport::{Body, Executor, Hint, HyperExecutor, TransportErrorKind};
use http::Request;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Creates a server on a free port and an executor for it.
async fn pair() -> (TcpListener, HyperExecutor) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string().parse().unwrap();
    (listener, HyperExecutor::new(address).unwrap())
}

fn long_poll(target: &str) -> Request<Body> {
    let mut request = Request::get(target).body(Body::empty()).unwrap();
    request.extensions_mut().insert(Hint::LongPoll { held: std::time::Duration::from_secs(60) });
    request
}

/// Reads the head of the next request, which must be all that has arrived.
async fn head(stream: &mut TcpStream) -> String {
    let mut received = Vec::new();
    while !received.ends_with(b"\r\n\r\n") {
        assert_ne!(stream.read_buf(&mut received).await.unwrap(), 0, "closed before a request arrived");
    }
    let head = String::from_utf8(received).unwrap();
    assert_eq!(head.matches("\r\n\r\n").count(), 1, "{head}");
    head
}

/// Waits until the executor has processed all events so far.
async fn pass() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

async fn text(executor: &HyperExecutor, target: &str) -> String {
    let body = executor.execute(long_poll(target)).await.unwrap().into_body().collect(1 << 20).await.unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn sequential_long_polls_share_a_connection() {
    let (listener, executor) = pair().await;
    let server = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        for number in 0..5 {
            let head = head(&mut stream).await;
            assert!(head.starts_with(&format!("GET /{number}?wait ")), "{head}");
            pass().await;
            let response = format!("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{number}");
            stream.write_all(response.as_bytes()).await.unwrap();
        }
    };
    let client = async {
        for number in 0..5 {
            assert_eq!(text(&executor, &format!("/{number}?wait")).await, number.to_string());
        }
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn b3_response_may_arrive_byte_by_byte() {
    let (listener, executor) = pair().await;
    let large = "large".repeat(20_000);
    let server = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        head(&mut stream).await;
        let chunks = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
                       3\r\none\r\n4\r\n two\r\n0\r\n\r\n";
        for byte in chunks {
            pass().await;
            stream.write_all(&[*byte]).await.unwrap();
        }
        head(&mut stream).await;
        pass().await;
        let response = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{large}", large.len());
        stream.write_all(response.as_bytes()).await.unwrap();
    };
    let client = async {
        assert_eq!(text(&executor, "/chunks").await, "one two");
        assert_eq!(text(&executor, "/large").await, large);
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn b5_closed_connection_leaves_the_request_sent() {
    let (listener, executor) = pair().await;
    for begun in ["", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"] {
        let server = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            head(&mut stream).await;
            pass().await;
            stream.write_all(begun.as_bytes()).await.unwrap();
        };
        let client = async {
            match executor.execute(long_poll("/")).await {
                Ok(response) => response.into_body().collect(4).await.unwrap_err(),
                Err(error) => error,
            }
        };
        let ((), error) = tokio::join!(server, client);
        assert_eq!((error.kind(), error.is_unsent()), (TransportErrorKind::Closed, false), "{begun:?}");
    }
}

#[tokio::test]
async fn non_http_response_is_a_protocol_error() {
    let (listener, executor) = pair().await;
    let server = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        head(&mut stream).await;
        pass().await;
        stream.write_all(b"hello\r\n\r\n").await.unwrap();
    };
    let ((), response) = tokio::join!(server, executor.execute(long_poll("/")));
    assert_eq!(response.unwrap_err().kind(), TransportErrorKind::Protocol);
}

#[tokio::test]
async fn closed_idle_connection_is_replaced() {
    let (listener, executor) = pair().await;
    let server = async {
        for _ in 0..3 {
            let (mut stream, _) = listener.accept().await.unwrap();
            head(&mut stream).await;
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await.unwrap();
        }
    };
    let client = async {
        for _ in 0..3 {
            assert_eq!(text(&executor, "/").await, "ok");
            pass().await;
        }
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn dropped_call_closes_its_connection() {
    let (listener, executor) = pair().await;
    let server = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        head(&mut stream).await;
        pass().await;
        stream
    };
    let mut stream = tokio::select! {
        stream = server => stream,
        response = executor.execute(long_poll("/")) => panic!("{response:?}"),
    };
    assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);
}

#[tokio::test]
async fn waiting_call_is_not_woken() {
    let (listener, executor) = pair().await;
    let polls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&polls);
    let call = tokio::spawn(async move {
        let mut call = pin!(executor.execute(long_poll("/")));
        poll_fn(|cx| {
            counted.fetch_add(1, Ordering::Relaxed);
            call.as_mut().poll(cx)
        })
        .await
    });
    let (mut stream, _) = listener.accept().await.unwrap();
    head(&mut stream).await;
    pass().await;
    let before = polls.load(Ordering::Relaxed);
    pass().await;
    assert_eq!(polls.load(Ordering::Relaxed), before);
    stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
    assert_eq!(call.await.unwrap().unwrap().status(), 204);
}
