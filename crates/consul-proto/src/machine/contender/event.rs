//! The events of a contender.

use std::fmt;

use crate::machine::{Lease, LossReason};
use crate::model::{NodeName, SessionId};

/// The newest state of a lock, or of a contender for a slot of a semaphore.
///
/// Each event replaces the one before. After any event other than [`Waiting`](Self::Waiting) and
/// [`Held`](Self::Held), the machine cleans up and ends.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event<X> {
    /// The contender does not hold it yet.
    Waiting(Waiting<X>),
    /// The contender holds it.
    Held(Held),
    /// The contender has lost it. Emitted once for a hold.
    Lost(LossReason),
    /// The owner has stopped the machine while it was held.
    Released(Release),
    /// The maximum time to wait has elapsed.
    NotAcquired(Waiting<X>),
    /// The keys have another use. They are not changed.
    Conflict(Conflict),
    /// A permanent error, such as a missing permission, or any error if there is only one attempt.
    Failed(X),
}

/// The reason why it is not held.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Waiting<X> {
    /// The sessions that hold it. Empty if there are none, for example during a lock-delay, and before the first
    /// response.
    pub holders: Vec<Holder>,
    /// The error of the last attempt, if it failed.
    pub error: Option<X>,
}

/// A session that holds it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Holder {
    /// Id of the session.
    pub session: SessionId,
    /// Name of the session. `None` until it is known: it is read after a wait of one second.
    pub name: Option<String>,
    /// The node of the session. `None` until it is known.
    pub node: Option<NodeName>,
}

/// A hold.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Held {
    /// The fencing token: the raft index of the acquisition. Each holder has a higher one than all earlier holders,
    /// unless another program deletes or writes the key.
    pub token: u64,
    /// The lease: the time until which it is held.
    pub lease: Lease,
    /// The session of the hold.
    pub session: SessionId,
}

/// The result of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Release {
    /// It was released.
    Released,
    /// It was no longer held: it was lost before, or an earlier attempt to release it succeeded without a response.
    NotHeld,
    /// The servers did not respond. The machine destroys the session if they respond later. The next holder then
    /// waits for the lock-delay.
    Unknown,
}

/// The reason why keys cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Conflict {
    /// Another kind of program has written the key, with these flags.
    ForeignFlags(u64),
    /// The value of the coordination key of a semaphore cannot be read.
    InvalidValue,
    /// The holders of the semaphore use another limit.
    OtherLimit {
        /// The limit of this contender.
        ours: u32,
        /// The limit of the holders.
        theirs: u32,
    },
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ForeignFlags(flags) => {
                write!(f, "the key has the flags {flags:#x}, so it belongs to something else")
            }
            Self::InvalidValue => f.write_str("the coordination key has a value that is no semaphore"),
            Self::OtherLimit { ours, theirs } => {
                write!(f, "the limit is {ours}, and the holders have agreed on {theirs}")
            }
        }
    }
}
