//! A lower bound, for information: a bare hyper connection that does not decode the body.

use std::sync::Arc;

use bytes::Bytes;
use http::header::HOST;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use xtask_bench::drive::{self, Contender, Error, Row};
use xtask_bench::{TOKEN, canned};

/// The idle connections.
#[derive(Clone)]
struct Conn {
    authority: String,
    idle: Arc<Mutex<Vec<SendRequest<Full<Bytes>>>>>,
}

impl Conn {
    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>, Error> {
        let stream = TcpStream::connect(&self.authority).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }
}

impl Contender for Conn {
    async fn new(port: u16) -> Result<Self, Error> {
        Ok(Self { authority: format!("127.0.0.1:{port}"), idle: Arc::default() })
    }

    async fn perform(&self, row: Row) -> Result<usize, Error> {
        let (method, target, body) = match row {
            Row::Put20 => (Method::PUT, "/v1/kv/put20", Bytes::from_static(canned::TINY)),
            Row::Recurse => (Method::GET, "/v1/kv/bench/many/?recurse", Bytes::new()),
            Row::Get256k => (Method::GET, "/v1/kv/big", Bytes::new()),
            Row::Raw256k => (Method::GET, "/v1/kv/big?raw", Bytes::new()),
            Row::Keys => (Method::GET, "/v1/kv/bench/many/?keys", Bytes::new()),
            Row::Health => (Method::GET, "/v1/health/service/web", Bytes::new()),
            _ => (Method::GET, "/v1/kv/get20", Bytes::new()),
        };
        let request = Request::builder()
            .method(method)
            .uri(target)
            .header(HOST, &self.authority)
            .header("X-Consul-Token", TOKEN)
            .body(Full::new(body))?;
        let idle = self.idle.lock().await.pop();
        let mut sender = match idle {
            Some(sender) => sender,
            None => self.connect().await?,
        };
        sender.ready().await?;
        let response = sender.send_request(request).await?;
        if !response.status().is_success() {
            return Err(format!("unexpected status {}", response.status()).into());
        }
        let body = response.into_body().collect().await?.to_bytes();
        self.idle.lock().await.push(sender);
        if body.is_empty() { Err("an empty body".into()) } else { Ok(row.expected()) }
    }
}

fn main() -> std::process::ExitCode {
    drive::main::<Conn>()
}
