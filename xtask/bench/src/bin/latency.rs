//! Measures the time from a write until a watch yields the change, compared with a blocking query sent by hand.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use bytes::Bytes;
use consul_client::Client;
use http::Request;
use http::header::HOST;
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use xtask_bench::TOKEN;
use xtask_bench::drive::{Error, start};
use xtask_bench::watched::{self, until_held};

/// Number of keys on each side. With several keys, changes are frequent while each key changes rarely.
const KEYS: usize = 10;
/// Time between two changes. Each key changes rarely enough that a watch is not throttled.
const PAUSE: Duration = Duration::from_millis(6);

/// Consecutive blocking queries on a bare hyper connection.
struct Raw {
    sender: SendRequest<Empty<Bytes>>,
    authority: String,
    key: String,
    index: u64,
}

impl Raw {
    async fn new(authority: &str, key: String) -> Result<Self, Error> {
        let stream = TcpStream::connect(authority).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let mut raw = Self { sender, authority: authority.to_owned(), key, index: 0 };
        raw.next().await?;
        Ok(raw)
    }

    /// Waits for a change.
    async fn next(&mut self) -> Result<(), Error> {
        let request = Request::get(format!("/v1/kv/{}?index={}&wait=55s", self.key, self.index))
            .header(HOST, &self.authority)
            .header("X-Consul-Token", TOKEN)
            .body(Empty::new())?;
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        let index = response.headers().get("x-consul-index").ok_or("no index")?;
        self.index = index.to_str()?.parse()?;
        response.into_body().collect().await?;
        Ok(())
    }
}

/// Sends the times at which changes are seen.
type Seen = UnboundedSender<Instant>;

/// Follows keys with blocking queries sent by hand.
async fn raw(authority: &str, keys: std::ops::Range<usize>, seen: Seen) -> Result<(), Error> {
    for key in keys {
        let mut raw = Raw::new(authority, watched::key(key)).await?;
        let seen = seen.clone();
        tokio::spawn(async move {
            while raw.next().await.is_ok() {
                let _ = seen.send(Instant::now());
            }
        });
    }
    Ok(())
}

/// Follows keys with watches.
async fn watches(client: &Client, keys: std::ops::Range<usize>, seen: Seen) -> Result<(), Error> {
    for key in keys {
        let mut watch = client.kv().get(watched::key(key)).watch();
        watch.changed().await.ok_or("the watch has ended")??;
        let seen = seen.clone();
        tokio::spawn(async move {
            while let Some(Ok(_)) = watch.changed().await {
                let _ = seen.send(Instant::now());
            }
        });
    }
    Ok(())
}

/// Prints median and 99th percentile of the blocking query and of the watch, in microseconds.
#[expect(clippy::print_stdout, reason = "the numbers are the program's output")]
async fn run(port: u16, count: usize) -> Result<(), Error> {
    let authority = format!("127.0.0.1:{port}");
    let client = Client::builder().address(&authority).token(TOKEN).build()?;
    let ((raw_seen, by_hand), (watch_seen, by_watch)) = (unbounded_channel(), unbounded_channel());
    raw(&authority, 0..KEYS, raw_seen).await?;
    watches(&client, KEYS..2 * KEYS, watch_seen).await?;
    until_held(&client, 2 * KEYS).await?;

    let mut sides = [(0, by_hand, Vec::new()), (KEYS, by_watch, Vec::new())];
    for change in 0..count {
        // Alternates, so that both sides run under the same conditions.
        for (first, seen, samples) in &mut sides {
            samples.push(change_seen(&client, *first + change % KEYS, seen).await?);
            tokio::time::sleep(PAUSE).await;
        }
    }
    let [by_hand, by_watch] = sides.map(|(_, _, samples)| percentiles(samples));
    println!("{} {} {} {}", by_hand[0], by_hand[1], by_watch[0], by_watch[1]);
    Ok(())
}

/// Returns the time from sending a write until the change is seen.
async fn change_seen(
    client: &Client,
    key: usize,
    seen: &mut UnboundedReceiver<Instant>,
) -> Result<Duration, Error> {
    let written = Instant::now();
    client.kv().put(watched::key(key), "another").await?;
    Ok(seen.recv().await.ok_or("all followers have ended")?.saturating_duration_since(written))
}

fn percentiles(mut samples: Vec<Duration>) -> [u128; 2] {
    samples.sort_unstable();
    [50, 99].map(|percent| samples[(samples.len() - 1) * percent / 100].as_micros())
}

fn main() -> ExitCode {
    start(async {
        let arguments: Vec<_> = std::env::args().skip(1).collect();
        let [port, count] = &arguments[..] else { return Err("usage: <port> <changes>".into()) };
        run(port.parse()?, count.parse()?).await
    })
}
