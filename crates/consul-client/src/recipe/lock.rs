//! A lock on a key.

mod guard;
mod run;

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use consul_proto::machine::lock::{self, Settings};

use crate::kv::IntoValue;
use crate::recipe::contender::{Contender, invalid};
use crate::session::{CheckId, NodeName, ServiceCheck};
use crate::{Client, Error};

pub use consul_proto::machine::lock::{Conflict, Holder, Release};
pub use guard::LockGuard;
pub use run::Held;

const NAME: &str = "lock";

impl Client {
    /// Returns the lock on `key`, which is held by at most one session at a time.
    ///
    /// ```no_run
    /// # async fn example(client: consul_client::Client) -> Result<(), consul_client::Error> {
    /// let lock = client.lock("jobs/nightly");
    /// let guard = lock.acquire().await?;
    /// println!("held with token {} for {:?}", guard.token(), guard.valid_for());
    /// // … work, and stop when `guard.lost()` completes
    /// guard.release().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// For the guarantees of a guard and their limits, see [`recipe`](crate::recipe). The key has the same form as in
    /// `consul lock` and the official Go client, so that they exclude each other, within the limits of those
    /// programs.
    pub fn lock(&self, key: impl Into<String>) -> Lock {
        Lock { client: self.clone(), key: key.into(), settings: Settings::default() }
    }
}

/// A lock on a key, from [`Client::lock`]. Sends no request until [`acquire`](Self::acquire),
/// [`try_acquire`](Self::try_acquire), [`run`](Self::run) or [`contend`](Self::contend) is called.
///
/// Each acquisition creates a session, which is destroyed after the release or the loss. So many locks cost one session
/// and its renewals each. Awaiting a lock acquires it, like [`acquire`](Self::acquire).
///
/// The token needs `key:write` for the key, `session:write` for the node, and `session:read` so that waiters can show
/// the holder's name and node.
#[derive(Clone, Debug)]
#[must_use = "does nothing until it is acquired"]
pub struct Lock {
    client: Client,
    key: String,
    settings: Settings,
}

impl Lock {
    /// Sets the value that is written when the lock is acquired, for example the address of the holder. Defaults to an
    /// empty value, which replaces the present one.
    ///
    /// The value remains when the lock is released or lost. The key is only held while it has a session.
    pub fn value(mut self, value: impl IntoValue) -> Self {
        self.settings.value = value.into_value();
        self
    }

    /// Sets the maximum time to wait for the lock. Defaults to no limit. Zero makes one attempt.
    ///
    /// The time starts with the first request. An acquisition that is in flight at its end is undone.
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.settings.max_wait = Some(wait);
        self
    }

    /// Deletes the key on release. After a crash, the key remains. By default, the key remains after a release, too.
    pub fn delete_on_release(mut self) -> Self {
        self.settings.delete_on_release = true;
        self
    }

    /// Sets the display name of the session. Waiters can read it.
    pub fn session_name(mut self, name: impl Into<String>) -> Self {
        self.settings.session.name = name.into();
        self
    }

    /// Sets the time after which the session ends without a renewal: 10 seconds to 24 hours. Defaults to 15 seconds.
    ///
    /// With a longer TTL and lock-delay, the lock survives longer outages of the servers, and waiters wait longer
    /// after a crash.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.settings.session.ttl = ttl;
        self
    }

    /// Sets the lock-delay: the time in which no session can lock the key after the session has ended without a
    /// release. At most 60 seconds. Defaults to 15 seconds.
    ///
    /// Below 3 seconds, the session has no checks, the lease only depends on the TTL, and some guarantees do not hold. See
    /// [`recipe`](crate::recipe).
    pub fn lock_delay(mut self, delay: Duration) -> Self {
        self.settings.session.lock_delay = delay;
        self
    }

    /// Sets the node of the session. Defaults to the agent's node.
    pub fn node(mut self, node: impl Into<NodeName>) -> Self {
        self.settings.session.node = Some(node.into());
        self
    }

    /// Sets the node's checks that end the session when they become critical. Replaces the default, `serfHealth`. An
    /// empty list removes it.
    pub fn node_checks(mut self, ids: impl IntoIterator<Item = impl Into<CheckId>>) -> Self {
        self.settings.session.node_checks = Some(ids.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the checks of the node's services that end the session when they become critical; since Consul 1.7.
    pub fn service_checks(mut self, checks: impl IntoIterator<Item = ServiceCheck>) -> Self {
        self.settings.session.service_checks = checks.into_iter().collect();
        self
    }

    /// Waits for the lock.
    ///
    /// The wait continues during outages and changes of the leader. If the last holder has not released the lock, the
    /// wait lasts until the holder's session and its lock-delay have ended.
    ///
    /// Waiters are not queued: after a release, any of them can acquire the lock.
    ///
    /// # Errors
    ///
    /// Returns an error if a setting is invalid, if the token lacks a permission, if the key has another use (the
    /// kind is [`Conflict`](crate::ErrorKind::Conflict)), if [`max_wait`](Self::max_wait) has elapsed
    /// ([`Timeout`](crate::ErrorKind::Timeout)), or if the client is closed ([`Closed`](crate::ErrorKind::Closed)).
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the wait ends, and an acquisition in flight is undone in the background.
    pub async fn acquire(&self) -> Result<LockGuard, Error> {
        self.contend()?.acquired().await
    }

    /// Tries to acquire the lock once. Returns `None` if another session holds it, or during a lock-delay.
    ///
    /// # Errors
    ///
    /// Returns an error if the state of the lock is unknown, and for the same reasons as [`acquire`](Self::acquire).
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, an acquisition in flight is undone in the background.
    pub async fn try_acquire(&self) -> Result<Option<LockGuard>, Error> {
        let LockWaiter { contender, key } = self.clone().max_wait(Duration::ZERO).contend()?;
        let client = self.client.clone();
        Ok(contender.acquired().await?.map(|(held, hold)| LockGuard::new(client, key, held, hold)))
    }

    /// Starts to wait for the lock in the background. Meanwhile, the waiter returns the session that holds the lock.
    ///
    /// # Errors
    ///
    /// Returns an error if a setting is invalid, if there is no runtime, or if the client is closed.
    pub fn contend(&self) -> Result<LockWaiter, Error> {
        let Self { client, key, settings } = self;
        let (seed, max_wait) = (client.settings().random.next(), settings.max_wait);
        let machine =
            lock::Lock::new(key.as_str(), client.options(), settings.clone(), seed).map_err(invalid)?;
        let contender = Contender::start(client, NAME, max_wait, machine)?;
        Ok(LockWaiter { contender, key: key.clone() })
    }
}

impl IntoFuture for Lock {
    type Output = Result<LockGuard, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.acquire().await })
    }
}

/// A wait for a lock, from [`Lock::contend`]. Dropping it ends the wait.
#[derive(Debug)]
#[must_use = "dropping it ends the wait"]
pub struct LockWaiter {
    contender: Contender,
    key: String,
}

impl LockWaiter {
    /// Returns the session that holds the lock. Returns `None` before the first response, if no session holds it, for
    /// example during a lock-delay, and once this waiter has acquired it.
    #[must_use]
    pub fn holder(&self) -> Option<Holder> {
        self.contender.holders().into_iter().next()
    }

    /// Returns the error of the last attempt, if it failed. The wait continues.
    #[must_use]
    pub fn last_error(&self) -> Option<Error> {
        self.contender.last_error()
    }

    /// Waits until the lock is held. See [`Lock::acquire`].
    ///
    /// The waiter acquires and renews the lock in the background, also before this method is called.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`Lock::acquire`], and an error of the kind [`Lost`](crate::ErrorKind::Lost) if the
    /// lock was acquired and lost before this method was called.
    pub async fn acquired(self) -> Result<LockGuard, Error> {
        let client = self.contender.client().clone();
        let (held, hold) = self.contender.acquired_in_time().await?;
        Ok(LockGuard::new(client, self.key, held, hold))
    }
}
