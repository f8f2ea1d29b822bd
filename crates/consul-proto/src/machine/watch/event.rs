//! What a watch tells.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::machine::{Failure, FailureKind};
use crate::{ApiError, ApiErrorKind, DecodeError, EncodeError, Meta, ResponseError};

/// What a watch tells. `X` is the driver's error.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<T, X> {
    /// The state, for the first time or because it is another.
    State(State<T>),
    /// The state cannot be confirmed. It stays the last one known; the watch goes on.
    ///
    /// Told at once where the servers refuse or what answers is not Consul; for an outage when it has lasted for
    /// [`stall`](crate::machine::watch::Settings::stall). Told again only when it is of another kind than before.
    Trouble(Trouble<X>),
    /// The trouble that was told is over, and the state is still the one that was told last.
    Confirmed,
    /// Something on the way closes connections before the server's wait is over, so a shorter wait is asked for from
    /// here on.
    Shortened(Duration),
    /// The watch has ended; nothing follows.
    Ended(Cause<X>),
}

/// A state, and what its answer said about itself.
#[derive(Debug)]
#[non_exhaustive]
pub struct State<T> {
    /// The value; shared with the watch, which compares the next one with it.
    pub value: Arc<T>,
    /// What the headers tell.
    pub meta: Meta,
}

impl<T> State<T> {
    pub(super) fn new(value: Arc<T>, meta: Meta) -> Self {
        Self { value, meta }
    }

    /// The same with another value, made of this one.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(Arc<T>) -> Arc<U>) -> State<U> {
        State { value: change(self.value), meta: self.meta }
    }
}

impl<T> Clone for State<T> {
    fn clone(&self) -> Self {
        Self::new(Arc::clone(&self.value), self.meta.clone())
    }
}

/// Why the state cannot be confirmed, and for how long that has been so.
#[derive(Debug)]
#[non_exhaustive]
pub struct Trouble<X> {
    /// The latest failure.
    pub cause: Cause<X>,
    /// The time since the state was last confirmed; `None` where there is no state yet.
    pub unconfirmed: Option<Duration>,
}

impl<X> Trouble<X> {
    pub(super) fn new(cause: Cause<X>, unconfirmed: Option<Duration>) -> Self {
        Self { cause, unconfirmed }
    }
}

/// Why an attempt brought no state.
#[derive(Debug)]
#[expect(
    clippy::exhaustive_enums,
    reason = "an attempt is written, sent, answered and read; there is no fifth"
)]
pub enum Cause<X> {
    /// There was no answer.
    Failed(Failure<X>),
    /// The server refused or failed, and said so.
    Api(ApiError),
    /// The answer is not what the endpoint answers with, or has no index to go on from.
    Decode(DecodeError),
    /// The request cannot be written.
    Request(EncodeError),
}

/// What a failure means to a watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Passes by itself: nobody there, no leader, too busy.
    Outage,
    /// May pass by itself, but something else than a Consul at work has answered.
    Oddity,
    /// Passes only if somebody does something about it.
    Refusal,
}

impl<X> Cause<X> {
    /// What it means to a watch.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self {
            Self::Failed(failure) => match failure.kind {
                FailureKind::Connect | FailureKind::Closed | FailureKind::Timeout => Severity::Outage,
                FailureKind::Other => Severity::Oddity,
            },
            Self::Api(error) => match error.kind() {
                kind if kind.is_transient() => Severity::Outage,
                // A proxy's page looks so, also during an outage behind it; and what does not exist can come to.
                ApiErrorKind::NotFound
                | ApiErrorKind::UnknownCheck
                | ApiErrorKind::UnknownService
                | ApiErrorKind::UnknownSession
                | ApiErrorKind::UnknownNode
                | ApiErrorKind::UnknownRoute
                | ApiErrorKind::Redirect
                | ApiErrorKind::UnexpectedStatus => Severity::Oddity,
                _ => Severity::Refusal,
            },
            Self::Decode(_) => Severity::Oddity,
            Self::Request(_) => Severity::Refusal,
        }
    }

    /// What is compared to tell a failure once and not each time.
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Failed(failure) => Kind::Failed(failure.kind),
            Self::Api(error) => Kind::Api(error.kind()),
            Self::Decode(_) => Kind::Decode,
            Self::Request(_) => Kind::Request,
        }
    }

    /// Whether a connection ended without an answer, also where a proxy was polite enough to say so.
    pub(super) fn is_cut_off(&self) -> bool {
        match self {
            Self::Failed(failure) => failure.kind == FailureKind::Closed,
            Self::Api(error) => error.status() == http::StatusCode::GATEWAY_TIMEOUT,
            Self::Decode(_) | Self::Request(_) => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Failed(FailureKind),
    Api(ApiErrorKind),
    Decode,
    Request,
}

impl<X> From<ResponseError> for Cause<X> {
    fn from(error: ResponseError) -> Self {
        match error {
            ResponseError::Api(error) => Self::Api(error),
            ResponseError::Decode(error) => Self::Decode(error),
        }
    }
}

impl<X: fmt::Display> fmt::Display for Cause<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(failure) => failure.error.fmt(f),
            Self::Api(error) => error.fmt(f),
            Self::Decode(error) => error.fmt(f),
            Self::Request(error) => error.fmt(f),
        }
    }
}
