//! The guard of a slot.

use std::fmt;
use std::time::Duration;

use consul_proto::machine::semaphore::{Event, Held, Release};

use crate::Error;
use crate::recipe::hold::{Hold, lost};
use crate::recipe::semaphore::NAME;
use crate::session::SessionId;

/// A held slot of a semaphore. A background task keeps it.
///
/// The end of the lease is known in advance, and only a renewal extends it. All methods agree, even after a suspend: after
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

    /// Returns the raft index of the acquisition. It rises with each acquisition of this semaphore.
    #[must_use]
    pub fn token(&self) -> u64 {
        self.token
    }

    /// Returns the session that holds the slot.
    #[must_use]
    pub fn session(&self) -> &SessionId {
        &self.session
    }

    /// Returns whether the slot is held. Never `true` after the lease, and once this is `false`, it stays `false`.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.hold.is_held()
    }

    /// Returns for how long the slot is certainly held. Renewals extend this time, and zero is final.
    #[must_use]
    pub fn valid_for(&self) -> Duration {
        self.hold.valid_for()
    }

    /// Waits until the slot is lost, and returns the reason, an error of the kind [`Lost`](crate::ErrorKind::Lost). If the
    /// client was closed, the kind is [`Closed`](crate::ErrorKind::Closed).
    ///
    /// Any number of callers can wait, also after the loss.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe.
    pub async fn lost(&self) -> Error {
        self.hold.lost().await
    }

    /// Releases the slot and destroys its session, and waits until the servers confirm both, for at most about 45 seconds.
    ///
    /// # Errors
    ///
    /// Returns an error of the kind [`Lost`](crate::ErrorKind::Lost) if the slot was lost before.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the slot is released in the background.
    pub async fn release(self) -> Result<Release, Error> {
        match self.hold.finish().await.0 {
            Some(Event::Released(release)) => Ok(release),
            Some(Event::Lost(reason)) => Err(lost(NAME, reason, None)),
            _ => Err(self.hold.lost().await),
        }
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
