//! The setup of a history: the contenders, their settings, and the faults.

use std::time::Duration;

use consul_proto::machine::{Rules, SessionSettings};
use consul_tests::model::{Behavior, Random, Time};

use crate::faults::Theme;

/// The common choices of all histories of a run. Choices that are `None` are random for each history.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    pub(crate) theme: Theme,
    pub(crate) rules: Rules,
    pub(crate) changes: Changes,
    pub(crate) behavior: Behavior,
    pub(crate) contenders: Option<usize>,
    pub(crate) ttl: Option<Duration>,
    pub(crate) lock_delay: Option<Duration>,
    pub(crate) has_checks: Option<bool>,
    /// How long a hold lasts.
    pub(crate) hold: Option<Duration>,
    pub(crate) deletes_on_release: bool,
    /// For how long faults happen.
    pub(crate) faults_for: (Duration, Duration),
    /// How long the history lasts after the last fault.
    pub(crate) tail: Duration,
    /// Whether to print what happens.
    pub(crate) is_traced: bool,
}

/// Changes of requests and grants. Each simulates a mistake of a client.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Changes {
    /// Acquires without a condition.
    pub(crate) plain_acquire: bool,
    /// Sessions delete their keys when they end.
    pub(crate) deleting_sessions: bool,
    /// Each contender keeps one session for all its holds.
    pub(crate) reused_sessions: bool,
    /// The slot of a dead holder is taken without locking its contender key.
    pub(crate) stock_prune: bool,
    /// A holder's watch of its key waits for a slot like other long polls.
    pub(crate) queued_watch: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            theme: Theme::Mixed,
            rules: Rules::default(),
            changes: Changes::default(),
            behavior: Behavior::default(),
            contenders: None,
            ttl: None,
            lock_delay: None,
            has_checks: None,
            hold: None,
            deletes_on_release: false,
            faults_for: (Duration::from_secs(40), Duration::from_secs(90)),
            tail: Duration::from_secs(180),
            is_traced: false,
        }
    }
}

/// The choices for one history.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choices {
    pub(crate) contenders: usize,
    pub(crate) ttl: Duration,
    pub(crate) lock_delay: Duration,
    pub(crate) has_checks: bool,
    pub(crate) faults_until: Time,
    pub(crate) ends_at: Time,
}

impl Choices {
    /// Returns the settings of a contender's session.
    pub(crate) fn session(&self, name: String) -> SessionSettings {
        let mut session = SessionSettings::default();
        (session.name, session.ttl, session.lock_delay) = (name, self.ttl, self.lock_delay);
        if !self.has_checks {
            session.node_checks = Some(Vec::new());
        }
        session
    }
}

impl Setup {
    pub(crate) fn choose(&self, random: &mut Random) -> Choices {
        let ttl = random.pick(&[10, 10, 15, 30]);
        let lock_delay = random.pick(&[3, 5, 15, 15]);
        let has_checks = random.chance(0.5);
        let contenders = 2 + random.below(7) as usize;
        let lock_delay = self.lock_delay.unwrap_or(Duration::from_secs(lock_delay));
        let faults_until = random.between(self.faults_for.0, self.faults_for.1);
        Choices {
            contenders: self.contenders.unwrap_or(contenders),
            ttl: self.ttl.unwrap_or(Duration::from_secs(ttl)),
            lock_delay,
            has_checks: self.has_checks.unwrap_or(has_checks) && lock_delay >= Duration::from_secs(3),
            faults_until,
            ends_at: faults_until + self.tail,
        }
    }
}
