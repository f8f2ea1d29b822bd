//! How a watch goes about it.

use std::time::Duration;

use crate::machine::{Backoff, Rate};

/// How a watch goes about it. The defaults are right for nearly everybody.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Settings {
    /// How long the server is to wait for a change before it answers all the same; 55 s unless set, 10 minutes at
    /// most.
    ///
    /// After a snapshot was restored a watch can be wrong for this long and a sixteenth; and many proxies give up after
    /// a minute. That is why it is not longer.
    pub wait: Duration,
    /// How long an attempt may take beyond the server's wait; 5 s unless set.
    pub grace: Duration,
    /// How often changes are fetched: 4 at once, then one in 100 ms, unless set. Of changes that come faster, only the
    /// newest is.
    pub changes: Rate,
    /// How often an answer may bring nothing: a failure, or no change before the wait is over, or a change that was
    /// there at once. 20 times in a row, then once a second, unless set.
    ///
    /// The brake for servers and proxies that do not wait at all. Changes that had to be waited for, if only for the
    /// interval of [`changes`](Self::changes), do not count.
    pub repeats: Rate,
    /// The pauses between attempts that fail.
    pub backoff: Backoff,
    /// The pause after a refusal, which time alone seldom mends; 30 s unless set, and a tenth of it is left to chance.
    pub refusal_pause: Duration,
    /// How long an outage is ridden out before it is told; 10 s unless set. Elections take less.
    pub stall: Duration,
    /// How long a view in the agent is believed that tells no change; 5 minutes unless set.
    ///
    /// Such views hide that the token was deleted or that the servers are gone. Each time this long has passed the servers
    /// themselves are asked, by a request without an index.
    pub confirm: Duration,
    /// For stale reads: how long ago the answering server may have heard the leader. Where it is longer the answer is not
    /// taken, and the leader is asked. Without a limit unless set.
    pub staleness: Option<Duration>,
    /// Which failures end the watch; none unless set.
    pub ends: Ends,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            wait: Duration::from_secs(55),
            grace: Duration::from_secs(5),
            changes: Rate { burst: 4, interval: Duration::from_millis(100) },
            repeats: Rate { burst: 20, interval: Duration::from_secs(1) },
            backoff: Backoff::default(),
            refusal_pause: Duration::from_secs(30),
            stall: Duration::from_secs(10),
            confirm: Duration::from_secs(300),
            staleness: None,
            ends: Ends::Never,
        }
    }
}

/// Which failures end a watch. A request that cannot be written always does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ends {
    /// None: refusals are told and tried again after a while.
    #[default]
    Never,
    /// Refusals: no permission, no such token, not a request that the server takes.
    OnRefusal,
    /// Every failure, outages included.
    OnFailure,
}
