//! The watchable objects of the canned server: keys and services that change when they are written, and blocking
//! queries for them.

use std::str::FromStr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use consul_client::Client;
use http::Method;
use tokio::sync::watch;

use crate::canned;
use crate::drive::Error;

/// Number of watchable keys, and of watchable services.
const WATCHED: usize = 4096;
/// The index of objects that were never written.
const FIRST: u64 = 47_110;
/// Default wait of a blocking query.
const WAIT: Duration = Duration::from_secs(300);

/// The state of all watchable objects.
#[derive(Debug)]
pub struct Watched {
    indexes: Vec<watch::Sender<u64>>,
    held: AtomicUsize,
}

/// A read of a watchable object.
#[derive(Clone, Copy, Debug)]
pub struct Query {
    kind: Kind,
    number: usize,
    index: Option<u64>,
    /// Maximum time that the server holds the query.
    pub wait: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Key,
    Service,
}

/// Returns the key with this number.
#[must_use]
pub fn key(number: usize) -> String {
    format!("watched/{number}")
}

/// Returns the service with this number.
#[must_use]
pub fn service(number: usize) -> String {
    format!("watched-{number}")
}

/// The path at which the server reports how many queries it holds.
pub const HELD: &str = "/held";

/// Waits until the server holds this number of queries, and then some time for all tasks to become idle.
///
/// # Errors
///
/// Returns an error if the server does not report the number.
pub async fn until_held(client: &Client, queries: usize) -> Result<(), Error> {
    loop {
        let held = client.request(Method::GET, HELD).await?;
        if std::str::from_utf8(held.body())?.parse() == Ok(queries) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    Ok(())
}

impl Query {
    /// Parses a request target.
    #[must_use]
    pub fn of(target: &str) -> Option<Self> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let (kind, number) = match path.strip_prefix("/v1/kv/watched/") {
            Some(number) => (Kind::Key, number),
            None => (Kind::Service, path.strip_prefix("/v1/health/service/watched-")?),
        };
        let argument = |name| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        Some(Self {
            kind,
            number: number.parse().ok().filter(|number| *number < WATCHED)?,
            index: argument("index").and_then(|index| index.parse().ok()),
            wait: argument("wait").and_then(duration).unwrap_or(WAIT),
        })
    }
}

/// Parses milliseconds or seconds, in the format of our client and of these programs.
fn duration(text: &str) -> Option<Duration> {
    fn number<T: FromStr>(text: &str, unit: &str) -> Option<T> {
        text.strip_suffix(unit)?.parse().ok()
    }
    number(text, "ms").map(Duration::from_millis).or_else(|| number(text, "s").map(Duration::from_secs))
}

impl Watched {
    /// Creates the state before any write.
    #[must_use]
    pub fn new() -> Self {
        let indexes = (0..WATCHED).map(|_| watch::Sender::new(FIRST)).collect();
        Self { indexes, held: AtomicUsize::new(0) }
    }

    /// Writes to a key.
    pub fn write(&self, query: Query) {
        self.indexes[query.number].send_modify(|index| *index += 1);
    }

    /// Returns the current index and a body.
    #[must_use]
    pub fn read(&self, query: Query) -> (u64, String) {
        let index = *self.indexes[query.number].borrow();
        let body = match query.kind {
            Kind::Key => canned::watched(&key(query.number), index),
            Kind::Service => canned::health_of(query.number..query.number + canned::FEW_INSTANCES),
        };
        (index, body)
    }

    /// Waits until the object's index exceeds the query's.
    pub async fn changed(&self, query: Query) {
        let Some(known) = query.index else { return };
        self.held.fetch_add(1, Ordering::Relaxed);
        let _held = Held(self);
        // The sender lives as long as `self`, so this cannot fail.
        let _ = self.indexes[query.number].subscribe().wait_for(|index| *index > known).await;
    }

    /// Returns the number of held queries.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }
}

impl Default for Watched {
    fn default() -> Self {
        Self::new()
    }
}

struct Held<'a>(&'a Watched);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.held.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_is_parsed_from_a_request_target() {
        let query = Query::of("/v1/kv/watched/17?index=47110&wait=55s").unwrap();
        assert_eq!((query.kind, query.number), (Kind::Key, 17));
        assert_eq!((query.index, query.wait), (Some(47_110), Duration::from_secs(55)));
        let query = Query::of("/v1/health/service/watched-3?passing&wait=1500ms").unwrap();
        assert_eq!((query.kind, query.number), (Kind::Service, 3));
        assert_eq!((query.index, query.wait), (None, Duration::from_millis(1500)));
        assert!(Query::of("/v1/kv/watched/4096").is_none());
        assert!(Query::of("/v1/kv/get20").is_none());
    }
}
