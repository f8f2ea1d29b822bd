//! The floor: the obvious implementation, with the pooled client of hyper-util and plain serde.

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use xtask_bench::drive::{self, Contender, Error, Row};
use xtask_bench::floor::{Entry, ServiceEntry, decode};
use xtask_bench::{TOKEN, canned};

/// The agent's address, and the connections to it.
#[derive(Clone)]
struct Floor {
    base: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Floor {
    async fn send(&self, method: Method, path: &str, body: Bytes) -> Result<Bytes, Error> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("X-Consul-Token", TOKEN)
            .body(Full::new(body))?;
        let response = self.client.request(request).await?;
        if !response.status().is_success() {
            return Err(format!("unexpected status {}", response.status()).into());
        }
        Ok(response.into_body().collect().await?.to_bytes())
    }

    async fn get(&self, path: &str) -> Result<Bytes, Error> {
        self.send(Method::GET, path, Bytes::new()).await
    }

    async fn entry(&self, path: &str) -> Result<usize, Error> {
        let entry = decode::<Vec<Entry>>(&self.get(path).await?)?.pop();
        Ok(entry.ok_or("no entry")?.value.len())
    }
}

impl Contender for Floor {
    async fn new(port: u16) -> Result<Self, Error> {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Ok(Self { base: format!("http://127.0.0.1:{port}"), client })
    }

    async fn perform(&self, row: Row) -> Result<usize, Error> {
        match row {
            Row::Put20 => {
                let body = Bytes::from_static(canned::TINY);
                let body = self.send(Method::PUT, "/v1/kv/put20", body).await?;
                Ok(decode::<bool>(&body)?.into())
            }
            Row::Recurse => {
                let body = self.get(&format!("/v1/kv/{}?recurse", canned::PREFIX)).await?;
                Ok(decode::<Vec<Entry>>(&body)?.len())
            }
            // The floor has one way to read a value.
            Row::Get256k | Row::Raw256k => self.entry("/v1/kv/big").await,
            Row::Keys => {
                let body = self.get(&format!("/v1/kv/{}?keys", canned::PREFIX)).await?;
                Ok(decode::<Vec<String>>(&body)?.len())
            }
            // The floor has no watches: it reads again.
            Row::Health | Row::Unchanged => {
                Ok(decode::<Vec<ServiceEntry>>(&self.get("/v1/health/service/web").await?)?.len())
            }
            _ => self.entry("/v1/kv/get20").await,
        }
    }
}

fn main() -> std::process::ExitCode {
    drive::main::<Floor>()
}
