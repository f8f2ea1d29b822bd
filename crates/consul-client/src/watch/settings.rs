//! The settings of a watch.

use std::time::Duration;

use crate::watch::{Backoff, Rate, Settings, StopOn, Watch};

/// The settings. The defaults are right for nearly every program. A change applies from the next request on.
impl<T> Watch<T> {
    /// Sets how long the server waits for a change before it responds anyway. Defaults to 55 seconds.
    ///
    /// After a snapshot is restored, the watch can be wrong for this time and a sixteenth. Many proxies close a request
    /// after a minute.
    pub fn wait(self, wait: Duration) -> Self {
        self.with(|settings| settings.wait = wait)
    }

    /// Sets how often changes are fetched. Defaults to 4 immediately, then one per 100 ms. If changes come faster, the
    /// watch fetches only the newest.
    pub fn change_rate(self, rate: Rate) -> Self {
        self.with(|settings| settings.change_rate = rate)
    }

    /// Sets how often a response may contain nothing, or a change that was there immediately. Defaults to 20 in a row,
    /// then one per second. It limits the requests to servers that do not wait.
    pub fn idle_rate(self, rate: Rate) -> Self {
        self.with(|settings| settings.idle_rate = rate)
    }

    /// Sets the delays between attempts that fail.
    pub fn backoff(self, backoff: Backoff) -> Self {
        self.with(|settings| settings.backoff = backoff)
    }

    /// Sets the delay after a permanent failure. Defaults to 30 seconds.
    pub fn rejected_retry_delay(self, delay: Duration) -> Self {
        self.with(|settings| settings.rejected_retry_delay = delay)
    }

    /// Sets how long a transient failure may last before the watch is degraded. Defaults to 10 seconds.
    pub fn degraded_after(self, after: Duration) -> Self {
        self.with(|settings| settings.degraded_after = after)
    }

    /// Sets how long to trust the agent's streaming backend without a change before asking the servers again. Defaults to
    /// 5 minutes.
    pub fn reverify_interval(self, interval: Duration) -> Self {
        self.with(|settings| settings.reverify_interval = interval)
    }

    /// Sets, for [stale](crate::Call::stale) reads, how long ago the responding server may have heard from the leader. An
    /// older response is discarded, and the leader is asked. Defaults to no limit.
    pub fn max_staleness(self, limit: Duration) -> Self {
        self.with(|settings| settings.max_staleness = Some(limit))
    }

    /// Sets the failures that end the watch. Defaults to none.
    pub fn stop_on(self, failures: StopOn) -> Self {
        self.with(|settings| settings.stop_on = failures)
    }

    /// Returns all settings, to change them while the watch runs.
    pub fn settings_mut(&mut self) -> &mut Settings {
        self.driver.machine_mut().settings_mut()
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(self.settings_mut());
        self
    }
}
