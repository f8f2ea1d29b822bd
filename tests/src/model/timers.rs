//! The TTLs of sessions. The leader has a timer for each session, in its memory.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;

use super::store::End;
use super::{Consul, Due, response};

/// The time at which a session without renewals ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expiry {
    /// After one TTL: the earliest time that Consul's documentation allows.
    Once,
    /// After two TTLs, as servers do.
    Twice,
    /// At any time in between.
    Any,
}

#[derive(Debug, Default)]
pub(super) struct Timers {
    /// The number of the newest timer of each session. Older ones have no effect.
    running: BTreeMap<String, u64>,
    started: u64,
}

/// The TTL to which a session is reduced.
const REDUCED: Duration = Duration::from_secs(10);

impl Consul {
    /// Starts the timer of a session from the beginning.
    pub(super) fn start_timer(&mut self, id: &str) {
        let Some(ttl) = self.store.session(id).map(|session| session.ttl) else { return };
        let after = match self.behavior.expiry {
            Expiry::Once => ttl,
            Expiry::Twice => ttl.saturating_mul(2),
            Expiry::Any if self.random.chance(0.3) => ttl.saturating_mul(2),
            Expiry::Any => ttl + self.random.up_to(ttl),
        };
        self.timers.started += 1;
        self.timers.running.insert(id.to_owned(), self.timers.started);
        self.agenda.add(self.now.saturating_add(after), Due::Expire(id.to_owned(), self.timers.started));
    }

    /// Starts all timers from the beginning, as a new leader does.
    pub(super) fn start_timers(&mut self) {
        let ids: Vec<_> = self.store.sessions().map(|session| session.id.clone()).collect();
        for id in ids {
            self.start_timer(&id);
        }
    }

    /// Ends a session whose timer has elapsed. This goes through raft, so renewals can succeed until it is applied.
    pub(super) fn expire(&mut self, id: &str, timer: u64) {
        if self.timers.running.get(id) == Some(&timer) && self.outage.is_none() {
            self.end_expired(id.to_owned(), 0);
        }
    }

    /// Ends a session, and retries this while there is no leader.
    pub(super) fn end_expired(&mut self, id: String, attempt: u32) {
        if self.outage.is_none() {
            self.append_end(id, End::Expired);
        } else if attempt < 6 {
            let pause = Duration::from_secs(10 << attempt);
            self.agenda.add(self.now + pause, Due::End(id, attempt + 1));
        }
    }

    /// Renews a session: this goes through the leader's memory only.
    pub(super) fn renew(&mut self, id: &str) -> http::Response<Bytes> {
        if self.store.session(id).is_none() || self.forgets_session() {
            return response::unknown_session(id);
        }
        if self.random.chance(self.behavior.shrinking_ttl)
            && let Some(session) = self.store.session_mut(id)
        {
            session.ttl = session.ttl.min(REDUCED);
        }
        if !self.is_ignored_renewal() {
            self.start_timer(id);
        }
        let Some(session) = self.store.session(id) else { return response::unknown_session(id) };
        response::session(session)
    }
}
