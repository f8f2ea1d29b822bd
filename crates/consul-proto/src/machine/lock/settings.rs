//! The settings of a lock.

use std::time::Duration;

use bytes::Bytes;

use crate::machine::SessionSettings;

/// The settings of a lock. The defaults are right for most programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// The session that holds the lock: TTL, lock-delay, checks.
    ///
    /// Its lease decides how long an outage of the servers may last without a loss, and how soon others can hold the lock
    /// after a crash.
    pub session: SessionSettings,
    /// The value that is written with the acquisition, for example the address of the holder. Defaults to no value.
    ///
    /// It stays when the lock is released or lost.
    pub value: Bytes,
    /// How long to wait for the lock. Defaults to no limit; zero is one try that does not wait.
    ///
    /// An acquisition that is in flight when the time has elapsed is undone.
    pub max_wait: Option<Duration>,
    /// Whether a release deletes the key. A crash leaves it. Defaults to `false`.
    pub delete_on_release: bool,
}
