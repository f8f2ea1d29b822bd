//! Watches: streams of the newest value of a read that can block.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), consul_client::Error> {
//! let mut color = client.kv().get("app/color").watch();
//! while let Some(snapshot) = color.next().await {
//!     let snapshot = snapshot?;
//!     match snapshot.degraded() {
//!         None => println!("color is {:?}", snapshot.value()),
//!         Some(degraded) => eprintln!("color was {:?}, and now: {}", snapshot.value(), degraded.cause),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Callers that only need values use [`Watch::changed`]. Other methods return related types:
//!
//! | method | result |
//! | --- | --- |
//! | [`Call::view`] | a handle that always has the newest value, updated by a background task, for any number of readers |
//! | [`Watch::diffs`] | the items of a list or map that were added, changed and removed |
//! | [`Watch::config`] | a key or a subtree, decoded into your own type |
//! | [`feed`](crate::event::Feed) | a stream that yields each user event once |
//!
//! # How watches behave
//!
//! **Snapshots.** A watch yields a [`Snapshot`]: the last known value, whether it is confirmed ([`Health`]), and the
//! reduced wait, if there is one. It yields a snapshot whenever it differs from the one that it yielded before, and never
//! two equal ones in a row. Before the first value, [`Snapshot::value`] is `None`.
//!
//! **Values.** Absence is a value: a deleted key is `None`, a service without instances is an empty list. A watch
//! does not see changes between two responses: it yields only the newest of several changes, and no snapshot if a
//! value changes and changes back. After any failure, the next successful response contains the current state, so the
//! watch never misses the final value.
//!
//! **Values do not go back** when the leader changes, although a new leader can respond before it has applied its log,
//! even with an empty list. If an index falls, a [consistent](crate::Call::consistent) read decides whether the servers
//! were really reset, for example by restoring a snapshot.
//!
//! **A slow consumer** does not delay other watches and does not fill a queue. While it handles a snapshot, the watch
//! sends no request. The next snapshot is the newest one.
//!
//! **An idle watch is cheap.** One request waits at the server, for 55 seconds by default, and is then repeated. The
//! watch yields a change as soon as the response arrives, however long it has been idle.
//!
//! **Frequent changes** are yielded up to 10 times per second. Faster changes are coalesced: after an initial burst,
//! only the newest value is yielded, once per second. Servers and proxies that do not wait at all receive no more
//! requests than that. Both limits are settings: [`Watch::change_rate`], [`Watch::idle_rate`].
//!
//! **Outages** make the watch degraded after 10 seconds ([`Watch::degraded_after`]). The watch retries with increasing
//! delays: at most 10 attempts in the first 10 seconds, and eventually 2 per minute. It detects the end of an outage within
//! 1.5 seconds if the outage was shorter than 30 seconds, and within 30 seconds otherwise.
//!
//! **Permanent failures** (no permission, unknown token or datacenter, a request that the server rejects) make the watch
//! degraded immediately, and are retried after 30 seconds. Responses that are not from Consul, such as a proxy's error
//! page, are also reported immediately, and retried with shorter delays.
//!
//! **A lost permission is not an empty state.** If the server reports that ACLs have filtered all results
//! (`X-Consul-Results-Filtered-By-ACLs`, since Consul 1.11), the last value stays and the watch is degraded. The
//! agent's streaming backend does not report this, so the watch confirms each emptied list with the servers before it
//! yields it. Older servers do not report this, so on these servers such a list becomes empty. If a token loses the
//! permission for some of the items only, they disappear from the list on all versions.
//!
//! **The end** of a watch is a single `Err`, followed by `None`. By default, only an invalid request ends a watch,
//! such as a watch of an empty key. [`Watch::stop_on`] selects other failures.
//!
//! **The streaming backend.** Since Consul 1.10, the agent serves watches of a service's health from its streaming
//! backend. This backend returns no instances if it has no data, which can mean that the token lacks permission or
//! that no server responds. It also keeps returning the last state after the token is deleted. The watch therefore
//! queries the servers in four cases: if a response has index 1, if the index goes back, if the list becomes empty, and
//! if the state has not changed for 5 minutes ([`Watch::reverify_interval`]). In between, the backend can lag behind the
//! servers for a moment, also with [`consistent`](crate::Call::consistent) reads, and does not report how far:
//! [`Watch::max_staleness`] has no effect on it.
//!
//! **Waits that are cut off.** A server or a proxy can be configured to close long requests, with or without an error
//! page. If two waits end like this after about the same time, the watch uses a shorter wait, which
//! [`Snapshot::reduced_wait`] returns. It tries the configured wait again after 10 minutes, and less often if that
//! fails. Such interruptions do not make the watch degraded if the next request succeeds.
//!
//! **Dropping** a watch closes its connection. The server only notices at the end of the wait. Until then it counts the
//! connection as one of the 200 that it allows from one address.
//!
//! # Many watches
//!
//! By default, an agent accepts 200 connections from one address, which all programs on a host share. It rejects
//! further connections, and then even the renewal of a session could fail. Therefore the watches of a client and its
//! clones share a limit: 128 long polls ([`ClientBuilder::max_long_polls`](crate::ClientBuilder::max_long_polls)) and
//! a sixteenth as many short requests, at least 8. Other calls do not count and do not wait.
//!
//! - With up to half as many watches as permits, every request uses the full wait.
//! - With more, the wait gets shorter: permits / watches × 10 seconds, but at least 2 seconds. So a client with 100 watches
//!   waits 12.8 seconds.
//! - With more watches than permits, the watches share the permits, first come, first served. Each watch then polls about
//!   every 10 seconds and yields a change at its next poll. The total rate is one request per watch every 10 seconds, but
//!   at most half the number of permits per second: 215 watches with 128 permits send 22 requests per second.
//! - The permit of a dropped watch stays in use until the server's wait would have ended.
//!
//! **Over TLS**, agents support HTTP/2, and long polls share two connections with up to 240 requests each. So
//! `max_long_polls` can be up to 480.
//!
//! **Several programs on a host** share the agent's limit. With n programs, `max_long_polls` should be at most (200 −
//! 20 n) / n, which leaves each program 20 connections for other calls: 180 for one program, 80 for two, 46 for
//! three. Alternatively, raise `limits.http_max_conns_per_client` of the agent. If the agent still rejects
//! connections, the client halves its number of long polls, and then increases it by one every 10 seconds. Requests
//! that already wait at the server stay there until their wait ends, so it can take 59 seconds until connections are
//! free.
//!
//! **While servers fail**, each watch first detects the failure with its own request. After that, all watches of a
//! client together send at most 2 requests per second for each short request of the limit, 16 per second by default.
//! The first request that succeeds ends this limit.
//!
//! **A watch makes progress only while it is polled.** If it is not polled, its request is dropped after its deadline
//! if another watch needs the permit, and sent again when the watch is polled. A [`View`] is polled by its task. If
//! many parts of a program need the same value, use views: equal views share one request.
//!
//! # Limitations
//!
//! - Restoring a snapshot does not wake blocking queries. A watch sees the restored state when its current wait ends, by
//!   default within 59 seconds. The same applies if an agent loses its data while the watch has no request in flight, for
//!   example between two polls.
//! - Servers without a leader hold requests for seconds, and continue to do so when there is a leader again. In this
//!   case, a watch detects the end of the outage later, by up to the [timeout of an
//!   attempt](crate::Call::attempt_timeout), 5 seconds by default.
//! - A server that freezes without closing its connections is detected when the attempt times out, after 64 seconds by
//!   default. Behind the streaming backend it is detected when the state has not changed for 5 minutes.
//! - A deleted token may continue to work for as long as the agent caches it.
//! - With [stale](crate::Call::stale) reads, each response can come from another server, and values can go back.
//!   [`Watch::max_staleness`] limits the age of a response.

mod diffs;
pub(crate) mod driver;
pub(crate) mod limiter;
mod machine;
pub(crate) mod registry;
mod reported;
mod settings;
mod typed;
mod view;

use std::fmt;
use std::future::poll_fn;
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

pub use consul_proto::diff::{Changed, Diff, Keyed};
use consul_proto::machine::watch as proto;
pub use consul_proto::machine::watch::{Degraded, Health, Settings, Severity, StopOn};
pub use consul_proto::machine::{Backoff, Rate};
use consul_proto::{OutputOf, Route, Watchable};
pub use diffs::{Collection, Diffs};
use futures_core::Stream;
pub use view::View;

use crate::{Call, Error};
use driver::Driver;
use machine::Watched;
use reported::Reported;

/// The state of a watch at one time. For its methods, see [`Snapshot`](proto::Snapshot) of the protocol crate.
pub type Snapshot<T> = proto::Snapshot<T, Error>;

type Event<T> = proto::Event<T, Error>;

/// A stream of the values of a read. The [module](self) describes its behavior.
///
/// Created by [`Call::watch`]. It sends no request before its first poll, spawns no task, and makes no progress
/// between two polls. Dropping it cancels its request.
#[must_use = "a watch does nothing until it is polled"]
pub struct Watch<T> {
    driver: Driver<dyn Watched<T>>,
    route: Route,
    /// The last yielded value.
    yielded: Option<Arc<T>>,
    reported: Reported,
}

impl<E: Watchable> Call<E> {
    /// Returns a stream of the values from now on, starting with the current one.
    ///
    /// All settings of the call apply to every request. An [`index`](Self::index) has no effect. A
    /// [`wait`](Self::wait) overrides the watch's default, and an [`attempt_timeout`](Self::attempt_timeout) limits
    /// the time of an attempt in addition to the wait.
    pub fn watch(self) -> Watch<OutputOf<E>>
    where
        OutputOf<E>: PartialEq + Send + Sync + 'static,
    {
        let (client, endpoint, options, tokens, attempt_timeout) = self.into_parts();
        let mut settings = Settings::default();
        settings.request_timeout = attempt_timeout.unwrap_or(client.settings().timeouts.of_read());
        if let Some(wait) = options.wait {
            settings.wait = wait;
        }
        let route = Route::of(&endpoint);
        // The only source of randomness in the standard library.
        let seed = RandomState::new().hash_one(0);
        let machine = proto::Watch::new(endpoint, options, settings, seed);
        Watch {
            driver: Driver::new(Box::new(machine), client, tokens),
            route,
            yielded: None,
            reported: Reported::default(),
        }
    }
}

impl<T: Send + Sync + 'static> Watch<T> {
    /// Waits for the next snapshot. Returns `None` after the watch has ended.
    ///
    /// This method is cancel safe.
    ///
    /// # Errors
    ///
    /// Returns an error once, when the watch ends. See [`stop_on`](Self::stop_on).
    pub async fn next(&mut self) -> Option<Result<Snapshot<T>, Error>> {
        poll_fn(|cx| self.poll_snapshot(cx)).await
    }

    /// Waits for the next new value. Returns `None` after the watch has ended.
    ///
    /// This method is cancel safe.
    ///
    /// # Errors
    ///
    /// Returns an error once, when the watch ends. See [`stop_on`](Self::stop_on).
    pub async fn changed(&mut self) -> Option<Result<Arc<T>, Error>>
    where
        T: PartialEq,
    {
        let before = self.yielded.clone();
        poll_fn(|cx| {
            loop {
                let value = match ready!(self.poll_snapshot(cx)) {
                    Some(Ok(snapshot)) => snapshot.value().cloned(),
                    Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    None => return Poll::Ready(None),
                };
                if let Some(value) = value
                    && before.as_ref().is_none_or(|before| !Arc::ptr_eq(before, &value) && *before != value)
                {
                    return Poll::Ready(Some(Ok(value)));
                }
            }
        })
        .await
    }

    /// Returns the current snapshot.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot<T> {
        self.driver.machine().snapshot()
    }

    /// Returns the newest value, or `None` before the first one.
    #[must_use]
    pub fn value(&self) -> Option<Arc<T>> {
        self.snapshot().value().cloned()
    }

    /// Returns the time since the value was last confirmed, or `None` before the first value.
    ///
    /// In normal operation this is at most the configured [`wait`](Self::wait).
    #[must_use]
    pub fn last_confirmed(&self) -> Option<Duration> {
        let confirmed_at = self.driver.machine().confirmed_at()?;
        Some(self.driver.now().since(confirmed_at))
    }

    /// Returns how long the watch has been degraded, or `None` if it is healthy.
    #[must_use]
    pub fn degraded_for(&self) -> Option<Duration> {
        let since = self.snapshot().degraded()?.since;
        Some(self.driver.now().since(since))
    }

    fn poll_snapshot(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Snapshot<T>, Error>>> {
        let event = ready!(self.driver.poll_event(cx));
        Poll::Ready(event.map(|event| match event {
            Event::Snapshot(snapshot) => {
                self.yielded = snapshot.value().cloned();
                self.reported.update(snapshot.health(), &self.route, self.driver.client());
                Ok(snapshot)
            }
            Event::Ended(error) => {
                reported::log_end(&self.route, &error);
                Err(error)
            }
        }))
    }

    /// Resets the watch to the state before its first snapshot.
    fn replayed(mut self) -> Self {
        self.driver.machine_mut().replay();
        self.yielded = None;
        self
    }

    /// Wraps the machine in another one.
    fn map<U>(self, map: impl FnOnce(Box<dyn Watched<T>>) -> Box<dyn Watched<U>>) -> Watch<U> {
        let Self { driver, route, yielded: _, reported } = self;
        Watch { driver: driver.map(map), route, yielded: None, reported }
    }
}

impl<T: Send + Sync + 'static> Stream for Watch<T> {
    type Item = Result<Snapshot<T>, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_snapshot(cx)
    }
}

impl<T> fmt::Debug for Watch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watch").field(&self.driver.machine()).finish()
    }
}
