//! Rules for requests.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Method;
use http_body::{Body as HttpBody, Frame};

use super::server::{Peer, Server};
use super::{Make, fetch, get, request};
use crate::{Body, TransportError};

fn always_ok(peer: &mut Peer) {
    while peer.request().is_some() {
        peer.respond("200 OK", "ok");
    }
}

/// The target of a request is sent byte for byte: `..` is not collapsed, nothing is escaped or unescaped, and an empty
/// query is kept.
pub async fn path_is_sent_byte_for_byte(make: Make<'_>) {
    let server = Server::start(always_ok);
    let executor = make(server.address());
    let targets = [
        "/v1/kv/a%2Fb?raw",
        "/v1/kv/a/../b",
        "/v1/kv/./a//b/",
        "/v1/kv/%2e%2E/%20x%25",
        "/v1/kv/a?",
        "/v1/kv/a+b?dc=a%26b&x='(1)'",
        "/",
    ];
    for target in targets {
        fetch(&executor, get(target)).await;
    }
    let seen: Vec<String> = server.requests().iter().map(|request| request.target().to_owned()).collect();
    assert_eq!(seen, targets, "targets must arrive byte for byte");
}

/// The method and every header arrive, with exactly one `Host` that contains no slash.
pub async fn method_and_headers_arrive(make: Make<'_>) {
    let server = Server::start(always_ok);
    let executor = make(server.address());
    let methods = [Method::GET, Method::PUT, Method::POST, Method::DELETE, Method::OPTIONS];
    for method in &methods {
        let mut request = request(method.clone(), "/v1/kv/a", Bytes::new());
        let headers = request.headers_mut();
        headers.insert("x-consul-token", http::HeaderValue::from_static("secret"));
        headers.append("x-twice", http::HeaderValue::from_static("one"));
        headers.append("x-twice", http::HeaderValue::from_static("two"));
        fetch(&executor, request).await;
    }
    let requests = server.requests();
    assert_eq!(requests.len(), methods.len(), "every call must be one request");
    for (request, method) in requests.iter().zip(&methods) {
        assert_eq!(request.method(), method.as_str(), "the method must arrive");
        assert_eq!(request.header("x-consul-token"), ["secret"], "headers must arrive");
        assert_eq!(request.header("x-twice"), ["one", "two"], "headers with several values must arrive");
        let host = request.header("host");
        assert!(
            host.len() == 1 && !host[0].contains('/'),
            "there must be one Host without a slash: {host:?}"
        );
    }
}

/// A body of bytes arrives with its length, not in chunks. A `PUT` without a body has the length 0, because Consul
/// rejects some writes without a length.
pub async fn bodies_arrive_with_their_length(make: Make<'_>) {
    let server = Server::start(always_ok);
    let executor = make(server.address());
    let bodies = [Vec::new(), b"value".to_vec(), (0..=255).collect(), vec![7; 512 << 10]];
    for body in &bodies {
        fetch(&executor, request(Method::PUT, "/v1/kv/a", body.clone())).await;
    }
    for (request, body) in server.requests().iter().zip(&bodies) {
        assert_eq!(request.header("content-length"), [body.len().to_string()], "a known length must be sent");
        assert!(request.header("transfer-encoding").is_empty(), "bytes must not be sent in chunks");
        assert!(request.body == *body, "a body of {} bytes must arrive unchanged", body.len());
    }
}

/// A body that is a stream arrives completely, although its length is not known.
pub async fn streamed_request_body_arrives_completely(make: Make<'_>) {
    let server = Server::start(always_ok);
    let executor = make(server.address());
    let pieces: Vec<Bytes> = (0..50).map(|piece| Bytes::from(vec![piece; 10_000])).collect();
    let mut request = request(Method::PUT, "/v1/snapshot", Bytes::new());
    *request.body_mut() = Body::stream(Pieces { pieces: pieces.clone().into(), is_pending: false });
    fetch(&executor, request).await;
    let seen = server.requests().remove(0);
    assert!(seen.body == pieces.concat(), "a streamed body must arrive completely");
}

/// A request accepts only unencoded responses, unless its caller has set `Accept-Encoding`.
pub async fn request_asks_for_an_unencoded_response(make: Make<'_>) {
    let server = Server::start(always_ok);
    let executor = make(server.address());
    fetch(&executor, get("/v1/kv/a?raw")).await;
    let mut request = get("/v1/kv/a?raw");
    request.headers_mut().insert("accept-encoding", http::HeaderValue::from_static("gzip"));
    fetch(&executor, request).await;
    let requests = server.requests();
    assert_eq!(requests[0].header("accept-encoding"), ["identity"], "a request must ask for `identity`");
    assert_eq!(requests[1].header("accept-encoding"), ["gzip"], "the caller's header must be sent");
}

/// Pieces that are not ready when they are first polled.
struct Pieces {
    pieces: VecDeque<Bytes>,
    is_pending: bool,
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        self.is_pending = !self.is_pending;
        if self.is_pending {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(self.pieces.pop_front().map(|piece| Ok(Frame::data(piece))))
    }
}
