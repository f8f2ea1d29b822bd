//! The canned server. It has fixed responses to seven requests and holds blocking queries. It is not measured.
//!
//! Listens on a free port of the loopback address and prints it. Runs until it is killed or its standard input is
//! closed.

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use xtask_bench::canned;
use xtask_bench::drive::Error;
use xtask_bench::watched::{self, Query, Watched};

/// Complete responses by request line.
type Responses = HashMap<String, Vec<u8>>;

/// The state that all connections share.
struct Server {
    responses: Responses,
    watched: Watched,
    awake: Awake,
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "the caller reads the port")]
async fn main() -> Result<(), Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let server = Server { responses: responses(), watched: Watched::new(), awake: Awake::default() };
    let server = Arc::new(server);
    tokio::spawn(stay_awake(Arc::clone(&server)));
    println!("{}", listener.local_addr()?.port());
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    loop {
        // The client may close a connection before it is accepted.
        let Ok((stream, _)) = listener.accept().await else { continue };
        if stream.set_nodelay(true).is_err() {
            continue;
        }
        let server = Arc::clone(&server);
        tokio::spawn(async move { serve(stream, &server).await });
    }
}

/// Signals recent requests.
#[derive(Debug, Default)]
struct Awake {
    requests: AtomicU64,
    called: Notify,
}

/// Polls without sleeping while there are requests. Otherwise, a request's time would include waking the server, and
/// how often the server sleeps depends on the speed of the contender.
async fn stay_awake(server: Arc<Server>) {
    let awake = &server.awake;
    loop {
        awake.called.notified().await;
        let (mut seen, mut since) = (awake.requests.load(Ordering::Relaxed), Instant::now());
        while since.elapsed() < Duration::from_micros(200) {
            tokio::task::yield_now().await;
            if awake.requests.load(Ordering::Relaxed) != seen {
                (seen, since) = (awake.requests.load(Ordering::Relaxed), Instant::now());
            }
        }
    }
}

/// Serves one connection until the client closes it.
async fn serve(mut stream: TcpStream, server: &Server) -> std::io::Result<()> {
    let mut received = Vec::with_capacity(4096);
    loop {
        let Some(length) = request_length(&received) else {
            if stream.read_buf(&mut received).await? == 0 {
                return Ok(());
            }
            continue;
        };
        server.awake.requests.fetch_add(1, Ordering::Relaxed);
        server.awake.called.notify_one();
        let line = request_line(&received).unwrap_or_default().to_owned();
        received.drain(..length);
        match server.responses.get(&line) {
            Some(response) => stream.write_all(response).await?,
            None => match server.response(&line, &mut stream, &mut received).await {
                Some(response) => stream.write_all(&response).await?,
                None => return Ok(()),
            },
        }
    }
}

impl Server {
    /// Returns the response to a request without a fixed one, or `None` if the client closes the connection first.
    async fn response(&self, line: &str, stream: &mut TcpStream, received: &mut Vec<u8>) -> Option<Vec<u8>> {
        let json = "application/json";
        let (method, target) = line.split_once(' ').unwrap_or_default();
        match (method, Query::of(target)) {
            ("PUT", Some(query)) => {
                self.watched.write(query);
                Some(response(json, "", "true"))
            }
            ("GET", Some(query)) => {
                tokio::select! {
                    () = self.watched.changed(query) => {}
                    () = tokio::time::sleep(query.wait) => {}
                    // The client sends no bytes before the response, so this is the end of the connection.
                    _ = stream.read_buf(received) => return None,
                }
                let (index, body) = self.watched.read(query);
                Some(response(json, &meta(index, true), body))
            }
            _ if target == watched::HELD => Some(response("text/plain", "", self.watched.held().to_string())),
            _ => Some(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec()),
        }
    }
}

/// Returns method and target of the first request. A flag can be written `?raw` or `?raw=`.
fn request_line(received: &[u8]) -> Option<&str> {
    let line = received.split(|byte| *byte == b'\r').next()?;
    let line = std::str::from_utf8(line).ok()?.strip_suffix(" HTTP/1.1")?;
    Some(line.strip_suffix('=').unwrap_or(line))
}

/// Returns the length of the first request, head and body, if it is complete.
fn request_length(received: &[u8]) -> Option<usize> {
    let head = received.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let body = received[..head]
        .split(|byte| *byte == b'\n')
        .filter_map(|line| std::str::from_utf8(line).ok()?.trim().split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse::<usize>().ok())
        .unwrap_or(0);
    (received.len() >= head + body).then_some(head + body)
}

/// Returns all fixed responses.
fn responses() -> Responses {
    let kv = meta(47_110, false);
    let raw = format!("Content-Security-Policy: sandbox\r\n{kv}X-Content-Type-Options: nosniff\r\n");
    let json = "application/json";
    [
        ("GET /v1/kv/get20", response(json, &kv, canned::tiny())),
        ("PUT /v1/kv/put20", response(json, "", "true")),
        ("GET /v1/kv/bench/many/?recurse", response(json, &kv, canned::recurse())),
        ("GET /v1/kv/big", response(json, &kv, canned::big())),
        ("GET /v1/kv/big?raw", response("text/plain; charset=utf-8", &raw, canned::big_value())),
        ("GET /v1/kv/bench/many/?keys", response(json, &kv, canned::keys())),
        ("GET /v1/health/service/web", response(json, &meta(903_112, true), canned::health())),
    ]
    .into_iter()
    .map(|(line, response)| (line.to_owned(), response))
    .collect()
}

/// Returns the headers with a read's index and consistency.
fn meta(index: u64, consistency: bool) -> String {
    let consistency = if consistency { "X-Consul-Effective-Consistency: leader\r\n" } else { "" };
    format!(
        "{consistency}X-Consul-Index: {index}\r\nX-Consul-Knownleader: true\r\nX-Consul-Lastcontact: 0\r\n\
         X-Consul-Query-Backend: blocking-query\r\n"
    )
}

fn response(content_type: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut response = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nVary: Accept-Encoding\r\n\
         X-Consul-Default-Acl-Policy: deny\r\n{headers}Date: Mon, 02 Jun 2025 08:15:42 GMT\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    response.extend_from_slice(body);
    response
}
