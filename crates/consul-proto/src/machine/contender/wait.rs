//! The state of a waiter.

use std::time::Duration;

use bytes::Bytes;

use crate::machine::contender::phase::Phase;
use crate::machine::contender::{Contender, Event, Holder, Protocol, Waiting};
use crate::machine::renewal::read;
use crate::machine::{Cause, CauseKind, Exchange, Instant};
use crate::model::SessionId;
use crate::session::Info;

/// The time for which the same sessions must hold before the waiter reads their names and nodes.
const DESCRIBED_AFTER: Duration = Duration::from_secs(1);

/// The holders, the time since which it is free, and the time to wait.
#[derive(Debug)]
pub(super) struct Wait<X> {
    max: Option<Duration>,
    started_at: Option<Instant>,
    free_since: Option<Instant>,
    /// The time since which the waiter wants a slot for a read that waits.
    pub(super) wanted_since: Option<Instant>,
    holders: Vec<Holder>,
    held_since: Instant,
    /// Holders whose sessions were read.
    described: usize,
    /// The read of a holder's session.
    describing: Option<Exchange>,
    error: Option<(X, CauseKind)>,
    /// Set if the state differs from the last event.
    has_changed: bool,
}

impl<X: Clone> Wait<X> {
    pub(super) fn new(max: Option<Duration>) -> Self {
        Self {
            max,
            started_at: None,
            free_since: None,
            wanted_since: None,
            holders: Vec::new(),
            held_since: Instant::ORIGIN,
            described: 0,
            describing: None,
            error: None,
            has_changed: false,
        }
    }

    pub(super) fn start(&mut self, now: Instant) {
        self.started_at.get_or_insert(now);
    }

    /// Returns when the waiter gives up.
    pub(super) fn ends_at(&self) -> Option<Instant> {
        let max = self.max.filter(|max| !max.is_zero())?;
        self.started_at.map(|at| at + max)
    }

    /// Returns `true` if the waiter gives up instead of waiting.
    pub(super) fn is_one_try(&self) -> bool {
        self.max == Some(Duration::ZERO)
    }

    /// Returns the time since which there is no holder.
    pub(super) fn free_since(&self) -> Option<Instant> {
        self.free_since
    }

    pub(super) fn is_free(&mut self, now: Instant) {
        self.free_since.get_or_insert(now);
        self.replace_holders(now, Vec::new());
    }

    pub(super) fn is_taken(&mut self, now: Instant, sessions: &[SessionId]) {
        self.free_since = None;
        if !self.holders.iter().map(|holder| &holder.session).eq(sessions) {
            let sessions = sessions.iter().cloned();
            self.replace_holders(
                now,
                sessions.map(|session| Holder { session, name: None, node: None }).collect(),
            );
        }
        self.has_changed |= self.error.take().is_some();
    }

    fn replace_holders(&mut self, now: Instant, holders: Vec<Holder>) {
        self.has_changed |= self.holders != holders || self.error.take().is_some();
        (self.holders, self.held_since, self.described) = (holders, now, 0);
    }

    pub(super) fn failed(&mut self, error: X, kind: CauseKind) {
        self.has_changed |= self.error.as_ref().is_none_or(|(_, known)| *known != kind);
        self.error = Some((error, kind));
    }

    pub(super) fn waiting(&self) -> Waiting<X> {
        let error = self.error.as_ref().map(|(error, _)| error.clone());
        Waiting { holders: self.holders.clone(), error }
    }

    /// Returns the session to read, and when.
    pub(super) fn to_describe(&self) -> Option<(Instant, &SessionId)> {
        let holder = self.holders.get(self.described).filter(|_| self.describing.is_none())?;
        Some((self.held_since + DESCRIBED_AFTER, &holder.session))
    }

    pub(super) fn describe(&mut self, exchange: Exchange) {
        self.describing = Some(exchange);
    }

    pub(super) fn owns(&self, exchange: Exchange) -> bool {
        self.describing == Some(exchange)
    }

    pub(super) fn cancel(&mut self) -> Option<Exchange> {
        self.describing.take()
    }

    /// Takes the response to the read of a holder's session. It is only read once, since it is only for display.
    pub(super) fn described(&mut self, response: Option<http::Response<Bytes>>) {
        self.describing = None;
        let Some(holder) = self.holders.get_mut(self.described) else { return };
        self.described += 1;
        let endpoint = Info::new(&holder.session);
        if let Some(Ok(Some(session))) = response.map(|response| read::<Info>(&endpoint, response))
            && session.id == holder.session
        {
            (holder.name, holder.node) = (Some(session.name), Some(session.node));
            self.has_changed = true;
        }
    }
}

impl<P: Protocol, X: Clone + From<Cause>> Contender<P, X> {
    /// Reports the state of the waiter, if it has changed.
    pub(super) fn announce_wait(&mut self) {
        let is_waiting =
            matches!(self.phase, Phase::Seek | Phase::Acquire(_) | Phase::Wait | Phase::Delay(_));
        if is_waiting && std::mem::take(&mut self.wait.has_changed) {
            self.event = Some(Event::Waiting(self.wait.waiting()));
        }
    }
}
