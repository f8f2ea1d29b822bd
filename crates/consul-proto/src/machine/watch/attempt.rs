//! Handling the end of an attempt.

use std::mem;
use std::sync::Arc;

use bytes::Bytes;
use http::Extensions;

use crate::machine::watch::severity::FailedAttempt;
use crate::machine::watch::trust::{Content, Decision, Recheck};
use crate::machine::watch::{Phase, Sent, Severity, StopOn, Watch, content, cursor, trust, wait_tuner};
use crate::machine::{Cause, Instant};
use crate::{ApiError, Meta, OutputOf, ResponseError, Route, Watchable, decode};

/// The value of a response, unless it equals the last one byte by byte.
enum Value<T> {
    Same,
    Decoded(T),
}

impl<E: Watchable, X: Clone + From<Cause>> Watch<E, X> {
    pub(super) fn failed(&mut self, now: Instant, sent: Sent, attempt: FailedAttempt<X>) {
        let FailedAttempt { cause, kind, mut severity, is_interruption } = attempt;
        let stops = match self.settings.stop_on {
            StopOn::Never => false,
            StopOn::PermanentFailure => severity == Severity::Permanent,
            StopOn::AnyFailure => true,
        };
        if stops {
            self.phase = Phase::Failed(cause);
            return;
        }
        let held = now.since(sent.at);
        match sent.wait {
            Some(wait) if is_interruption && held >= wait_tuner::MIN => {
                // The next request is short, and shows whether the server works.
                severity = Severity::Transient;
                self.tuner.interrupted(now, held, wait);
            }
            _ => self.tuner.failed(),
        }
        if severity == Severity::Permanent {
            // The streaming backend would respond to the next request with an index as if nothing had happened.
            self.position.clear();
        }
        // If requests fail already, the delay counts from the time of sending: servers without a leader hold requests for
        // seconds. Otherwise it counts from now, since a failed long poll usually hits all watches at the same time.
        let delay_from = if self.failures.is_failing() { sent.at } else { now };
        self.throttle.failed(&self.settings, now, delay_from, severity);
        // During a recheck, this is the reason for the suspicious response.
        let is_urgent = severity != Severity::Transient || self.trust.recheck() == Some(Recheck::Servers);
        self.failures.failed(now, cause, kind, severity, is_urgent);
    }
}

impl<E: Watchable, X: Clone + From<Cause>> Watch<E, X>
where
    OutputOf<E>: PartialEq,
{
    pub(super) fn responded(&mut self, now: Instant, sent: Sent, response: http::Response<Bytes>) {
        let (mut head, body) = response.into_parts();
        let extensions = mem::take(&mut head.extensions);
        let is_empty = content::is_empty(head.status, &body);
        let fingerprint = self.fingerprints.of(&head, &body);
        let checked = cursor::check(E::CURSOR, &head, &body);
        let read = if self.fingerprints.is_last(fingerprint) {
            Ok((Value::Same, Meta::from_headers(&head.headers)))
        } else {
            let response = http::Response::from_parts(head, body);
            decode::<E>(response).map(|response| (Value::Decoded(response.value), response.meta))
        };
        let read = read.and_then(|read| checked.map(|()| read).map_err(ResponseError::from));
        let (value, meta) = match read {
            Ok(read) => read,
            Err(error) => return self.rejected(now, sent, error, extensions),
        };
        let index = self.position.relation(&meta, trust::is_streaming(&self.options, &meta));
        let content = match meta.results_filtered_by_acls {
            Some(true) if is_empty => Content::Filtered,
            _ if is_empty && !self.is_empty => Content::Emptied,
            _ => Content::Plain,
        };
        match self.trust.judge(&self.options, &meta, index, content, &self.settings) {
            Decision::Accept => {
                self.is_empty = is_empty;
                self.fingerprints.accepted(fingerprint);
                self.accept(now, sent, value, meta);
            }
            Decision::Recheck(recheck) => {
                self.trust.doubted(recheck);
                self.position.clear();
                self.throttle.succeeded(&self.settings, now, false);
            }
            Decision::Deny => {
                self.rejected(now, sent, ApiError::filtered_by_acls().into(), extensions);
            }
        }
    }

    fn rejected(&mut self, now: Instant, sent: Sent, error: ResponseError, extensions: Extensions) {
        let cause = Cause::Response { route: Route::of(&self.endpoint), error, extensions };
        self.failed(now, sent, cause.into());
    }

    fn accept(&mut self, now: Instant, sent: Sent, value: Value<OutputOf<E>>, meta: Meta) {
        let held = now.since(sent.at);
        let new = match (value, &self.known) {
            (Value::Decoded(value), Some((known, _))) if **known == value => None,
            (Value::Decoded(value), _) => Some(value),
            (Value::Same, _) => None,
        };
        let is_at_end = sent.wait.is_some_and(|wait| held >= wait);
        let was_useful = held >= self.settings.change_rate.interval && (new.is_some() || is_at_end);
        self.throttle.succeeded(&self.settings, now, was_useful);
        if let Some(wait) = sent.wait {
            self.tuner.succeeded(held, wait);
        }
        self.trust.accepted(now, sent.wait.is_some(), new.is_some(), &meta);
        if !self.position.advance(&meta, sent.wait.is_some()) {
            self.throttle.delay(&self.settings, now);
        }
        self.failures.succeeded();
        self.confirmed_at = Some(now);
        if let Some(value) = new {
            self.known = Some((Arc::new(value), Arc::new(meta)));
        }
    }
}
