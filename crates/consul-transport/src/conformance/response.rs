//! Rules for responses.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{Method, Version};
use http_body_util::BodyExt;

use super::server::{Peer, Server};
use super::wait::{Gate, all, within};
use super::{Make, collect, execute, fetch, get, request};
use crate::{TransportError, TransportErrorKind};

/// Every status is a response, with its headers and its body.
pub async fn every_status_is_a_response(make: Make<'_>) {
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
        let response = execute(&executor, get(&format!("/{status}"))).await;
        let response =
            response.unwrap_or_else(|error| panic!("status {status} must be a response: {error:?}"));
        assert_eq!(response.status(), status, "the status must be that of the server");
        assert_eq!(response.headers()["x-consul-index"], "7", "headers of status {status} must be delivered");
        let body =
            collect(response).await.unwrap_or_else(|error| panic!("body of status {status}: {error:?}"));
        let expected = if matches!(status, 204 | 304) { String::new() } else { status.to_string() };
        assert_eq!(body, expected, "the body of status {status} must be delivered");
    }
}

/// A redirect is a response like any other. Nothing connects to its location, so no token reaches another host.
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
        let response = execute(&executor, get(&format!("/{status}"))).await;
        let response = response.unwrap_or_else(|error| panic!("a redirect must be a response: {error:?}"));
        assert_eq!(response.status(), status, "a redirect must be returned unchanged");
        assert!(response.headers().contains_key("location"), "a redirect must keep its Location");
    }
    assert_eq!(other.connections(), 0, "a redirect must not be followed");
}

/// A call resolves when the head has arrived, even if the server still holds the body.
pub async fn head_arrives_before_the_body(make: Make<'_>) {
    let gate = Arc::new(Gate::default());
    let held = Arc::clone(&gate);
    let server = Server::start(move |peer| {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
        held.pass();
        peer.send("3\r\ntwo\r\n0\r\n\r\n");
        peer.until_closed();
    });
    let response = execute(&make(server.address()), get("/v1/agent/monitor")).await;
    let mut body = response.expect("the head must arrive before the body").into_body();
    let first = within("a piece of a body must arrive when the server has sent it", body.frame()).await;
    let first = first.expect("a body of two pieces").expect("a body without an error").into_data();
    assert_eq!(first.ok(), Some(Bytes::from_static(b"one")), "the first piece must arrive before the second");
    gate.open();
    let rest = within("a body must end when the server has ended it", body.collect(100)).await;
    assert_eq!(rest.expect("a body without an error"), "two", "the rest must follow");
}

/// A body arrives exactly, however it is delimited and split.
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

/// The version and the headers of a response show if the end of its body is marked, and if it is encoded.
///
/// A body that only ends with the connection may be truncated. The caller must be able to detect and reject it.
pub async fn framing_of_a_body_is_visible(make: Make<'_>) {
    let server = Server::start(|peer| {
        while let Some(request) = peer.request() {
            match request.target() {
                "/length" => peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"),
                "/chunks" => {
                    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n");
                }
                "/encoded" => {
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Encoding: gzip\r\n\r\nbody");
                }
                "/old" => return peer.send("HTTP/1.0 200 OK\r\n\r\nbody"),
                _ => return peer.send("HTTP/1.1 200 OK\r\n\r\nbody"),
            }
        }
    });
    let executor = make(server.address());
    for (target, header, version) in [
        ("/length", Some(CONTENT_LENGTH), Version::HTTP_11),
        ("/chunks", Some(TRANSFER_ENCODING), Version::HTTP_11),
        ("/encoded", Some(CONTENT_ENCODING), Version::HTTP_11),
        ("/old", None, Version::HTTP_10),
        ("/close", None, Version::HTTP_11),
    ] {
        let response = execute(&executor, get(target)).await;
        let response = response.unwrap_or_else(|error| panic!("{target} must get a response: {error:?}"));
        assert_eq!(response.version(), version, "the version of {target} must be the server's");
        for name in [CONTENT_LENGTH, TRANSFER_ENCODING, CONTENT_ENCODING] {
            let is_expected =
                header.as_ref() == Some(&name) || (target == "/encoded" && name == CONTENT_LENGTH);
            assert_eq!(response.headers().contains_key(&name), is_expected, "{name} of {target}");
        }
        assert_eq!(collect(response).await.expect("a complete body"), "body", "the body of {target}");
    }
}

/// A body that ends before its length, or before its last chunk, is an error.
pub async fn truncated_body_is_an_error(make: Make<'_>) {
    for (how, response) in [
        ("its length", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"),
        ("its length, without a byte", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"),
        ("its last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n"),
        ("the end of a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nshort"),
    ] {
        let error = broken_response(make, response).await;
        let error = error.err().unwrap_or_else(|| panic!("a body that ends before {how} must be an error"));
        assert_eq!(error.kind(), TransportErrorKind::Closed, "a body that ends before {how}: {error:?}");
        assert!(!error.is_unsent(), "a request with a response was sent");
    }
}

/// A chunk without a valid length is not HTTP.
pub async fn broken_chunk_is_a_protocol_error(make: Make<'_>) {
    let response = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nshort\r\n0\r\n\r\n";
    let error = broken_response(make, response).await.expect_err("a broken chunk must be an error");
    assert_eq!(error.kind(), TransportErrorKind::Protocol, "a broken chunk: {error:?}");
}

/// Data that is not HTTP/1 is a protocol error, not a response.
pub async fn garbage_is_a_protocol_error(make: Make<'_>) {
    for garbage in [
        "SSH-2.0-OpenSSH_9.6\r\n\r\n",
        "<html>HTTP/0.9</html>\r\n\r\n",
        "HTTP/1.1 099 Odd\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ] {
        let error = broken_response(make, garbage).await;
        let error = error.err().unwrap_or_else(|| panic!("{garbage:?} must be an error"));
        assert_eq!(error.kind(), TransportErrorKind::Protocol, "{garbage:?}: {error:?}");
        assert!(!error.is_unsent(), "a request with garbage as its response was sent");
    }
}

/// Returns the body of a response after which the server closes the connection.
async fn broken_response(make: Make<'_>, response: &'static str) -> Result<Bytes, TransportError> {
    let server = Server::start(move |peer| {
        peer.request();
        peer.send(response);
        peer.finish();
        peer.until_closed();
    });
    collect(execute(&make(server.address()), get("/v1/kv/a")).await?).await
}

/// A response is delivered even if the server sends it before it has read the request's body, as with 413.
pub async fn response_ahead_of_the_request_body_is_delivered(make: Make<'_>) {
    let gate = Arc::new(Gate::default());
    let held = Arc::clone(&gate);
    let server = Server::start(move |peer| {
        peer.head();
        peer.send("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 9\r\n\r\ntoo large");
        // The client cannot send the rest of the request, since the server does not read it.
        held.pass();
    });
    // More than the socket buffers of both sides.
    let upload = request(Method::PUT, "/v1/kv/a", vec![0; 64 << 20]);
    let response = execute(&make(server.address()), upload).await;
    let response = response.unwrap_or_else(|error| panic!("an early response must be delivered: {error:?}"));
    assert_eq!(response.status(), 413, "an early response must be delivered");
    assert_eq!(
        collect(response).await.expect("a complete body"),
        "too large",
        "the body of an early response"
    );
    gate.open();
}

/// Concurrent calls each get their own response.
pub async fn concurrent_calls_keep_their_responses(make: Make<'_>) {
    let server = Server::start(|peer| {
        while let Some(request) = peer.request() {
            peer.respond("200 OK", request.target());
        }
    });
    let executor = make(server.address());
    for round in 0..3 {
        let targets: Vec<String> = (0..32).map(|call| format!("/{round}/{call}")).collect();
        let responses = all(targets.iter().map(|target| fetch(&executor, get(target)))).await;
        assert_eq!(responses, targets, "each call must get its own response");
    }
}
