//! Rules for connections: when a request counts as sent, and when a connection is closed.

use std::net::{Ipv4Addr, TcpListener};

use bytes::Bytes;
use http::Method;

use super::server::Server;
use super::wait::{abandon, within};
use super::{Make, execute, fetch, get, request};
use crate::{SendMark, SendState, TransportErrorKind};

/// A refused connection is an error of the kind `Connect`, and the request was certainly not sent.
pub async fn refused_connection_is_unsent(make: Make<'_>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port of the loopback address");
    let address = listener.local_addr().expect("the address of a listener");
    drop(listener);
    let executor = make(address);
    let call = execute(&executor, request(Method::PUT, "/v1/kv/a", "value"));
    let error = call.await.expect_err("a refused connection must be an error");
    assert_eq!(error.kind(), TransportErrorKind::Connect, "a refused connection: {error:?}");
    assert!(error.is_unsent(), "nothing is sent without a connection");
}

/// If the server closes the connection instead of responding, the call fails, the request counts as possibly executed,
/// and it is not sent again.
pub async fn lost_response_is_not_unsent(make: Make<'_>) {
    let server = Server::start(|peer| {
        peer.request();
    });
    let executor = make(server.address());
    let call = execute(&executor, request(Method::PUT, "/v1/kv/a", "value"));
    let error = call.await.expect_err("a connection closed instead of a response must be an error");
    assert_eq!(error.kind(), TransportErrorKind::Closed, "a lost response: {error:?}");
    assert!(!error.is_unsent(), "a request that the server has read was sent");
    assert_eq!(server.requests().len(), 1, "a request that may have been executed must not be sent again");
}

/// An idle connection that the server has closed does not fail the next call, even if it is a write. The server
/// receives the request exactly once.
pub async fn closed_idle_connection_is_replaced(make: Make<'_>) {
    // Closes each connection without announcing it.
    let server = Server::start(|peer| {
        peer.request();
        peer.respond("200 OK", "true");
    });
    let executor = make(server.address());
    for call in 1..=10 {
        let body = fetch(&executor, request(Method::PUT, "/v1/kv/a", "value")).await;
        assert_eq!(body, "true", "a call after an idle connection was closed must succeed");
        server.until("the server closes its connection", |seen| seen.ended == call).await;
        assert_eq!(server.requests().len(), call, "each write must arrive exactly once");
    }
}

/// Dropping a call closes its connection, so the agent notices it, and nothing continues in the background.
pub async fn dropped_call_closes_its_connection(make: Make<'_>) {
    let server = Server::start(|peer| {
        peer.request();
        peer.until_closed();
    });
    let executor = make(server.address());
    let arrived = server.until("a request must arrive", |seen| seen.requests.len() == 1);
    abandon(executor.execute(get("/v1/kv/a?index=1&wait=600s")), arrived).await;
    server.until("a dropped call must close its connection", |seen| seen.ended == 1).await;
    assert_eq!(server.requests().len(), 1, "a dropped call must not be repeated");
}

/// Dropping a body that has not ended closes its connection.
pub async fn dropped_body_closes_its_connection(make: Make<'_>) {
    let server = Server::start(|peer| {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
        peer.until_closed();
    });
    let executor = make(server.address());
    let response = execute(&executor, get("/v1/agent/monitor")).await.expect("the head of a response");
    drop(response);
    server.until("a dropped body must close its connection", |seen| seen.ended == 1).await;
}

/// Sequential calls, with and without bodies, share one connection. Only for executors that keep connections.
pub async fn sequential_calls_share_a_connection(make: Make<'_>) {
    let server = Server::start(|peer| {
        while let Some(request) = peer.request() {
            match request.target() {
                "/none" => peer.send("HTTP/1.1 204 No Content\r\n\r\n"),
                "/chunks" => peer.send(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n",
                ),
                "/large" => peer.respond("200 OK", &"x".repeat(100_000)),
                _ => peer.respond("200 OK", "true"),
            }
        }
    });
    let executor = make(server.address());
    let calls = async {
        for call in 0..250 {
            for (target, length) in [("/none", 0), ("/chunks", 6), ("/large", 100_000), ("/small", 4)] {
                let (method, body) = if call % 2 == 0 { (Method::GET, "") } else { (Method::PUT, "value") };
                let request = request(method, target, Bytes::from_static(body.as_bytes()));
                let response = executor.execute(request).await.expect("a call on a reused connection");
                let body = response.into_body().collect(length).await.expect("a body on a reused connection");
                assert_eq!(body.len(), length, "a response must belong to its call");
            }
        }
    };
    within("a thousand calls must end", calls).await;
    assert_eq!(server.connections(), 1, "sequential calls must share a connection");
}

/// A request that has arrived is not marked as not sent, whether the call succeeds, fails or is dropped.
pub async fn request_that_arrived_is_not_marked_unsent(make: Make<'_>) {
    let server = Server::start(|peer| {
        while let Some(request) = peer.request() {
            match request.target() {
                "/respond" => peer.respond("200 OK", "true"),
                "/hold" => return peer.until_closed(),
                _ => return,
            }
        }
    });
    let executor = make(server.address());
    let marked = |target| {
        let mark = SendMark::new();
        let mut request = request(Method::PUT, target, "value");
        request.extensions_mut().insert(mark.clone());
        (mark, request)
    };

    let (mark, request) = marked("/respond");
    fetch(&executor, request).await;
    assert_ne!(mark.state(), SendState::NotSent, "a request that got its response was sent");

    let (mark, request) = marked("/close");
    execute(&executor, request)
        .await
        .expect_err("a connection closed instead of a response must be an error");
    assert_ne!(mark.state(), SendState::NotSent, "a request that the server has read was sent");

    let (mark, request) = marked("/hold");
    let arrived = server.until("a request must arrive", |seen| seen.requests.len() == 3);
    abandon(executor.execute(request), arrived).await;
    assert_ne!(mark.state(), SendState::NotSent, "a request that the server has read was sent");
}
