//! Agents at their connection limit.

use std::error::Error as _;
use std::time::Duration;

use consul_transport::{ConnectError, SendMark, SendState, TlsConfig, TransportError, TransportErrorKind};
use socket2::SockRef;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use crate::pki::Ca;
use crate::server::{H2, HTTP1, Settings, accept, builder, put, send};

async fn rejection(executor: &consul_transport::HyperExecutor) -> TransportError {
    let (mark, mut request) = (SendMark::new(), put("/"));
    request.extensions_mut().insert(mark.clone());
    let error = send(executor, request).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Rejected, "{error:?}");
    assert!(error.is_unsent());
    assert_eq!(mark.state(), SendState::NotSent);
    error
}

#[tokio::test]
async fn b33_connection_closed_during_the_handshake_is_rejected_and_unsent() {
    let ca = Ca::new();
    for is_reset in [false, true] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                if is_reset {
                    SockRef::from(&socket).set_linger(Some(Duration::ZERO)).unwrap();
                }
            }
        });
        let executor = builder(address, TlsConfig::new().ca_pem(&ca.pem)).build().unwrap();
        for _ in 0..100 {
            let error = rejection(&executor).await;
            let source = error.source().unwrap().downcast_ref().unwrap();
            assert!(matches!(source, ConnectError::Handshake { .. }), "{error:?}");
        }
    }
}

#[tokio::test]
async fn b33_429_in_http1_on_an_http2_connection_is_rejected_and_unsent() {
    let ca = Ca::new();
    let pair = ca.sign(&["localhost"]);
    let acceptor = Settings { alpn: &[H2, HTTP1], ..Settings::new(&pair) }.acceptor();
    let address = accept(acceptor, |stream, _| async move {
        let Some(mut stream) = stream else { return };
        let body = "Your IP is issuing too many concurrent connections, please rate limit your calls\n";
        let response = format!(
            "HTTP/1.1 429 Too Many Requests\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        );
        let _ = stream.write_all(response.as_bytes()).await;
        let _ = stream.shutdown().await;
    })
    .await;
    let executor = builder(address, TlsConfig::new().ca_pem(&ca.pem)).build().unwrap();
    for _ in 0..200 {
        let error = rejection(&executor).await;
        let source = error.source().unwrap().downcast_ref().unwrap();
        assert!(matches!(source, ConnectError::Status { status: 429, .. }), "{error:?}");
    }
}

#[tokio::test]
async fn b1_handshake_that_never_ends_times_out() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let ca = Ca::new();
    let builder = builder(listener.local_addr().unwrap(), TlsConfig::new().ca_pem(&ca.pem));
    let executor = builder.connect_timeout(Duration::from_millis(100)).build().unwrap();
    let error = send(&executor, put("/")).await.unwrap_err();
    assert_eq!((error.kind(), error.is_unsent()), (TransportErrorKind::Connect, true), "{error:?}");
}
