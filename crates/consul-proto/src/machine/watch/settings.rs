//! The settings of a watch.

use std::time::Duration;

use crate::machine::{Backoff, Rate};

/// The settings of a watch. The defaults are suitable for nearly every program.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Settings {
    /// The wait of the blocking queries, at most 10 minutes. Defaults to 55 seconds.
    ///
    /// After a snapshot is restored, a watch can have an outdated value for this time and a sixteenth of it. Many
    /// proxies close requests after one minute.
    pub wait: Duration,
    /// Timeout of an attempt, in addition to the wait. Defaults to 5 seconds.
    pub request_timeout: Duration,
    /// Maximum rate at which changes are fetched. If changes come faster, the watch fetches only the newest. Defaults
    /// to a burst of 4, then one per 100 ms.
    pub change_rate: Rate,
    /// Maximum rate of responses that do not follow a wait, and of failures. Defaults to a burst of 20, then one per
    /// second.
    ///
    /// It limits the requests to servers and proxies that do not wait. Changes after a wait do not count, if the wait
    /// lasted at least the interval of [`change_rate`](Self::change_rate).
    pub idle_rate: Rate,
    /// The delays between attempts that fail.
    pub backoff: Backoff,
    /// The delay after a permanent failure, such as a missing permission. Defaults to 30 seconds. Up to a tenth is
    /// added at random.
    pub rejected_retry_delay: Duration,
    /// Time after which a transient failure makes the watch degraded. Defaults to 10 seconds, which is longer than an
    /// election.
    pub degraded_after: Duration,
    /// Time for which the agent's streaming backend is trusted without a change, before the servers are queried
    /// without an index. Defaults to 5 minutes.
    ///
    /// The streaming backend does not report that the token was deleted or that the servers cannot be reached.
    pub reverify_interval: Duration,
    /// Maximum age of responses to stale reads: the time since the responding server last heard from the leader. The
    /// watch discards an older response and queries the leader. Defaults to no limit.
    pub max_staleness: Option<Duration>,
    /// The failures that end the watch. Defaults to none.
    pub stop_on: StopOn,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            wait: Duration::from_secs(55),
            request_timeout: Duration::from_secs(5),
            change_rate: Rate { burst: 4, interval: Duration::from_millis(100) },
            idle_rate: Rate { burst: 20, interval: Duration::from_secs(1) },
            backoff: Backoff::default(),
            rejected_retry_delay: Duration::from_secs(30),
            degraded_after: Duration::from_secs(10),
            reverify_interval: Duration::from_secs(300),
            max_staleness: None,
            stop_on: StopOn::Never,
        }
    }
}

/// The failures that end a watch. A request that is invalid always ends it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopOn {
    /// No failure. Permanent failures are reported and retried later.
    #[default]
    Never,
    /// Permanent failures: no permission, an unknown token, a request that the server rejects.
    PermanentFailure,
    /// Every failure, also transient ones.
    AnyFailure,
}
