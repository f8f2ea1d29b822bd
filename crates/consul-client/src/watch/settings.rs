//! The settings of a watch.

use std::time::Duration;

use crate::watch::{Backoff, Rate, Settings, StopOn, Watch};

/// Settings. The defaults are suitable for nearly every program. A change applies from the next request on.
impl<T> Watch<T> {
    /// Sets the wait of the blocking queries, after which the server responds without a change. Defaults to 55
    /// seconds.
    ///
    /// After a snapshot is restored, the watch can have an outdated value for this time and a sixteenth of it. Many
    /// proxies close requests after one minute.
    pub fn wait(self, wait: Duration) -> Self {
        self.with(|settings| settings.wait = wait)
    }

    /// Sets the maximum rate at which changes are fetched. Defaults to a burst of 4, then one per 100 ms. If changes
    /// come faster, the watch fetches only the newest.
    pub fn change_rate(self, rate: Rate) -> Self {
        self.with(|settings| settings.change_rate = rate)
    }

    /// Sets the maximum rate of responses that the server sent without waiting. Defaults to a burst of 20, then one
    /// per second. It limits the requests to servers and proxies that do not wait.
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

    /// Sets the time after which a transient failure makes the watch degraded. Defaults to 10 seconds.
    pub fn degraded_after(self, after: Duration) -> Self {
        self.with(|settings| settings.degraded_after = after)
    }

    /// Sets how long to trust the agent's streaming backend without a change before asking the servers again. Defaults to
    /// 5 minutes.
    pub fn reverify_interval(self, interval: Duration) -> Self {
        self.with(|settings| settings.reverify_interval = interval)
    }

    /// Sets the maximum age of responses to [stale](crate::Call::stale) reads: the time since the responding server
    /// last heard from the leader. The watch discards an older response and queries the leader. Defaults to no limit.
    pub fn max_staleness(self, limit: Duration) -> Self {
        self.with(|settings| settings.max_staleness = Some(limit))
    }

    /// Sets the failures that end the watch. Defaults to none.
    pub fn stop_on(self, failures: StopOn) -> Self {
        self.with(|settings| settings.stop_on = failures)
    }

    /// Returns a mutable reference to the settings, which can be changed while the watch runs.
    pub fn settings_mut(&mut self) -> &mut Settings {
        self.driver.machine_mut().settings_mut()
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(self.settings_mut());
        self
    }
}
