//! How long the server is asked to wait.

use std::time::Duration;

use crate::machine::watch::Settings;

/// What servers cut longer waits to.
const MOST: Duration = Duration::from_secs(600);
/// Shorter than any limit that servers can be given, and 0 would mean their default.
const LEAST: Duration = Duration::from_millis(500);

/// How long the server is asked to wait, and what was learnt about it.
///
/// Since 1.22.5 a server can be told to answer nothing that takes longer than some time: the connection of a longer
/// wait is closed when the wait is over, always again. Proxies do the same after a time of their own. A crash looks so
/// too, once: it takes two in a row, after the same time, from a server that is there in between.
#[derive(Debug, Default)]
pub(super) struct Hold {
    /// The longest wait that is known to be answered, or is tried.
    limit: Option<Duration>,
    /// After how long the last request was cut off, unless one that took as long was answered since.
    cut: Option<Duration>,
    /// Whether the limit has still to prove right.
    is_on_trial: bool,
}

impl Hold {
    pub(super) fn wait(&self, settings: &Settings) -> Duration {
        let wait = settings.wait.clamp(Duration::from_millis(1), MOST);
        self.limit.map_or(wait, |limit| wait.min(limit))
    }

    /// Learns from a request that was cut off after `held`, where the server was asked to wait for `wait`.
    pub(super) fn cut_off(&mut self, held: Duration, wait: Duration) {
        if held < LEAST {
            return;
        }
        let is_again = self.cut.is_some_and(|before| before.abs_diff(held) <= before.max(held) / 16);
        if is_again || (self.is_on_trial && held >= wait) {
            // Where it was over before the wait, that is the limit, and there is some room to it. Where it was over with the
            // wait, nobody knows how much shorter it has to be.
            let shorter = if held < wait { held - held / 4 } else { wait / 2 };
            self.limit = Some(shorter.max(LEAST));
            self.is_on_trial = true;
        }
        self.cut = Some(held);
    }

    /// Forgets a cut: what follows shows that the server itself was in trouble.
    pub(super) fn excuse(&mut self) {
        self.cut = None;
    }

    /// Learns from an answer that came after `held`; tells the wait once it has proved right.
    pub(super) fn answered(&mut self, held: Duration, wait: Duration) -> Option<Duration> {
        if self.cut.is_some_and(|cut| held >= cut - cut / 16) {
            self.cut = None;
        }
        let has_proved_right =
            self.is_on_trial && held >= wait && self.limit.is_some_and(|limit| wait >= limit);
        if has_proved_right {
            self.is_on_trial = false;
        }
        self.limit.filter(|_| has_proved_right)
    }
}
