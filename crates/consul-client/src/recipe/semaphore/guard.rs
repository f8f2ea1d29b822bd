//! The guard of a slot.

use std::fmt;
use std::time::Duration;

use consul_proto::machine::semaphore::{Event, Held, Release};

use crate::Error;
use crate::recipe::hold::Hold;
use crate::session::SessionId;

/// A held slot of a semaphore. A background task keeps it.
///
/// The end of the lease is known in advance, and only a response of the servers extends it. All methods agree, even after a suspend: after
/// one of them has reported the end, all others do. For the guarantees and their limits, see [`recipe`](crate::recipe).
///
/// Dropping the guard releases the slot in the background, if the runtime still runs. [`release`](Self::release) waits for
/// this and returns the result.
#[must_use = "the slot is released when the guard is dropped"]
pub struct SemaphoreGuard {
    token: u64,
    session: SessionId,
    hold: Hold<Event<Error>>,
}

impl SemaphoreGuard {
    pub(crate) fn new(held: Held, hold: Hold<Event<Error>>) -> Self {
        Self { token: held.token, session: held.session, hold }
    }

    /// Returns the raft index of the acquisition. It rises with each acquisition of this semaphore. Several holders have
    /// valid tokens at the same time, so a store cannot reject lower ones.
    #[must_use]
    pub fn token(&self) -> u64 {
        self.token
    }

    /// Returns the session that holds the slot.
    #[must_use]
    pub fn session(&self) -> &SessionId {
        &self.session
    }

    /// Returns `true` if the slot is held. It is never `true` after the end of the lease, and after it has been `false`, it
    /// stays `false`.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.hold.is_held()
    }

    /// Returns the remaining time of the lease, in which no other session can take the slot. Responses of the servers
    /// extend it, and zero is final. For the exceptions, see [`recipe`](crate::recipe).
    #[must_use]
    pub fn valid_for(&self) -> Duration {
        self.hold.valid_for()
    }

    /// Waits until the slot is lost, and returns the reason, an error of the kind [`Lost`](crate::ErrorKind::Lost). If the
    /// slot was released or the client was closed, the kind is [`Closed`](crate::ErrorKind::Closed).
    ///
    /// Any number of callers can wait, even after the loss.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe.
    pub async fn lost(&self) -> Error {
        self.hold.lost().await
    }

    /// Releases the slot and destroys its session. Waits until the servers confirm both: usually for milliseconds, and
    /// during an outage for up to about 45 seconds.
    ///
    /// For the result, see [`LockGuard::release`](crate::recipe::LockGuard::release).
    ///
    /// # Errors
    ///
    /// Returns an error of the kind [`Lost`](crate::ErrorKind::Lost) if the loss was noticed before.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the slot is released in the background.
    pub async fn release(self) -> Result<Release, Error> {
        self.hold.release().await
    }
}

impl fmt::Debug for SemaphoreGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SemaphoreGuard")
            .field("token", &self.token)
            .field("session", &self.session)
            .field("valid_for", &self.valid_for())
            .finish()
    }
}
