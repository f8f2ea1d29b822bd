//! The contract of executors, over TLS. A proxy ends the TLS connections in front of the scripted servers.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use consul_transport::{Body, Executor, HyperExecutor, TlsConfig, TransportError, conformance};
use http::{Method, Request, Response};
use tokio::net::TcpStream;

use crate::pki::{Ca, Pair};
use crate::server::{HTTP1, Settings, builder};

fn pki() -> &'static (Ca, Pair) {
    static PKI: OnceLock<(Ca, Pair)> = OnceLock::new();
    PKI.get_or_init(|| {
        let ca = Ca::new();
        let pair = ca.sign(&["localhost"]);
        (ca, pair)
    })
}

/// Starts a proxy for `agent` on the current runtime. An agent that does not listen has none.
fn proxy(agent: SocketAddr) -> SocketAddr {
    let (_, pair) = pki();
    if TcpListener::bind(agent).is_ok() {
        return agent;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = Settings { alpn: &[HTTP1], ..Settings::new(pair) }.acceptor();
    tokio::spawn(async move {
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut client = acceptor.accept(socket).await?;
                let mut agent = TcpStream::connect(agent).await?;
                tokio::io::copy_bidirectional(&mut client, &mut agent).await
            });
        }
    });
    address
}

/// An executor that waits a moment before each write: the proxy needs it to pass on that the agent has closed a
/// connection.
#[derive(Debug)]
struct Delayed(HyperExecutor);

#[async_trait]
impl Executor for Delayed {
    async fn execute(&self, request: Request<Body>) -> Result<Response<Body>, TransportError> {
        if request.method() == Method::PUT {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.0.execute(request).await
    }
}

fn make(agent: SocketAddr) -> Arc<dyn Executor> {
    let (ca, _) = pki();
    Arc::new(Delayed(builder(proxy(agent), TlsConfig::new().ca_pem(&ca.pem)).build().unwrap()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_rule_over_tls_with_http1() {
    conformance::run_all(make).await.assert();
    conformance::sequential_calls_share_a_connection(&make).await;
}
