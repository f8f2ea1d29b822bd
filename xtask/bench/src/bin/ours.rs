//! Our client, used as in its documentation: default executor, default timeouts, a token.

use consul_client::Client;
use xtask_bench::drive::{self, Contender, Error, Row};
use xtask_bench::{TOKEN, canned};

/// The client.
#[derive(Clone)]
struct Ours(Client);

impl Ours {
    async fn entry(&self, key: &str) -> Result<usize, Error> {
        let entry = self.0.kv().get(key).await?;
        Ok(entry.ok_or("no entry")?.value.len())
    }
}

impl Contender for Ours {
    async fn new(port: u16) -> Result<Self, Error> {
        let client = Client::builder().address(format!("127.0.0.1:{port}")).token(TOKEN).build()?;
        Ok(Self(client))
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
            Row::Health => Ok(self.0.health().service("web").await?.len()),
            _ => self.entry("get20").await,
        }
    }
}

fn main() -> std::process::ExitCode {
    drive::main::<Ours>()
}
