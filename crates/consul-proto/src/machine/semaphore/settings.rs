//! The settings of a semaphore.

use std::time::Duration;

use bytes::Bytes;

use crate::machine::SessionSettings;

/// The settings of a contender for a slot. The defaults are right for most programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// The session that holds the slot: TTL, lock-delay, checks.
    ///
    /// Its lease decides how long an outage of the servers may last without a loss, and how soon the slot can be used
    /// again after a crash.
    pub session: SessionSettings,
    /// The value of the contender key, for example the address of the holder. Defaults to no value.
    pub value: Bytes,
    /// How long to wait for a slot. Defaults to no limit; zero is one try that does not wait.
    ///
    /// An acquisition that is in flight when the time has elapsed is undone.
    pub max_wait: Option<Duration>,
}
