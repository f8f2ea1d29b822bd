//! A semaphore below a prefix.

mod guard;

use std::time::Duration;

use consul_proto::machine::Cleanup;
use consul_proto::machine::semaphore::{self, Settings};

use crate::kv::IntoValue;
use crate::recipe::Holder;
use crate::recipe::contender::{Contender, invalid};
use crate::recipe::task::LeaseMachine;
use crate::session::{CheckId, NodeName, ServiceCheck};
use crate::{Client, Error};

pub use guard::SemaphoreGuard;

const NAME: &str = "semaphore";

impl Client {
    /// Returns the semaphore below `prefix`, which at most `limit` sessions hold at the same time.
    ///
    /// ```no_run
    /// # async fn example(client: consul_client::Client) -> Result<(), consul_client::Error> {
    /// let semaphore = client.semaphore("jobs/slots", 3);
    /// let slot = semaphore.acquire().await?;
    /// // … work, and stop when `slot.lost()` completes
    /// slot.release().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// For the guarantees of a guard and their limits, see [`recipe`](crate::recipe). The keys have the same form as in the
    /// official Go client. That client reuses the slot of a dead holder without a lock-delay, so do not use both with the
    /// same prefix.
    pub fn semaphore(&self, prefix: impl Into<String>, limit: u32) -> Semaphore {
        Semaphore { client: self.clone(), prefix: prefix.into(), limit, settings: Settings::default() }
    }
}

/// A semaphore, from [`Client::semaphore`]. Sends no request until [`acquire`](Self::acquire),
/// [`try_acquire`](Self::try_acquire) or [`contend`](Self::contend) is called.
///
/// All contenders must use the same limit. The limit can change while no slot is held. Each acquisition creates a
/// session, which is destroyed after the release or the loss.
#[derive(Clone, Debug)]
#[must_use = "does nothing until it is acquired"]
pub struct Semaphore {
    client: Client,
    prefix: String,
    limit: u32,
    settings: Settings,
}

impl Semaphore {
    /// Sets the value of the key that each holder locks below the prefix, for example the address of the holder. Defaults
    /// to an empty value.
    pub fn value(mut self, value: impl IntoValue) -> Self {
        self.settings.value = value.into_value();
        self
    }

    /// Sets the maximum time to wait for a slot. Defaults to no limit. Zero makes one attempt.
    ///
    /// The time starts with the first request. An acquisition that is in flight at its end is undone.
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.settings.max_wait = Some(wait);
        self
    }

    /// Sets the display name of the session. Waiters can read it.
    pub fn session_name(mut self, name: impl Into<String>) -> Self {
        self.settings.session.name = name.into();
        self
    }

    /// Sets the time after which the session ends without a renewal: 10 seconds to 24 hours. Defaults to 15 seconds.
    ///
    /// With a longer TTL and lock-delay, the slot survives longer outages of the servers, and waiters wait longer after a
    /// crash.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.settings.session.ttl = ttl;
        self
    }

    /// Sets the lock-delay: the time in which no session can use the slot after the session has ended without a release.
    /// At most 60 seconds. Defaults to 15 seconds.
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

    /// Sets the node's checks that end the session when they become critical. Replaces the default, `serfHealth`; an
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

    /// Waits for a slot.
    ///
    /// The wait continues during outages and changes of the leader. The slot of a holder that has ended without a release is
    /// free after its lock-delay. Waiters are not queued: after a release, any of them can take the slot.
    ///
    /// # Errors
    ///
    /// Returns an error if a setting is invalid, if the token lacks a permission, if the keys have another use or
    /// the holders use another limit (the kind is [`Conflict`](crate::ErrorKind::Conflict)), if
    /// [`max_wait`](Self::max_wait) has elapsed ([`Timeout`](crate::ErrorKind::Timeout)), or if the client is closed
    /// ([`Closed`](crate::ErrorKind::Closed)).
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the wait ends, and an acquisition in flight is undone in the background.
    pub async fn acquire(&self) -> Result<SemaphoreGuard, Error> {
        self.contend()?.acquired().await
    }

    /// Tries to acquire a slot once. Returns `None` if none is free.
    ///
    /// # Errors
    ///
    /// Returns an error if the state of the semaphore is unknown, and for the same reasons as [`acquire`](Self::acquire).
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, an acquisition in flight is undone in the background.
    pub async fn try_acquire(&self) -> Result<Option<SemaphoreGuard>, Error> {
        let contender = self.clone().max_wait(Duration::ZERO).contend()?.contender;
        Ok(contender.acquired().await?.map(|(held, hold)| SemaphoreGuard::new(held, hold)))
    }

    /// Starts to wait for a slot in the background. The waiter returns the sessions that hold the slots.
    ///
    /// # Errors
    ///
    /// Returns an error if a setting is invalid, if there is no runtime, or if the client is closed.
    pub fn contend(&self) -> Result<SemaphoreWaiter, Error> {
        let Self { client, prefix, limit, settings } = self;
        let (seed, max_wait) = (client.settings().random.next(), settings.max_wait);
        let (prefix, settings) = (prefix.as_str(), settings.clone());
        let machine = semaphore::Semaphore::new(prefix, *limit, client.options(), settings, seed);
        let contender = Contender::start(client, NAME, max_wait, machine.map_err(invalid)?)?;
        Ok(SemaphoreWaiter { contender })
    }
}

/// A wait for a slot of a semaphore, from [`Semaphore::contend`]. Dropping it ends the wait.
#[derive(Debug)]
#[must_use = "dropping it ends the wait"]
pub struct SemaphoreWaiter {
    contender: Contender,
}

impl SemaphoreWaiter {
    /// Returns the sessions that hold the slots, if all slots are taken. Empty before the first response, and while a slot
    /// is free or its lock-delay lasts.
    #[must_use]
    pub fn holders(&self) -> Vec<Holder> {
        self.contender.holders()
    }

    /// Returns the error of the last attempt, if it failed. The wait continues.
    #[must_use]
    pub fn last_error(&self) -> Option<Error> {
        self.contender.last_error()
    }

    /// Waits until a slot is held. See [`Semaphore::acquire`].
    ///
    /// The waiter acquires and renews the slot in the background, also before this method is called.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`Semaphore::acquire`], and an error of the kind [`Lost`](crate::ErrorKind::Lost) if the
    /// slot was acquired and lost before this method was called.
    pub async fn acquired(self) -> Result<SemaphoreGuard, Error> {
        let (held, hold) = self.contender.acquired_in_time().await?;
        Ok(SemaphoreGuard::new(held, hold))
    }
}

impl LeaseMachine for semaphore::Semaphore<Error> {
    fn cleanup(&self) -> Cleanup {
        self.cleanup()
    }
}
