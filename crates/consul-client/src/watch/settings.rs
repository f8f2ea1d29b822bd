//! How a watch goes about it.

use std::time::Duration;

use consul_proto::{OutputOf, Watchable};

use crate::watch::{Backoff, Ends, Rate, Settings, Watch};

/// The defaults are right for nearly everybody. What is set holds from the next request on.
impl<E: Watchable> Watch<E>
where
    OutputOf<E>: PartialEq + Send + Sync,
{
    /// How long the server is to wait for a change before it answers all the same; 55 seconds unless set.
    ///
    /// After a snapshot was restored the watch can be wrong for this long and a sixteenth, and proxies tend to give up
    /// after a minute.
    pub fn wait(self, wait: Duration) -> Self {
        self.with(|settings| settings.wait = wait)
    }

    /// How often changes are fetched: 4 at once, then one in 100 ms, unless set. Of changes that come faster, only the
    /// newest is.
    pub fn changes(self, rate: Rate) -> Self {
        self.with(|settings| settings.changes = rate)
    }

    /// How often an answer may bring nothing, or a change that was there at once: 20 times in a row, then once a second,
    /// unless set. The brake for servers that do not wait.
    pub fn repeats(self, rate: Rate) -> Self {
        self.with(|settings| settings.repeats = rate)
    }

    /// The pauses between attempts that fail.
    pub fn backoff(self, backoff: Backoff) -> Self {
        self.with(|settings| settings.backoff = backoff)
    }

    /// The pause after a refusal, which time alone seldom mends; 30 seconds unless set.
    pub fn refusal_pause(self, pause: Duration) -> Self {
        self.with(|settings| settings.refusal_pause = pause)
    }

    /// How long an outage is ridden out before it is told; 10 seconds unless set.
    pub fn stall(self, after: Duration) -> Self {
        self.with(|settings| settings.stall = after)
    }

    /// How long a view in the agent is believed that tells no change; 5 minutes unless set.
    pub fn confirm(self, after: Duration) -> Self {
        self.with(|settings| settings.confirm = after)
    }

    /// For [stale](crate::Call::stale) reads: how long ago the answering server may have heard the leader. Where it is
    /// longer the answer is not taken, and the leader is asked.
    pub fn staleness(self, limit: Duration) -> Self {
        self.with(|settings| settings.staleness = Some(limit))
    }

    /// Which failures end the watch; none unless set.
    pub fn ends(self, ends: Ends) -> Self {
        self.with(|settings| settings.ends = ends)
    }

    /// All settings, to change them while the watch goes on.
    pub fn settings_mut(&mut self) -> &mut Settings {
        self.driver.machine_mut().settings_mut()
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(self.settings_mut());
        self
    }
}
