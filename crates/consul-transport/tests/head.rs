//! Limits and contents of heads, and the memory that small bodies keep.

#![allow(clippy::unwrap_used, reason = "a test; clippy sees only the functions marked as such")]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

use consul_transport::{Body, Executor, HyperExecutor, TransportErrorKind};
use http::{Request, Response};

/// Sends `response` in pieces of `piece` bytes to the first request, and returns the request's head and the result.
async fn exchange(
    response: String,
    piece: usize,
) -> (Vec<String>, Result<Response<Body>, consul_transport::TransportError>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let executor = HyperExecutor::new(listener.local_addr().unwrap().to_string().parse().unwrap()).unwrap();
    let server = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut stream = BufReader::new(stream);
        let head = stream.by_ref_lines();
        for piece in response.as_bytes().chunks(piece) {
            if stream.get_mut().write_all(piece).is_err() {
                break;
            }
            thread::yield_now();
        }
        head
    });
    let result = executor.execute(Request::get("/").body(Body::empty()).unwrap()).await;
    (server.join().unwrap(), result)
}

trait Lines {
    fn by_ref_lines(&mut self) -> Vec<String>;
}

impl<T: BufRead> Lines for T {
    fn by_ref_lines(&mut self) -> Vec<String> {
        self.lines().map(Result::unwrap).take_while(|line| !line.is_empty()).collect()
    }
}

fn with_location(length: usize) -> String {
    format!("HTTP/1.1 301 Moved\r\nContent-Length: 0\r\nLocation: {}\r\n\r\n", "x".repeat(length))
}

#[tokio::test]
async fn size_of_a_head_is_limited_however_it_arrives() {
    for piece in [1_000, 30_000, 200_000] {
        for _ in 0..10 {
            let (_, result) = exchange(with_location(100_000), piece).await;
            assert_eq!(result.unwrap_err().kind(), TransportErrorKind::Protocol, "pieces of {piece}");
            let (_, result) = exchange(with_location(64_000), piece).await;
            assert_eq!(result.unwrap().headers()["location"].len(), 64_000, "pieces of {piece}");
        }
    }
}

#[tokio::test]
async fn number_of_headers_is_limited() {
    let with_headers = |count: usize| {
        let headers: String = (1..count).map(|number| format!("X-{number}: y\r\n")).collect();
        format!("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n{headers}\r\n")
    };
    let (_, result) = exchange(with_headers(100), 200_000).await;
    assert_eq!(result.unwrap().headers().len(), 100);
    let (_, result) = exchange(with_headers(101), 200_000).await;
    assert_eq!(result.unwrap_err().kind(), TransportErrorKind::Protocol);
}

#[tokio::test]
async fn request_asks_for_an_unencoded_response() {
    let (head, result) = exchange(with_location(1), 1_000).await;
    result.unwrap();
    assert!(head.contains(&"accept-encoding: identity".to_owned()), "{head:?}");
}

#[tokio::test]
async fn small_body_does_not_keep_the_read_buffer() {
    for response in [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n",
    ] {
        let (_, result) = exchange(response.to_owned(), 1_000).await;
        let body = result.unwrap().into_body().collect(100).await.unwrap();
        assert_eq!(body, "0123456789");
        let unique = body.try_into_mut().expect("no other part of the buffer is in use");
        assert!(unique.capacity() <= 64, "{} bytes are allocated for 10", unique.capacity());
    }
}
