//! The settings of a lock.

use std::time::Duration;

use bytes::Bytes;

use crate::machine::SessionSettings;

/// The settings of a lock. The defaults are suitable for most programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// The session that holds the lock: TTL, lock-delay, checks.
    ///
    /// Its lease determines the maximum outage of the servers without a loss, and how soon others can hold the lock
    /// after a crash.
    pub session: SessionSettings,
    /// The value that is written with the acquisition, for example the address of the holder. Defaults to no value.
    ///
    /// The value is kept when the lock is released or lost.
    pub value: Bytes,
    /// Maximum time to wait for the lock. Defaults to no limit. Zero makes one attempt without waiting.
    ///
    /// If an acquisition is in flight when the time has elapsed, it is undone.
    pub max_wait: Option<Duration>,
    /// Whether a release deletes the key. After a crash, the key remains. Defaults to `false`.
    pub delete_on_release: bool,
}
