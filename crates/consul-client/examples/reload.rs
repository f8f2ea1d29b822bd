//! Configuration that changes at runtime: a key and a subtree, decoded into the program's own types.
//!
//! ```sh
//! CONSUL_HTTP_ADDR=127.0.0.1:8500 cargo run -p consul-client --example reload
//! ```
//!
//! Deletes everything that it creates, under `example-reload/`.

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::fmt::Debug;
use std::time::Duration;

use consul_client::watch::Snapshot;
use consul_client::{Client, Error};
use serde::{Deserialize, Serialize};

type Failure = Box<dyn std::error::Error>;

/// One key, with JSON.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Theme {
    color: String,
    size: u32,
}

/// A key for each field.
#[derive(Debug, PartialEq, Deserialize)]
struct Limits {
    connections: u32,
    #[serde(default)]
    burst: Option<u32>,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let client = Client::from_env()?;
    client.kv().delete("example-reload/").recurse().await?;
    let shown = tokio::time::timeout(Duration::from_secs(60), show(&client)).await;
    client.kv().delete("example-reload/").recurse().await?;
    shown?
}

async fn show(client: &Client) -> Result<(), Failure> {
    let kv = client.kv();
    let mut theme = kv.get("example-reload/theme").watch().config::<Theme>();
    assert_eq!(words(theme.next().await)?, "None");

    kv.put_as("example-reload/theme", &Theme { color: "blue".to_owned(), size: 12 }).await?;
    words(theme.next().await)?;
    // The last valid value stays, and the watch reports the reason.
    kv.put("example-reload/theme", r#"{"color": "red", "size": "large"}"#).await?;
    assert!(words(theme.next().await)?.ends_with("size: invalid type: text, expected u32"));
    let theme_now = theme.value().ok_or("no value")?;
    let still = theme_now.as_ref().as_ref().ok_or("no theme")?;
    println!("still {still:?}");
    assert_eq!(still.color, "blue");
    kv.put_as("example-reload/theme", &Theme { color: "red".to_owned(), size: 12 }).await?;
    words(theme.next().await)?;

    // Values that belong together are written in one transaction, so that no reader sees only one of them.
    let limits = "example-reload/limits/connections";
    let write = client.txn().set(limits, "100").set("example-reload/limits/burst", "20");
    write.await?.into_committed()?;
    let mut limits = kv.list("example-reload/limits/").watch().config::<Limits>();
    assert_eq!(words(limits.next().await)?, "Some(Limits { connections: 100, burst: Some(20) })");
    kv.delete("example-reload/limits/burst").await?;
    assert_eq!(words(limits.next().await)?, "Some(Limits { connections: 100, burst: None })");
    Ok(())
}

/// Formats a snapshot.
fn words<T: Debug>(next: Option<Result<Snapshot<Option<T>>, Error>>) -> Result<String, Failure> {
    let snapshot = next.ok_or("the watch has ended")??;
    let words = match snapshot.degraded() {
        None => snapshot.value().map(|value| format!("{value:?}")).unwrap_or_default(),
        Some(degraded) => degraded.cause.decode_error().map(ToString::to_string).unwrap_or_default(),
    };
    println!("{words}");
    Ok(words)
}
