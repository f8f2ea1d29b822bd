//! Our client, used as in its documentation: default executor, default timeouts, a token.

use std::sync::Arc;
use std::time::Duration;

use consul_client::{Client, Error as ClientError, Method};
use consul_proto::machine::{Input, Instant, Machine as _, Output, watch};
use consul_proto::{Options, health};
use tokio::sync::Mutex;
use xtask_bench::drive::{self, Contender, Error, Row};
use xtask_bench::{TOKEN, canned};

/// The machine of a watch of the instances of a service.
type Watch = watch::Watch<health::Service, ClientError>;

/// The client, and a watch whose time is virtual: polls of a watch are otherwise seconds apart.
#[derive(Clone)]
struct Ours(Client, Arc<Mutex<(Instant, Watch)>>);

impl Ours {
    async fn entry(&self, key: &str) -> Result<usize, Error> {
        let entry = self.0.kv().get(key).await?;
        Ok(entry.ok_or("no entry")?.value.len())
    }

    /// Sends one request of the watch, and passes the response to it.
    async fn poll(&self) -> Result<usize, Error> {
        let mut watch = self.1.lock().await;
        let (now, watch) = &mut *watch;
        loop {
            match watch.poll(*now) {
                Output::Send { exchange, .. } => {
                    let response = self.0.request(Method::GET, "/v1/health/service/web").await?;
                    *now = *now + Duration::from_secs(60);
                    watch.handle(*now, Input::Response(exchange, response));
                    break;
                }
                Output::Wait { wants: Some(slot), .. } => {
                    watch.handle(*now, Input::Granted { slot, longest: Duration::MAX });
                }
                Output::Wait { until: Some(until), .. } => *now = until,
                Output::Event(_) => {}
                output => return Err(format!("unexpected output {output:?}").into()),
            }
        }
        Ok(watch.snapshot().value().map_or(0, |instances| instances.len()))
    }
}

impl Contender for Ours {
    async fn new(port: u16) -> Result<Self, Error> {
        let client = Client::builder().address(format!("127.0.0.1:{port}")).token(TOKEN).build()?;
        let watch =
            Watch::new(health::Service::new("web"), Options::default(), watch::Settings::default(), 1);
        Ok(Self(client, Arc::new(Mutex::new((Instant::ORIGIN, watch)))))
    }

    async fn perform(&self, row: Row) -> Result<usize, Error> {
        let kv = self.0.kv();
        match row {
            Row::Put20 => {
                kv.put("put20", &canned::TINY[..]).await?;
                Ok(1)
            }
            Row::Recurse => Ok(kv.list(canned::PREFIX).await?.len()),
            Row::Get256k => self.entry("big").await,
            Row::Raw256k => Ok(kv.raw("big").await?.ok_or("no value")?.len()),
            Row::Keys => Ok(kv.keys(canned::PREFIX).await?.len()),
            Row::Unchanged => self.poll().await,
            Row::Health => Ok(self.0.health().service("web").await?.len()),
            _ => self.entry("get20").await,
        }
    }
}

fn main() -> std::process::ExitCode {
    drive::main::<Ours>()
}
