//! Tests of the fault-injecting proxy.

use std::io::{ErrorKind, Result};
use std::time::{Duration, Instant};

use consul_tests::{shared_agent, unique};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::clients::{PATIENCE, client};
use crate::proxy::{At, Cut, Edit, End, Faults, Proxy, Way};

/// Long enough for a response that is not delayed.
const A_WHILE: Duration = Duration::from_millis(300);

async fn proxy() -> Proxy {
    Proxy::to(shared_agent().http_addr()).await
}

async fn connect(proxy: &Proxy) -> Result<TcpStream> {
    TcpStream::connect(proxy.url().trim_start_matches("http://")).await
}

fn put(key: &str, length: usize) -> String {
    let body = " ".repeat(length);
    format!("PUT /v1/kv/{key} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{body}")
}

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
}

/// Sends a request on a new connection, and reads until the end.
async fn exchange(proxy: &Proxy, request: &str) -> Result<String> {
    let mut stream = connect(proxy).await?;
    stream.write_all(request.as_bytes()).await?;
    rest(&mut stream).await
}

async fn rest(stream: &mut TcpStream) -> Result<String> {
    let mut response = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut response)).await.expect("an end")?;
    Ok(String::from_utf8(response).unwrap())
}

/// Reads until the response ends with these bytes.
async fn until(stream: &mut TcpStream, end: &str) -> String {
    let mut response = String::new();
    while !response.ends_with(end) {
        let mut bytes = [0; 1];
        timeout(PATIENCE, stream.read_exact(&mut bytes)).await.expect("more").unwrap();
        response.push(bytes[0].into());
    }
    response
}

/// Sets faults, requests the leader, and returns the response.
async fn leader(faults: Faults) -> Result<String> {
    let proxy = proxy().await;
    proxy.set(faults).await;
    exchange(&proxy, &get("/v1/status/leader")).await
}

async fn exists(key: &str) -> bool {
    client().kv().get(key).await.unwrap().is_some()
}

#[tokio::test]
async fn proxy_counts_connections_and_requests() {
    let (proxy, key) = (proxy().await, unique("counted"));
    let mut stream = connect(&proxy).await.unwrap();
    // Bodies contain arbitrary bytes, and requests arrive in pieces.
    for request in [put(&key, 100_000), put(&key, 0)] {
        let (one, two) = request.split_at(7);
        stream.write_all(one.as_bytes()).await.unwrap();
        stream.flush().await.unwrap();
        tokio::task::yield_now().await;
        stream.write_all(two.as_bytes()).await.unwrap();
        until(&mut stream, "true").await;
    }
    assert_eq!((proxy.accepted(), proxy.open()), (1, 1));
    let start = Instant::now();
    stream.write_all(get("/v1/kv/?keys").as_bytes()).await.unwrap();
    rest(&mut stream).await.unwrap();
    timeout(PATIENCE, proxy.until_open(0)).await.unwrap();
    let requests = proxy.requests();
    let lines: Vec<_> = requests.iter().map(|one| format!("{} {}", one.method, one.target)).collect();
    assert_eq!(lines, [format!("PUT /v1/kv/{key}"), format!("PUT /v1/kv/{key}"), "GET /v1/kv/?keys".into()]);
    assert!(requests[1].at <= start && requests[2].at >= start);
    assert_eq!((proxy.accepted(), proxy.open()), (1, 0));
}

#[tokio::test]
async fn held_bytes_pass_after_lift() {
    for requests in [true, false] {
        let (proxy, key) = (proxy().await, unique("held"));
        let held = if requests {
            Faults { requests: Way::Held, ..Faults::default() }
        } else {
            Faults { responses: Way::Held, ..Faults::default() }
        };
        proxy.set(held).await;
        let mut stream = connect(&proxy).await.unwrap();
        stream.write_all(put(&key, 1).as_bytes()).await.unwrap();
        assert!(timeout(A_WHILE, stream.read_u8()).await.is_err());
        assert_eq!(proxy.requests().len(), 1, "a held request is counted immediately");
        if requests {
            assert!(!exists(&key).await);
        } else {
            while !exists(&key).await {}
        }
        proxy.lift().await;
        until(&mut stream, "true").await;
    }
}

#[tokio::test]
async fn lost_bytes_leave_a_dead_connection() {
    for requests in [true, false] {
        let (proxy, key) = (proxy().await, unique("lost"));
        let lost = if requests {
            Faults { requests: Way::Lost, ..Faults::default() }
        } else {
            Faults { responses: Way::Lost, ..Faults::default() }
        };
        let mut stream = connect(&proxy).await.unwrap();
        proxy.set(lost).await;
        stream.write_all(put(&key, 1).as_bytes()).await.unwrap();
        assert!(timeout(A_WHILE, stream.read_u8()).await.is_err());
        proxy.lift().await;
        assert!(timeout(A_WHILE, stream.read_u8()).await.is_err());
        assert_eq!(exists(&key).await, !requests);
        assert!(exchange(&proxy, &get("/v1/status/leader")).await.unwrap().contains("200 OK"));
    }
}

#[tokio::test]
async fn connections_are_reset_at_every_stage() {
    let proxy = proxy().await;
    let mut stream = connect(&proxy).await.unwrap();
    proxy.until_open(1).await;
    proxy.reset();
    assert_eq!(rest(&mut stream).await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(exchange(&proxy, &get("/v1/status/leader")).await.is_ok(), "new connections are not reset");

    let on_accept = Faults { reset_on_accept: true, ..Faults::default() };
    assert_eq!(leader(on_accept).await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    for at in [0, 30] {
        let cut = Some(Cut { at: At::Byte(at), by: End::Reset });
        let error = leader(Faults { cut, ..Faults::default() }).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    }
}

#[tokio::test]
async fn responses_are_cut_off() {
    let cut = Some(Cut { at: At::Byte(30), by: End::Close });
    assert_eq!(leader(Faults { cut, ..Faults::default() }).await.unwrap().len(), 30);

    let proxy = proxy().await;
    let cut = Some(Cut { at: At::Head, by: End::HalfClose });
    proxy.set(Faults { cut, ..Faults::default() }).await;
    let mut stream = connect(&proxy).await.unwrap();
    stream.write_all(get("/v1/status/leader").as_bytes()).await.unwrap();
    let response = rest(&mut stream).await.unwrap();
    assert!(response.contains("200 OK") && response.ends_with("\r\n\r\n"), "{response}");
    stream.write_all(b"is still read").await.unwrap();
    assert_eq!(proxy.open(), 1);
}

#[tokio::test]
async fn responses_are_delayed_throttled_or_split() {
    let start = Instant::now();
    let late = Faults { latency: A_WHILE / 2, jitter: A_WHILE, ..Faults::default() };
    assert!(leader(late).await.unwrap().contains("200 OK"));
    assert!(start.elapsed() >= A_WHILE, "the latency applies to both directions");

    let start = Instant::now();
    let slow = Faults { bandwidth: Some(400), ..Faults::default() };
    let length = leader(slow).await.unwrap().len();
    assert!(start.elapsed().as_secs_f64() >= length as f64 / 400.0 - 0.1);

    let proxy = proxy().await;
    proxy.set(Faults { one_byte_segments: true, ..Faults::default() }).await;
    let mut stream = connect(&proxy).await.unwrap();
    stream.write_all(get("/v1/status/leader").as_bytes()).await.unwrap();
    let (mut response, mut pieces) = (Vec::new(), 0);
    while stream.read_buf(&mut response).await.unwrap() > 0 {
        pieces += 1;
    }
    assert!(pieces > 10 && response.starts_with(b"HTTP/1.1 200 OK"), "{pieces} pieces");
}

#[tokio::test]
async fn port_refuses_connections_until_lifted() {
    let proxy = proxy().await;
    let mut open = connect(&proxy).await.unwrap();
    proxy.until_open(1).await;
    for _ in 0..3 {
        proxy.set(Faults { refuse: true, ..Faults::default() }).await;
        assert_eq!(connect(&proxy).await.unwrap_err().kind(), ErrorKind::ConnectionRefused);
        proxy.lift().await;
        assert!(exchange(&proxy, &get("/v1/status/leader")).await.is_ok());
    }
    open.write_all(get("/v1/status/leader").as_bytes()).await.unwrap();
    assert!(rest(&mut open).await.unwrap().contains("200 OK"), "open connections are not affected");
}

#[tokio::test]
async fn slow_exchanges_are_closed_by_each_timeout() {
    let proxy = proxy().await;
    let (quick, slow) = (get("/v1/status/leader"), get("/v1/kv/?keys&index=9999999&wait=1s"));
    for agents in [false, true] {
        let mut faults = Faults::default();
        *(if agents { &mut faults.write_timeout } else { &mut faults.timeout }) = Some(A_WHILE);
        proxy.set(faults).await;
        let start = Instant::now();
        assert_eq!(exchange(&proxy, &slow).await.unwrap(), "", "no response");
        assert!(start.elapsed() >= if agents { Duration::from_secs(1) } else { A_WHILE });
        assert!(exchange(&proxy, &quick).await.unwrap().contains("200 OK"));
    }
}

#[tokio::test]
async fn response_heads_are_edited() {
    let edits = vec![
        Edit::Status("503 Service Unavailable"),
        Edit::Header("content-TYPE", "text/html".to_owned()),
        Edit::Header("X-Consul-Index", "7".to_owned()),
        Edit::NoHeader("date"),
    ];
    let response = leader(Faults { edits, ..Faults::default() }).await.unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{head}");
    assert!(head.contains("\r\nX-Consul-Index: 7") && head.contains("content-TYPE: text/html"), "{head}");
    assert!(!head.contains("application/json") && !head.contains("Date:"), "{head}");
    assert!(body.contains("127.0.0.1:"), "{body}");
}
