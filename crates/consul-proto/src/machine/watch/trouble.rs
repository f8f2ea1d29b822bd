//! What is told of failures, and what they change.

use std::mem;

use crate::machine::Instant;
use crate::machine::watch::event::Kind;
use crate::machine::watch::{Asked, Cause, Doubt, Ends, Event, Phase, Severity, Trouble, Watch};
use crate::{OutputOf, Watchable};

/// A series of failures that no success has ended yet.
#[derive(Debug)]
pub(super) struct Episode<X> {
    /// Since when there has been an outage and nothing else.
    since: Option<Instant>,
    /// The latest failure of it, until one has been told.
    untold: Option<Cause<X>>,
    told: Option<Told>,
}

/// What was told last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Outage,
    Urgent(Kind),
}

impl<X> Episode<X> {
    fn new() -> Self {
        Self { since: None, untold: None, told: None }
    }

    /// Whether it was told, so that its end has to be told too.
    pub(super) fn was_told(&self) -> bool {
        self.told.is_some()
    }

    /// Lets the next failure be told as the first was.
    pub(super) fn retell(&mut self) {
        self.told = None;
    }

    /// Notes a failure; gives it back where it is to be told now.
    fn note(&mut self, now: Instant, cause: Cause<X>, is_urgent: bool) -> Option<Cause<X>> {
        if is_urgent {
            (self.since, self.untold) = (None, None);
            let told = Some(Told::Urgent(cause.kind()));
            return (mem::replace(&mut self.told, told) != told).then_some(cause);
        }
        self.since.get_or_insert(now);
        if self.told != Some(Told::Outage) {
            self.untold = Some(cause);
        }
        None
    }
}

impl<E: Watchable, X> Watch<E, X> {
    /// An attempt has failed. Neither the index nor the state is touched.
    pub(super) fn failed(&mut self, now: Instant, asked: Asked, cause: Cause<X>) {
        let severity = cause.severity();
        let ends = match self.settings.ends {
            Ends::Never => false,
            Ends::OnRefusal => severity == Severity::Refusal,
            Ends::OnFailure => true,
        };
        if ends {
            self.phase = Phase::Stopped;
            self.outbox.push_back(Event::Ended(cause));
            return;
        }
        match asked.wait {
            Some(wait) if cause.is_cut_off() => self.hold.cut_off(now.since(asked.at), wait),
            _ => self.hold.excuse(),
        }
        if severity == Severity::Refusal {
            // A view in the agent would answer the next request with an index as if nothing had happened.
            (self.options.index, self.options.hash) = (None, None);
        }
        // Servers without a leader hold requests for seconds; in an outage that is part of the pause. Where a wait was broken
        // off it is not, because it was for all who waited.
        let pause_from = if self.episode.is_some() { asked.at } else { now };
        self.pace.failed(&self.settings, now, pause_from, severity);
        // Where the view was doubted, this is the reason that was asked for.
        let is_urgent = severity != Severity::Outage || self.doubt == Some(Doubt::View);
        let episode = self.episode.get_or_insert_with(Episode::new);
        if let Some(cause) = episode.note(now, cause, is_urgent) {
            let trouble = self.trouble(now, cause);
            self.outbox.push_back(trouble);
        }
    }

    /// When an outage that was not told yet is to be told.
    pub(super) fn stalls_at(&self) -> Option<Instant> {
        let episode = self.episode.as_ref().filter(|episode| episode.untold.is_some())?;
        Some(episode.since? + self.settings.stall)
    }

    /// Tells an outage that has lasted.
    pub(super) fn stalled(&mut self, now: Instant) -> Option<Event<OutputOf<E>, X>> {
        self.stalls_at().filter(|&at| at <= now)?;
        let episode = self.episode.as_mut()?;
        let cause = episode.untold.take()?;
        episode.told = Some(Told::Outage);
        Some(self.trouble(now, cause))
    }

    fn trouble(&self, now: Instant, cause: Cause<X>) -> Event<OutputOf<E>, X> {
        let unconfirmed = self.confirmed.map(|confirmed| now.since(confirmed));
        Event::Trouble(Trouble::new(cause, unconfirmed))
    }
}
