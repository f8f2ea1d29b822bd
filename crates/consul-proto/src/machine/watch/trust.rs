//! Decides if a response shows the current state.
//!
//! A request asks the servers, and neither the agent's cache nor its streaming backend, if and only if it has no index.
//! So a recheck clears the [position](super::cursor) of the watch: without an index there is no wait, without a wait no
//! cache, and the servers respond.

use std::time::Duration;

use crate::machine::watch::Settings;
use crate::machine::watch::cursor::IndexRelation;
use crate::machine::{Instant, Slot};
use crate::{Cached, Consistency, Meta, Options, QueryBackend};

/// The shortest wait that is worth a request to the streaming backend. If less time is left until the servers must
/// confirm the state, they are asked now.
const MIN_REVERIFY: Duration = Duration::from_secs(1);

/// What is known about the source of the responses.
#[derive(Debug)]
pub(super) struct Trust {
    /// The caller's options, which a recheck overrides.
    consistency: Option<Consistency>,
    cached: Option<Cached>,
    /// Whether the agent's streaming backend responds to requests with an index.
    is_streaming: bool,
    /// The last time at which a response without an index, the servers, or a change confirmed the state. If its token is
    /// deleted, the streaming backend never changes the state again, so a change shows that it works.
    verified_at: Instant,
    /// Set while a suspicious response is not settled.
    recheck: Option<Recheck>,
}

/// The next request after a suspicious response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recheck {
    /// Asks the servers, by a request without an index.
    Servers,
    /// Asks the leader. Agents can be configured to send default reads to any server, but not reads that require the
    /// leader.
    Leader,
    /// Asks the leader, after it has confirmed its leadership with a quorum.
    Consistent,
}

/// The decision about a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// The response shows the current state.
    Accept,
    /// The response is discarded, and the next request rechecks.
    Recheck(Recheck),
    /// The token may not read anything of the result any more. The last state stays.
    Deny,
}

/// Which backend responded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Backend {
    Servers,
    /// The agent's streaming backend: it can lag behind, and has no result if it has no data or no permission.
    Streaming,
}

/// Which server may respond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// The leader, or one that was the leader until now.
    Default,
    /// A leader that is certain of its leadership.
    Consistent,
    /// Any server, and this one last heard from the leader within `max_staleness`.
    Stale,
    /// Any server, and this one last heard from the leader before that.
    TooStale,
    /// The leader, as a recheck for a watch that reads from any server.
    Leader,
}

/// What the response contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Results, or no results as before.
    Plain,
    /// No results, although the previous state had results, or there is no previous state.
    Emptied,
    /// No results, because ACLs filtered all of them.
    Filtered,
}

/// Decides about a response. The first matching row applies.
fn decide(backend: Backend, mode: Mode, index: IndexRelation, content: Content) -> Decision {
    use {Backend::*, Content::*, IndexRelation::*, Mode::*};
    let recheck = Decision::Recheck;
    match (backend, mode, index, content) {
        // The server reports that the token cannot read any of the results, so the list may not be empty.
        (_, _, _, Filtered) => Decision::Deny,
        // No data: no permission, no such datacenter, or no server has responded to the agent yet.
        (Streaming, _, NoData, _) => recheck(Recheck::Servers),
        // The backend lags behind, or the servers were reset.
        (Streaming, Stale | TooStale | Leader, Backward, _) => recheck(Recheck::Servers),
        (Streaming, Default | Consistent, Backward, _) => recheck(Recheck::Consistent),
        // The backend filters by ACLs without reporting it.
        (Streaming, _, Forward, Emptied) => recheck(Recheck::Servers),
        (Streaming, _, Forward, Plain) => Decision::Accept,
        // No other server has a newer state.
        (Servers, Consistent, _, _) => Decision::Accept,
        (Servers, TooStale, _, _) => recheck(Recheck::Leader),
        // The caller accepts the state of any server.
        (Servers, Stale | Leader, _, _) => Decision::Accept,
        // A new leader can respond before it has applied its log.
        (Servers, Default, Backward, _) => recheck(Recheck::Consistent),
        (Servers, Default, Forward | NoData, _) => Decision::Accept,
    }
}

impl Trust {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            consistency: options.consistency,
            cached: options.cached,
            is_streaming: false,
            verified_at: Instant::ORIGIN,
            recheck: None,
        }
    }

    pub(super) fn recheck(&self) -> Option<Recheck> {
        self.recheck
    }

    /// Writes the options that decide which backend responds. `is_first` if no state is known yet.
    pub(super) fn write(&self, options: &mut Options, is_blocking: bool, is_first: bool) {
        // The cache may respond to a blocking query and to the very first request, but never to a recheck.
        let may_be_cached = is_blocking || (is_first && self.recheck.is_none());
        options.cached = self.cached.filter(|_| may_be_cached);
        options.consistency = match self.recheck {
            None | Some(Recheck::Servers) => self.consistency,
            Some(Recheck::Leader) => Some(Consistency::Leader),
            Some(Recheck::Consistent) => Some(Consistency::Consistent),
        };
    }

    /// Writes the options of the first request of a watch.
    pub(super) fn write_first(&self, options: &mut Options) {
        (options.consistency, options.cached) = (self.consistency, self.cached);
    }

    /// Returns the decision about a response to a request with these options.
    pub(super) fn judge(
        &self,
        options: &Options,
        meta: &Meta,
        index: IndexRelation,
        content: Content,
        settings: &Settings,
    ) -> Decision {
        let backend = if is_streaming(options, meta) { Backend::Streaming } else { Backend::Servers };
        let is_stale = |mode| matches!(mode, Some(Consistency::Stale | Consistency::MaxStale(_)));
        let is_too_stale = settings.max_staleness.is_some() && meta.last_contact > settings.max_staleness;
        let mode = match options.consistency {
            Some(Consistency::Consistent) => Mode::Consistent,
            mode if is_stale(mode) && is_too_stale => Mode::TooStale,
            mode if is_stale(mode) => Mode::Stale,
            _ if is_stale(self.consistency) => Mode::Leader,
            _ => Mode::Default,
        };
        decide(backend, mode, index, content)
    }

    /// Makes the next request recheck.
    pub(super) fn doubted(&mut self, recheck: Recheck) {
        self.recheck = Some(recheck);
    }

    /// Updates the state from an accepted response.
    pub(super) fn accepted(&mut self, now: Instant, was_blocking: bool, is_change: bool, meta: &Meta) {
        if was_blocking {
            self.is_streaming = meta.query_backend == Some(QueryBackend::Streaming);
        }
        if !was_blocking || is_change || !self.is_streaming {
            self.verified_at = now;
        }
        self.recheck = None;
    }

    /// Returns the longest wait of the next request, or `None` if the servers must confirm the state now.
    pub(super) fn longest(&self, now: Instant, settings: &Settings) -> Option<Duration> {
        if !self.is_streaming {
            return Some(Duration::MAX);
        }
        // Whatever interval is set, there is time for one wait.
        let verify_at = self.verified_at + settings.reverify_interval.max(2 * MIN_REVERIFY);
        Some(verify_at.since(now)).filter(|left| *left >= MIN_REVERIFY)
    }
}

/// Whether the streaming backend responded. It serves requests with an index only, and those for the agent's cache.
pub(super) fn is_streaming(options: &Options, meta: &Meta) -> bool {
    let is_possible = options.wait.is_some() || options.cached.is_some();
    is_possible && meta.query_backend == Some(QueryBackend::Streaming)
}

/// The wait after a failure: long enough for the streaming backend to get its data.
pub(super) const PROBE: Duration = Slot::SHORT_WAIT;

#[cfg(test)]
mod tests {
    use super::*;

    const BACKENDS: [Backend; 2] = [Backend::Servers, Backend::Streaming];
    const MODES: [Mode; 5] = [Mode::Default, Mode::Consistent, Mode::Stale, Mode::TooStale, Mode::Leader];
    const INDEXES: [IndexRelation; 3] =
        [IndexRelation::Forward, IndexRelation::Backward, IndexRelation::NoData];

    /// Checks every combination that matches.
    fn all(
        backends: &[Backend],
        modes: &[Mode],
        indexes: &[IndexRelation],
        contents: &[Content],
        expected: Decision,
    ) {
        for backend in backends {
            for mode in modes {
                for index in indexes {
                    for content in contents {
                        let decision = decide(*backend, *mode, *index, *content);
                        assert_eq!(decision, expected, "{backend:?} {mode:?} {index:?} {content:?}");
                    }
                }
            }
        }
    }

    const STREAMING: &[Backend] = &[Backend::Streaming];
    const SERVERS: &[Backend] = &[Backend::Servers];
    const UNFILTERED: &[Content] = &[Content::Plain, Content::Emptied];
    const RECHECK_SERVERS: Decision = Decision::Recheck(Recheck::Servers);
    const RECHECK_LEADER: Decision = Decision::Recheck(Recheck::Leader);
    const RECHECK_CONSISTENT: Decision = Decision::Recheck(Recheck::Consistent);

    #[test]
    fn empty_filtered_response_is_denied() {
        all(&BACKENDS, &MODES, &INDEXES, &[Content::Filtered], Decision::Deny);
    }

    #[test]
    fn streaming_backend_without_data_is_rechecked_with_the_servers() {
        all(STREAMING, &MODES, &[IndexRelation::NoData], UNFILTERED, RECHECK_SERVERS);
    }

    #[test]
    fn streaming_backend_that_goes_back_is_rechecked_with_the_servers_for_stale_reads() {
        let modes = &[Mode::Stale, Mode::TooStale, Mode::Leader];
        all(STREAMING, modes, &[IndexRelation::Backward], UNFILTERED, RECHECK_SERVERS);
    }

    #[test]
    fn streaming_backend_that_goes_back_is_rechecked_consistently_for_other_reads() {
        let modes = &[Mode::Default, Mode::Consistent];
        all(STREAMING, modes, &[IndexRelation::Backward], UNFILTERED, RECHECK_CONSISTENT);
    }

    #[test]
    fn streaming_backend_that_becomes_empty_is_rechecked_with_the_servers() {
        all(STREAMING, &MODES, &[IndexRelation::Forward], &[Content::Emptied], RECHECK_SERVERS);
    }

    #[test]
    fn streaming_backend_with_results_is_accepted() {
        all(STREAMING, &MODES, &[IndexRelation::Forward], &[Content::Plain], Decision::Accept);
    }

    #[test]
    fn consistent_response_is_accepted() {
        all(SERVERS, &[Mode::Consistent], &INDEXES, UNFILTERED, Decision::Accept);
    }

    #[test]
    fn too_stale_response_is_rechecked_with_the_leader() {
        all(SERVERS, &[Mode::TooStale], &INDEXES, UNFILTERED, RECHECK_LEADER);
    }

    #[test]
    fn stale_response_and_its_recheck_are_accepted() {
        all(SERVERS, &[Mode::Stale, Mode::Leader], &INDEXES, UNFILTERED, Decision::Accept);
    }

    #[test]
    fn default_response_that_goes_back_is_rechecked_consistently() {
        all(SERVERS, &[Mode::Default], &[IndexRelation::Backward], UNFILTERED, RECHECK_CONSISTENT);
    }

    #[test]
    fn default_response_that_goes_forward_is_accepted() {
        let indexes = &[IndexRelation::Forward, IndexRelation::NoData];
        all(SERVERS, &[Mode::Default], indexes, UNFILTERED, Decision::Accept);
    }

    #[test]
    fn state_of_the_streaming_backend_is_verified_after_the_interval() {
        let (mut trust, settings) = (Trust::new(&Options::default()), Settings::default());
        let meta = Meta { query_backend: Some(QueryBackend::Streaming), ..Meta::default() };
        let at = |seconds| Instant::ORIGIN + Duration::from_secs(seconds);
        trust.accepted(at(10), true, true, &meta);
        assert_eq!(trust.longest(at(300), &settings), Some(Duration::from_secs(10)));
        trust.accepted(at(300), true, false, &meta);
        assert_eq!(trust.longest(at(310), &settings), None);
        trust.accepted(at(310), false, false, &Meta::default());
        assert_eq!(trust.longest(at(310), &settings), Some(Duration::from_secs(300)));
    }
}
