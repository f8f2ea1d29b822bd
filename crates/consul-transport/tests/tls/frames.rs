//! Servers that end connections or reset streams, frame by frame.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use consul_transport::{
    Executor, HyperExecutor, SendMark, SendState, TlsConfig, TransportError, TransportErrorKind,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use crate::pki::Ca;
use crate::server::{H2, Settings, accept, builder, get, put, send};

const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

fn goaway(last: u32) -> Vec<u8> {
    frame(GOAWAY, 0, 0, &[&last.to_be_bytes()[..], &[0; 4]].concat())
}

fn reset(stream: u32, reason: u32) -> Vec<u8> {
    frame(RST_STREAM, 0, stream, &reason.to_be_bytes())
}

/// A response with status 200 and no body.
fn ok(stream: u32) -> Vec<u8> {
    frame(HEADERS, 5, stream, &[0x88])
}

/// The server's end of an HTTP/2 connection.
struct Peer(TlsStream<TcpStream>);

impl Peer {
    /// Reads the preface and allows `streams` concurrent streams.
    async fn start(mut stream: TlsStream<TcpStream>, streams: u32) -> Self {
        stream.read_exact(&mut [0; 24]).await.unwrap();
        let settings = [&[0, 3][..], &streams.to_be_bytes()].concat();
        stream.write_all(&frame(SETTINGS, 0, 0, &settings)).await.unwrap();
        Self(stream)
    }

    /// Returns the kind and the stream of the next frame.
    async fn next(&mut self) -> Option<(u8, u32)> {
        let mut head = [0; 9];
        self.0.read_exact(&mut head).await.ok()?;
        let [_, a, b, c] = u32::from_be_bytes([0, head[0], head[1], head[2]]).to_be_bytes();
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        self.0.read_exact(&mut payload).await.ok()?;
        Some((head[3], u32::from_be_bytes([head[5], head[6], head[7], head[8]])))
    }

    /// Returns the stream of the next request.
    async fn request(&mut self) -> Option<u32> {
        loop {
            if let (HEADERS, stream) = self.next().await? {
                return Some(stream);
            }
        }
    }

    async fn send(&mut self, bytes: &[u8]) {
        let _ = self.0.write_all(bytes).await;
    }

    /// Responds to all further requests.
    async fn respond(mut self, log: Log, number: usize) {
        while let Some(stream) = self.request().await {
            log.lock().unwrap().push((number, stream));
            self.send(&ok(stream)).await;
        }
    }
}

/// The connection and the stream of each request.
type Log = Arc<Mutex<Vec<(usize, u32)>>>;

/// Starts a server whose first connection runs `script`. Others respond to every request.
async fn start<F>(
    streams: u32,
    script: impl Fn(Peer, Log) -> F + Send + Sync + 'static,
) -> (Arc<HyperExecutor>, Log)
where
    F: Future<Output = ()> + Send + 'static,
{
    let ca = Ca::new();
    let pair = ca.sign(&["localhost"]);
    let log = Log::default();
    let (logged, script) = (Arc::clone(&log), Arc::new(script));
    let acceptor = Settings { alpn: &[H2], ..Settings::new(&pair) }.acceptor();
    let address = accept(acceptor, move |stream, number| {
        let (log, script) = (Arc::clone(&logged), Arc::clone(&script));
        async move {
            let Some(stream) = stream else { return };
            let peer = Peer::start(stream, streams).await;
            if number == 1 {
                script(peer, log).await;
            } else {
                peer.respond(log, number).await;
            }
        }
    })
    .await;
    (Arc::new(builder(address, TlsConfig::new().ca_pem(&ca.pem)).build().unwrap()), log)
}

/// Starts a call with a mark.
fn call(
    executor: &Arc<HyperExecutor>,
    mut request: http::Request<consul_transport::Body>,
) -> (SendMark, tokio::task::JoinHandle<Result<String, TransportError>>) {
    let (mark, executor) = (SendMark::new(), Arc::clone(executor));
    request.extensions_mut().insert(mark.clone());
    (mark, tokio::spawn(async move { send(&*executor, request).await }))
}

#[tokio::test]
async fn b35_requests_above_the_last_stream_of_a_goaway_are_sent_again() {
    let (executor, log) = start(250, |mut peer, log| async move {
        for _ in 0..2 {
            let stream = peer.request().await.unwrap();
            log.lock().unwrap().push((1, stream));
        }
        peer.send(&goaway(0)).await;
        while let Some(stream) = peer.request().await {
            log.lock().unwrap().push((1, stream));
        }
    })
    .await;
    let ((_, put), (_, get)) = (call(&executor, put("/")), call(&executor, get("/")));
    put.await.unwrap().unwrap();
    get.await.unwrap().unwrap();
    send(&*executor, crate::server::get("/")).await.unwrap();
    assert_eq!(*log.lock().unwrap(), [(1, 1), (1, 3), (2, 1), (2, 3), (2, 5)]);
}

#[tokio::test]
async fn goaway_in_two_steps_lets_requests_in_flight_finish() {
    let (executor, log) = start(250, |mut peer, log| async move {
        let stream = peer.request().await.unwrap();
        peer.send(&goaway(u32::MAX >> 1)).await;
        // The client uses another connection from here on.
        while log.lock().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        peer.send(&goaway(stream)).await;
        peer.send(&ok(stream)).await;
        assert_eq!(peer.request().await, None);
    })
    .await;
    let (_, first) = call(&executor, put("/"));
    while log.lock().unwrap().is_empty() {
        // The client may see the GOAWAY after it has sent a request, which is then sent again.
        let _ = tokio::time::timeout(Duration::from_millis(20), send(&*executor, get("/"))).await;
    }
    first.await.unwrap().unwrap();
}

#[tokio::test]
async fn refused_stream_is_sent_again_once() {
    let (executor, log) = start(250, |mut peer, log| async move {
        let stream = peer.request().await.unwrap();
        log.lock().unwrap().push((1, stream));
        peer.send(&reset(stream, 7)).await;
        peer.request().await;
    })
    .await;
    let (mark, put) = call(&executor, put("/"));
    put.await.unwrap().unwrap();
    assert_eq!(mark.state(), SendState::Sent);
    assert_eq!(*log.lock().unwrap(), [(1, 1), (2, 1)]);
}

#[tokio::test]
async fn b5_other_resets_and_closed_connections_leave_the_outcome_unknown() {
    for reason in [None, Some(1), Some(2), Some(8), Some(11)] {
        let (executor, log) = start(250, move |mut peer, log| async move {
            let stream = peer.request().await.unwrap();
            log.lock().unwrap().push((1, stream));
            if let Some(reason) = reason {
                peer.send(&reset(stream, reason)).await;
                peer.request().await;
            }
        })
        .await;
        let (mark, put) = call(&executor, put("/"));
        let error = put.await.unwrap().unwrap_err();
        assert_eq!((error.kind(), error.is_unsent()), (TransportErrorKind::Closed, false), "{error:?}");
        assert_eq!(mark.state(), SendState::Sent);
        assert_eq!(*log.lock().unwrap(), [(1, 1)], "{reason:?}");
    }
}

#[tokio::test]
async fn request_that_waits_for_a_slot_is_not_sent() {
    let (executor, _) = start(1, |mut peer, _| async move {
        let first = peer.request().await.unwrap();
        assert_eq!(peer.request().await, None, "the second request waits, and {first} is open");
    })
    .await;
    let (held, first) = call(&executor, get("/"));
    while held.state() != SendState::Sent {
        tokio::task::yield_now().await;
    }
    let mark = SendMark::new();
    let mut second = put("/");
    second.extensions_mut().insert(mark.clone());
    let waiting = tokio::time::timeout(Duration::from_millis(100), executor.execute(second));
    assert!(waiting.await.is_err());
    assert_eq!(mark.state(), SendState::NotSent);
    first.abort();
}

#[tokio::test]
async fn silent_connection_is_replaced_after_a_ping_without_response() {
    let (executor, log) = start(250, |mut peer, log| async move {
        let stream = peer.request().await.unwrap();
        log.lock().unwrap().push((1, stream));
        // Reads the ping, and responds to nothing.
        while peer.next().await.is_some() {}
    })
    .await;
    let (mark, held) = call(&executor, get("/"));
    while mark.state() != SendState::Sent || log.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    for seconds in [11, 6] {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(seconds)).await;
        tokio::time::resume();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let error = held.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.is_unsent()), (TransportErrorKind::Closed, false), "{error:?}");
    send(&*executor, get("/")).await.unwrap();
    assert_eq!(*log.lock().unwrap(), [(1, 1), (2, 1)]);
}

#[tokio::test]
async fn head_of_a_response_is_limited() {
    for (fields, length) in [(1, 100_000), (101, 1)] {
        let ca = Ca::new();
        let pair = ca.sign(&["localhost"]);
        let acceptor = Settings { alpn: &[H2], ..Settings::new(&pair) }.acceptor();
        let address = accept(acceptor, move |stream, _| async move {
            let Some(stream) = stream else { return };
            let mut connection = h2::server::handshake(stream).await.unwrap();
            while let Some(Ok((_, mut respond))) = connection.accept().await {
                let mut response = http::Response::builder();
                for field in 0..fields {
                    response = response.header(format!("x-{field}"), "x".repeat(length));
                }
                let _ = respond.send_response(response.body(()).unwrap(), true);
            }
        })
        .await;
        let executor = builder(address, TlsConfig::new().ca_pem(&ca.pem)).build().unwrap();
        let error = executor.execute(get("/")).await.unwrap_err();
        assert_eq!(
            error.kind(),
            TransportErrorKind::Protocol,
            "{fields} fields of {length} bytes: {error:?}"
        );
    }
}
