//! The canned server: knows seven requests by heart, holds blocking queries, and is not measured.
//!
//! Listens on a free port of the loopback address and prints it. Lives until it is killed, or its standard input is
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

/// Complete answers by request line.
type Answers = HashMap<String, Vec<u8>>;

/// What all connections share.
struct Server {
    answers: Answers,
    watched: Watched,
    awake: Awake,
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "the port is what the caller waits for")]
async fn main() -> Result<(), Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let server = Server { answers: answers(), watched: Watched::new(), awake: Awake::default() };
    let server = Arc::new(server);
    tokio::spawn(stay_awake(Arc::clone(&server)));
    println!("{}", listener.local_addr()?.port());
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    loop {
        // A connection that is gone before it is taken is no reason to stop.
        let Ok((stream, _)) = listener.accept().await else { continue };
        if stream.set_nodelay(true).is_err() {
            continue;
        }
        let server = Arc::clone(&server);
        tokio::spawn(async move { serve(stream, &server).await });
    }
}

/// Whether there was a request lately.
#[derive(Debug, Default)]
struct Awake {
    requests: AtomicU64,
    called: Notify,
}

/// Looks for requests without pause while they come. Sending a request would otherwise include the work of waking the
/// server, if it happens to sleep, and how often it does hangs on how fast the contender is.
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

/// Answers one connection until the client closes it.
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
        match server.answers.get(&line) {
            Some(answer) => stream.write_all(answer).await?,
            None => match server.answer(&line, &mut stream, &mut received).await {
                Some(answer) => stream.write_all(&answer).await?,
                None => return Ok(()),
            },
        }
    }
}

impl Server {
    /// What is not known by heart; `None` where the client is gone before it is answered.
    async fn answer(&self, line: &str, stream: &mut TcpStream, received: &mut Vec<u8>) -> Option<Vec<u8>> {
        let json = "application/json";
        let (method, target) = line.split_once(' ').unwrap_or_default();
        match (method, Query::of(target)) {
            ("PUT", Some(query)) => {
                self.watched.write(query);
                Some(answer(json, "", "true"))
            }
            ("GET", Some(query)) => {
                tokio::select! {
                    () = self.watched.changed(query) => {}
                    () = tokio::time::sleep(query.wait) => {}
                    // Nothing comes before the answer but the end.
                    _ = stream.read_buf(received) => return None,
                }
                let (index, body) = self.watched.read(query);
                Some(answer(json, &meta(index, true), body))
            }
            _ if target == watched::HELD => Some(answer("text/plain", "", self.watched.held().to_string())),
            _ => Some(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec()),
        }
    }
}

/// Method and target of the first request; a flag may be written `?raw` or `?raw=`.
fn request_line(received: &[u8]) -> Option<&str> {
    let line = received.split(|octet| *octet == b'\r').next()?;
    let line = std::str::from_utf8(line).ok()?.strip_suffix(" HTTP/1.1")?;
    Some(line.strip_suffix('=').unwrap_or(line))
}

/// The octets of the first request, head and body, once all of them are there.
fn request_length(received: &[u8]) -> Option<usize> {
    let head = received.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let body = received[..head]
        .split(|octet| *octet == b'\n')
        .filter_map(|line| std::str::from_utf8(line).ok()?.trim().split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse::<usize>().ok())
        .unwrap_or(0);
    (received.len() >= head + body).then_some(head + body)
}

/// Every answer, ready to be sent.
fn answers() -> Answers {
    let kv = meta(47_110, false);
    let raw = format!("Content-Security-Policy: sandbox\r\n{kv}X-Content-Type-Options: nosniff\r\n");
    let json = "application/json";
    [
        ("GET /v1/kv/get20", answer(json, &kv, canned::tiny())),
        ("PUT /v1/kv/put20", answer(json, "", "true")),
        ("GET /v1/kv/bench/many/?recurse", answer(json, &kv, canned::recurse())),
        ("GET /v1/kv/big", answer(json, &kv, canned::big())),
        ("GET /v1/kv/big?raw", answer("text/plain; charset=utf-8", &raw, canned::big_value())),
        ("GET /v1/kv/bench/many/?keys", answer(json, &kv, canned::keys())),
        ("GET /v1/health/service/web", answer(json, &meta(903_112, true), canned::health())),
    ]
    .into_iter()
    .map(|(line, answer)| (line.to_owned(), answer))
    .collect()
}

/// The headers that tell where a read stands.
fn meta(index: u64, consistency: bool) -> String {
    let consistency = if consistency { "X-Consul-Effective-Consistency: leader\r\n" } else { "" };
    format!(
        "{consistency}X-Consul-Index: {index}\r\nX-Consul-Knownleader: true\r\nX-Consul-Lastcontact: 0\r\n\
         X-Consul-Query-Backend: blocking-query\r\n"
    )
}

fn answer(content_type: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nVary: Accept-Encoding\r\n\
         X-Consul-Default-Acl-Policy: deny\r\n{headers}Date: Mon, 02 Jun 2025 08:15:42 GMT\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    answer.extend_from_slice(body);
    answer
}
