//! Rules for what comes back.

use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use http_body_util::BodyExt;

use super::server::{Peer, Server};
use super::wait::{Gate, all, within};
use super::{Make, collect, execute, fetch, get, request};
use crate::{TransportError, TransportErrorKind};

/// Every status is an answer, with its headers and its body.
pub async fn every_status_is_an_answer(make: Make<'_>) {
    let statuses = [200, 201, 204, 301, 304, 400, 403, 404, 409, 413, 429, 500, 501, 503, 599];
    let server = Server::start(|peer| {
        while let Some(request) = peer.request() {
            let status = request.target().trim_start_matches('/').to_owned();
            let length = if matches!(status.as_str(), "204" | "304") { "" } else { "Content-Length: 3\r\n" };
            let body = if length.is_empty() { "" } else { &status };
            peer.send(format!("HTTP/1.1 {status} \r\nX-Consul-Index: 7\r\n{length}\r\n{body}"));
        }
    });
    let executor = make(server.address());
    for status in statuses {
        let answer = execute(&executor, get(&format!("/{status}"))).await;
        let answer = answer.unwrap_or_else(|error| panic!("status {status} must be an answer: {error:?}"));
        assert_eq!(answer.status(), status, "the status must be that of the server");
        assert_eq!(answer.headers()["x-consul-index"], "7", "headers of status {status} must come along");
        let body = collect(answer).await.unwrap_or_else(|error| panic!("body of status {status}: {error:?}"));
        let expected = if matches!(status, 204 | 304) { String::new() } else { status.to_string() };
        assert_eq!(body, expected, "the body of status {status} must come along");
    }
}

/// A redirect is an answer like any other: the place it names sees no connection, and the token no other host.
pub async fn redirects_are_not_followed(make: Make<'_>) {
    let other = Server::start(Peer::until_closed);
    let location = format!("http://{}/v1/kv/a", other.address());
    let server = Server::start(move |peer| {
        while let Some(request) = peer.request() {
            let status = request.target().trim_start_matches('/');
            peer.send(format!("HTTP/1.1 {status} \r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"));
        }
    });
    let executor = make(server.address());
    for status in [301, 302, 303, 307, 308] {
        let answer = execute(&executor, get(&format!("/{status}"))).await;
        let answer = answer.unwrap_or_else(|error| panic!("a redirect must be an answer: {error:?}"));
        assert_eq!(answer.status(), status, "a redirect must be handed back as it came");
        assert!(answer.headers().contains_key("location"), "a redirect must keep its Location");
    }
    assert_eq!(other.connections(), 0, "a redirect must not be followed");
}

/// A call resolves when the head is there, while the server still holds the body back.
pub async fn head_comes_before_the_body(make: Make<'_>) {
    let gate = Arc::new(Gate::default());
    let held = Arc::clone(&gate);
    let server = Server::start(move |peer| {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
        held.pass();
        peer.send("3\r\ntwo\r\n0\r\n\r\n");
        peer.until_closed();
    });
    let answer = execute(&make(server.address()), get("/v1/agent/monitor")).await;
    let mut body = answer.expect("the head must come before the body").into_body();
    let first = within("a piece of a body must come when the server has sent it", body.frame()).await;
    let first = first.expect("a body of two pieces").expect("a body without a fault").into_data();
    assert_eq!(first.ok(), Some(Bytes::from_static(b"one")), "the first piece must come before the second");
    gate.open();
    let rest = within("a body must end when the server has ended it", body.collect(100)).await;
    assert_eq!(rest.expect("a body without a fault"), "two", "the rest must follow");
}

/// A body arrives exactly, however it is delimited and however it is cut up on the way.
pub async fn body_arrives_exactly(make: Make<'_>) {
    let server = Server::start(|peer| {
        while let Some(request) = peer.request() {
            let (form, length) = request.target()[1..].split_once('/').expect("a form and a length");
            let body = bytes(length.parse().expect("a length"));
            match form {
                "length" => {
                    peer.send(format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"));
                    peer.send(body);
                }
                "chunks" => {
                    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                    for piece in body.chunks(9_999) {
                        peer.send(format!("{:x}\r\n", piece.len()));
                        peer.send(piece);
                        peer.send("\r\n");
                    }
                    peer.send("0\r\n\r\n");
                }
                _ => {
                    peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
                    peer.send(body);
                    return;
                }
            }
        }
    });
    let executor = make(server.address());
    for form in ["length", "chunks", "close"] {
        for length in [0, 1, 5_000, 70_000, 1 << 20] {
            let body = fetch(&executor, get(&format!("/{form}/{length}"))).await;
            assert!(
                body == bytes(length),
                "a body of {length} bytes, delimited by {form}, must arrive exactly"
            );
        }
    }
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index % 251) as u8).collect()
}

/// A body that ends before its length, or before its last chunk, is an error.
pub async fn truncated_body_is_an_error(make: Make<'_>) {
    for (how, answer) in [
        ("its length", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"),
        ("its length, without a byte", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"),
        ("its last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n"),
        ("the end of a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nshort"),
    ] {
        let error = broken_answer(make, answer).await;
        let error = error.err().unwrap_or_else(|| panic!("a body that ends before {how} must be an error"));
        assert_eq!(error.kind(), TransportErrorKind::Closed, "a body that ends before {how}: {error:?}");
        assert!(!error.is_unsent(), "a request that was answered was sent");
    }
}

/// A chunk whose length is no number is not HTTP.
pub async fn broken_chunk_is_a_protocol_error(make: Make<'_>) {
    let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nshort\r\n0\r\n\r\n";
    let error = broken_answer(make, answer).await.expect_err("a broken chunk must be an error");
    assert_eq!(error.kind(), TransportErrorKind::Protocol, "a broken chunk: {error:?}");
}

/// What is not HTTP/1 is an error that says so, and not an answer.
pub async fn garbage_is_a_protocol_error(make: Make<'_>) {
    for garbage in [
        "SSH-2.0-OpenSSH_9.6\r\n\r\n",
        "<html>HTTP/0.9</html>\r\n\r\n",
        "HTTP/1.1 099 Odd\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ] {
        let error = broken_answer(make, garbage).await;
        let error = error.err().unwrap_or_else(|| panic!("{garbage:?} must be an error"));
        assert_eq!(error.kind(), TransportErrorKind::Protocol, "{garbage:?}: {error:?}");
        assert!(!error.is_unsent(), "a request that garbage came for was sent");
    }
}

/// The body of an answer after which the server closes the connection.
async fn broken_answer(make: Make<'_>, answer: &'static str) -> Result<Bytes, TransportError> {
    let server = Server::start(move |peer| {
        peer.request();
        peer.send(answer);
        peer.finish();
        peer.until_closed();
    });
    collect(execute(&make(server.address()), get("/v1/kv/a")).await?).await
}

/// An answer is delivered when the server gives it without having read the request's body, such as 413.
pub async fn answer_ahead_of_the_request_body_is_delivered(make: Make<'_>) {
    let gate = Arc::new(Gate::default());
    let held = Arc::clone(&gate);
    let server = Server::start(move |peer| {
        peer.head();
        peer.send("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 9\r\n\r\ntoo large");
        // The client waits to send the rest as long as nobody reads it.
        held.pass();
    });
    // More than the socket buffers of both sides.
    let upload = request(Method::PUT, "/v1/kv/a", vec![0; 64 << 20]);
    let answer = execute(&make(server.address()), upload).await;
    let answer = answer.unwrap_or_else(|error| panic!("an early answer must be delivered: {error:?}"));
    assert_eq!(answer.status(), 413, "an early answer must be delivered");
    assert_eq!(collect(answer).await.expect("a body that is there"), "too large", "with its body");
    gate.open();
}

/// Calls at the same time each get their own answer.
pub async fn concurrent_calls_keep_their_answers(make: Make<'_>) {
    let server = Server::start(|peer| {
        while let Some(request) = peer.request() {
            peer.answer("200 OK", request.target());
        }
    });
    let executor = make(server.address());
    for round in 0..3 {
        let targets: Vec<String> = (0..32).map(|call| format!("/{round}/{call}")).collect();
        let answers = all(targets.iter().map(|target| fetch(&executor, get(target)))).await;
        assert_eq!(answers, targets, "each call must get its own answer");
    }
}
