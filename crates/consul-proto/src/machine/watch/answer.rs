//! What an answer means.

use std::sync::Arc;

use bytes::Bytes;

use crate::machine::Instant;
use crate::machine::watch::{Asked, Cause, Doubt, Event, State, Watch};
use crate::meta::INDEX;
use crate::response::Head;
use crate::{Consistency, Cursor, DecodeError, Meta, OutputOf, QueryBackend, Response, Watchable, decode};

impl<E: Watchable, X> Watch<E, X>
where
    OutputOf<E>: PartialEq,
{
    pub(super) fn answered(&mut self, now: Instant, asked: Asked, answer: http::Response<Bytes>) {
        let (head, body) = answer.into_parts();
        let missing = cursor_fault(E::CURSOR, &head, &body);
        let decoded = decode::<E>(http::Response::from_parts(head, body)).map_err(Cause::from);
        match (decoded, missing) {
            (Ok(response), None) => match self.doubt(asked, &response.meta) {
                Some(doubt) => self.put_off(now, doubt),
                None => self.accept(now, asked, response),
            },
            (Ok(_), Some(fault)) => self.failed(now, asked, Cause::Decode(fault)),
            (Err(cause), _) => self.failed(now, asked, cause),
        }
    }

    /// Whether the answer is to be believed.
    fn doubt(&self, asked: Asked, meta: &Meta) -> Option<Doubt> {
        let may_be_stale = matches!(self.consistency, Some(Consistency::Stale | Consistency::MaxStale(_)));
        if meta.query_backend == Some(QueryBackend::Streaming) {
            // A view in the agent answers. Before it has data it says "empty" with index 1; that may mean no permission,
            // no such datacenter, or servers that do not answer. And one that lags behind says what was before. Neither
            // header about the leader means anything here.
            let could_be_from_view = asked.wait.is_some() || self.options.cached.is_some();
            let has_no_data = index(meta).is_some_and(|index| index <= 1);
            return match could_be_from_view {
                true if has_no_data => Some(Doubt::View),
                true if self.is_backward(meta) => {
                    Some(if may_be_stale { Doubt::View } else { Doubt::Backward })
                }
                _ => None,
            };
        }
        match self.options.consistency {
            // Nobody knows better.
            Some(Consistency::Consistent) => None,
            Some(Consistency::Stale | Consistency::MaxStale(_)) => {
                let is_too_old = meta.last_contact > self.settings.staleness;
                (self.settings.staleness.is_some() && is_too_old).then_some(Doubt::Stale)
            }
            // Who wants no more than any server's word is content with that of the leader.
            _ if may_be_stale => None,
            // A leader that was elected a moment ago can answer before it has read all of its log.
            _ => self.is_backward(meta).then_some(Doubt::Backward),
        }
    }

    /// Leaves the answer alone, and lets the next request tell the truth: without an index it goes to the servers.
    fn put_off(&mut self, now: Instant, doubt: Doubt) {
        self.doubt = Some(doubt);
        (self.options.index, self.options.hash) = (None, None);
        self.pace.answered(&self.settings, now, false);
    }

    fn accept(&mut self, now: Instant, asked: Asked, response: Response<OutputOf<E>>) {
        let Response { value, meta } = response;
        let held = now.since(asked.at);
        let is_change = self.state().is_none_or(|state| **state != value);
        let is_at_end = asked.wait.is_some_and(|wait| held >= wait);
        self.pace.answered(
            &self.settings,
            now,
            held >= self.settings.changes.interval && (is_change || is_at_end),
        );
        if let Some(wait) = asked.wait {
            self.is_streaming = meta.query_backend == Some(QueryBackend::Streaming);
            self.outbox.extend(self.hold.answered(held, wait).map(Event::Shortened));
        }
        if asked.wait.is_none() || is_change || !self.is_streaming {
            self.vouched = now;
        }
        self.confirmed = Some(now);
        self.doubt = None;
        // An index that goes back means that the servers were set back, or that this is another one of them. Waiting on it
        // could miss what comes before the old one is reached again, so the next request starts afresh; this answer counts
        // all the same.
        if asked.wait.is_some() && self.is_backward(&meta) {
            (self.options.index, self.options.hash) = (None, None);
        } else {
            self.advance(now, &meta);
        }
        self.last_index = index(&meta);
        let was_told = self.episode.take().is_some_and(|episode| episode.was_told());
        if is_change {
            let state = State::new(Arc::new(value), meta);
            self.state = Some(state.clone());
            self.outbox.push_back(Event::State(state));
        } else if was_told {
            self.outbox.push_back(Event::Confirmed);
        }
    }

    fn is_backward(&self, meta: &Meta) -> bool {
        E::CURSOR == Cursor::Index && index(meta) < self.last_index
    }

    /// Keeps where to go on from. The hash is copied only where it is another.
    fn advance(&mut self, now: Instant, meta: &Meta) {
        match E::CURSOR {
            Cursor::Index | Cursor::Opaque => self.options.index = index(meta),
            Cursor::Hash if self.options.hash == meta.content_hash => {}
            Cursor::Hash => self.options.hash.clone_from(&meta.content_hash),
        }
        if !self.has_cursor() {
            self.pace.rest(&self.settings, now);
        }
    }
}

/// The index of an answer. Old servers have sent 0, on which nobody can wait.
fn index(meta: &Meta) -> Option<u64> {
    meta.index.map(|index| index.max(1))
}

/// What is wrong with an answer that can be read but leaves nothing to wait on. Taking it for index 0 would make a loop
/// that never waits.
fn cursor_fault(cursor: Cursor, head: &Head, body: &[u8]) -> Option<DecodeError> {
    // What is absent has no hash. That is no fault, but has to be asked for again and again.
    if cursor == Cursor::Hash {
        return None;
    }
    let Some(value) = head.headers.get(INDEX) else {
        return Some(DecodeError::new(head, body, "X-Consul-Index is missing"));
    };
    let is_index = value.to_str().is_ok_and(|text| text.parse::<u64>().is_ok());
    (!is_index).then(|| {
        let text = String::from_utf8_lossy(value.as_bytes());
        let shown: String = text.chars().take(40).collect();
        DecodeError::new(head, body, format!("X-Consul-Index is {shown:?}, not a number of 64 bits"))
    })
}
