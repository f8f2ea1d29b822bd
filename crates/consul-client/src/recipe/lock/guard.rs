//! The guard of a lock.

use std::fmt;
use std::time::Duration;

use consul_proto::machine::LossReason;
use consul_proto::machine::lock::{Event, FLAGS, Held, Release};
use consul_proto::txn::KvOp;

use crate::kv::IntoValue;
use crate::recipe::hold::{Hold, lost};
use crate::recipe::lock::NAME;
use crate::session::SessionId;
use crate::txn::{Apply, Outcome};
use crate::{ApiErrorKind, Client, Error, ErrorKind};

/// A held lock. A background task keeps it.
///
/// The end of the lease is known in advance, and only a response of the servers extends it. A frozen agent, a hung request or a
/// suspended computer cannot delay it. All methods agree, even after a suspend: after one of them has reported the
/// end, all others do. For the guarantees and their limits, see [`recipe`](crate::recipe).
///
/// Dropping the guard releases the lock in the background, if the runtime still runs. [`release`](Self::release)
/// waits for this and returns the result.
#[must_use = "the lock is released when the guard is dropped"]
pub struct LockGuard {
    client: Client,
    key: String,
    token: u64,
    session: SessionId,
    hold: Hold<Event<Error>>,
}

impl LockGuard {
    pub(crate) fn new(client: Client, key: String, held: Held, hold: Hold<Event<Error>>) -> Self {
        Self { client, key, token: held.token, session: held.session, hold }
    }

    /// Returns the key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns the fencing token, the raft index of the acquisition. Each holder has a higher one than all earlier
    /// holders, unless another program writes the key.
    ///
    /// Send it with each write to a store other than Consul. The store must reject a token that is lower than one
    /// that it has received. For data in Consul, use [`guarded_txn`](Self::guarded_txn).
    #[must_use]
    pub fn token(&self) -> u64 {
        self.token
    }

    /// Returns the session that holds the lock.
    #[must_use]
    pub fn session(&self) -> &SessionId {
        &self.session
    }

    /// Returns `true` if the lock is held. It is never `true` after the end of the lease, and after it has been
    /// `false`, it stays `false`.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.hold.is_held()
    }

    /// Returns the remaining time of the lease, in which no other session can lock the key. Responses of the servers
    /// extend it, and zero is final. For the exceptions, see [`recipe`](crate::recipe).
    #[must_use]
    pub fn valid_for(&self) -> Duration {
        self.hold.valid_for()
    }

    /// Waits until the lock is lost, and returns the reason, an error of the kind [`Lost`](crate::ErrorKind::Lost). If
    /// the lock was released or the client was closed, the kind is [`Closed`](crate::ErrorKind::Closed).
    ///
    /// Any number of callers can wait, even after the loss.
    ///
    /// ```no_run
    /// # async fn example(guard: consul_client::recipe::LockGuard) -> Result<(), consul_client::Error> {
    /// # async fn job() {}
    /// tokio::select! {
    ///     biased;
    ///     error = guard.lost() => return Err(error), // the work is dropped
    ///     () = job() => {}
    /// }
    /// guard.release().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe.
    pub async fn lost(&self) -> Error {
        self.hold.lost().await
    }

    /// Writes a value to the key, if the lock is still held.
    ///
    /// # Errors
    ///
    /// Returns an error of the kind [`Lost`](crate::ErrorKind::Lost) if the lock is no longer held, and the errors of
    /// transactions.
    pub async fn set_value(&self, value: impl IntoValue) -> Result<(), Error> {
        if !self.is_held() {
            return Err(self.lost().await);
        }
        let set = self.scoped(KvOp::set(self.key.as_str(), value).flags(FLAGS));
        match self.guarded_txn().op(set).await? {
            Outcome::Committed(_) => Ok(()),
            Outcome::RolledBack(why) if why.is_conflict() => {
                self.hold.end();
                Err(lost(NAME, LossReason::KeyLost, None))
            }
            Outcome::RolledBack(why) => {
                let is_denied = why.is_permission_denied();
                let kind = if is_denied { ApiErrorKind::PermissionDenied } else { ApiErrorKind::Internal };
                Err(Error::recipe(ErrorKind::Api(kind), why.to_string(), None))
            }
        }
    }

    /// Creates a transaction that commits only while the lock is held. Its first operation, with index 0, is this
    /// check. Add the others.
    ///
    /// The servers check it when they apply the transaction, so it protects data in Consul even from a holder that
    /// has not noticed its loss.
    ///
    /// ```no_run
    /// # async fn example(guard: consul_client::recipe::LockGuard) -> Result<(), Box<dyn std::error::Error>> {
    /// guard.guarded_txn().set("jobs/nightly/progress", "42").await?.into_committed()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn guarded_txn(&self) -> Apply {
        let check = KvOp::check_session(self.key.as_str(), &self.session);
        self.client.txn().op(self.scoped(check))
    }

    /// Releases the lock and destroys its session. Waits until the servers confirm both: usually for milliseconds, and
    /// during an outage for up to about 45 seconds.
    ///
    /// The key keeps the newest value that this method reads, unless the lock was built with
    /// [`delete_on_release`](crate::recipe::Lock::delete_on_release).
    ///
    /// The result is [`Release::Released`] if the servers confirmed it, [`Release::NotHeld`] if this session did not
    /// hold the key any more, and [`Release::Unknown`] if they did not respond: the lock is then free when the
    /// session ends. None of them affects work that ended before.
    ///
    /// # Errors
    ///
    /// Returns an error of the kind [`Lost`](crate::ErrorKind::Lost) if the loss was noticed before.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the lock is released in the background.
    pub async fn release(self) -> Result<Release, Error> {
        self.hold.release().await
    }

    /// Stops the recipe, which then releases the lock in the background.
    pub(crate) fn stop(&self) {
        self.hold.stop();
    }

    /// Releases the lock, which others may still refer to.
    pub(crate) async fn finish(&self) -> Result<Release, Error> {
        self.hold.release().await
    }

    /// Operations of a transaction name their namespace themselves.
    fn scoped(&self, mut operation: KvOp) -> KvOp {
        let options = self.client.options();
        if let Some(namespace) = &options.namespace {
            operation = operation.namespace(namespace);
        }
        match &options.partition {
            Some(partition) => operation.partition(partition),
            None => operation,
        }
    }
}

impl fmt::Debug for LockGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockGuard")
            .field("key", &self.key)
            .field("token", &self.token)
            .field("session", &self.session)
            .field("valid_for", &self.valid_for())
            .finish()
    }
}
