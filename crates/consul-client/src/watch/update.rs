//! What a watch tells.

use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use consul_proto::ResponseError;
use consul_proto::machine::watch::{Cause, Event, State};

use crate::error::Route;
use crate::{Error, Token};

/// What a watch tells.
#[derive(Debug)]
#[non_exhaustive]
pub enum Update<T> {
    /// The state, for the first time or because it is another.
    State(State<T>),
    /// The state cannot be confirmed. It stays the last one known, and the watch goes on.
    ///
    /// Told at once where the servers refuse or what answers is not Consul, for an outage when it has lasted. Told again
    /// only when it is of another kind than before.
    Trouble(Trouble),
    /// The trouble that was told is over, and the state is still the one that was told last.
    Confirmed,
    /// Something on the way closes connections before the server's wait is over, so a shorter wait is asked for from
    /// here on.
    Shortened(Duration),
}

/// Why the state cannot be confirmed, and for how long that has been so.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Trouble {
    /// The latest failure.
    pub error: Error,
    /// The time since the state was last confirmed; `None` where there is no state yet.
    pub unconfirmed: Option<Duration>,
}

impl<T> Update<T> {
    /// The same of another state, made of this one.
    pub(super) fn map<U>(self, change: impl FnOnce(Arc<T>) -> Arc<U>) -> Update<U> {
        match self {
            Self::State(state) => Update::State(state.map(change)),
            Self::Trouble(trouble) => Update::Trouble(trouble),
            Self::Confirmed => Update::Confirmed,
            Self::Shortened(wait) => Update::Shortened(wait),
        }
    }
}

/// Polls for a state, and leaves aside whatever else is told.
pub(super) fn poll_state<T>(
    cx: &mut Context<'_>,
    mut poll_update: impl FnMut(&mut Context<'_>) -> Poll<Option<Result<Update<T>, Error>>>,
) -> Poll<Option<Result<State<T>, Error>>> {
    loop {
        match ready!(poll_update(cx)) {
            Some(Ok(Update::State(state))) => return Poll::Ready(Some(Ok(state))),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Poll::Ready(Some(Err(error))),
            None => return Poll::Ready(None),
        }
    }
}

/// An event of the machine in the words of this crate; its end is an error.
pub(super) fn of<T>(
    event: Event<T, Error>,
    route: &Route,
    token: Option<&Token>,
) -> Result<Update<T>, Error> {
    match event {
        Event::State(state) => Ok(Update::State(state)),
        Event::Trouble(trouble) => {
            let unconfirmed = trouble.unconfirmed;
            Ok(Update::Trouble(Trouble { error: error_of(trouble.cause, route, token), unconfirmed }))
        }
        Event::Shortened(wait) => Ok(Update::Shortened(wait)),
        Event::Ended(cause) => Err(error_of(cause, route, token)),
        // The enum is open; what is left of it says that all is well.
        _ => Ok(Update::Confirmed),
    }
}

fn error_of(cause: Cause<Error>, route: &Route, token: Option<&Token>) -> Error {
    match cause {
        Cause::Failed(failure) => failure.error,
        Cause::Api(error) => Error::response(route.clone(), ResponseError::Api(error), token),
        Cause::Decode(error) => Error::response(route.clone(), ResponseError::Decode(error), token),
        Cause::Request(error) => Error::encode(route.clone(), error),
    }
}
