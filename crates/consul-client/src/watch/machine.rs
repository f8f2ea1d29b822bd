//! Watch machines without the type of their endpoint.

use std::any::{Any, TypeId};
use std::fmt;

use consul_proto::machine::{Cause, Instant, Machine, watch};
use consul_proto::{OutputOf, Watchable, kv};
use http::{HeaderValue, Request};

use crate::Error;
use crate::token::Tokens;
use crate::watch::registry::Query;
use crate::watch::{Event, Settings, Snapshot};

/// A machine that watches values of a type, for any endpoint.
pub(crate) trait Watched<T>: Machine<Event = Event<T>, Error = Error> + fmt::Debug + Send {
    fn settings_mut(&mut self) -> &mut Settings;

    /// Returns the current snapshot.
    fn snapshot(&self) -> Snapshot<T>;

    /// Returns the time at which the value was last confirmed.
    fn confirmed_at(&self) -> Option<Instant>;

    /// Emits the current snapshot again, for a new owner.
    fn replay(&mut self);

    /// Returns the identity of the watch, or `None` if it cannot be shared.
    fn query(&self, tokens: &Tokens) -> Option<Query>;

    /// Returns the prefix of a watch of keys.
    fn prefix(&self) -> Option<&str>;
}

impl<E: Watchable> Watched<OutputOf<E>> for watch::Watch<E, Error>
where
    OutputOf<E>: PartialEq + Send + Sync,
{
    fn settings_mut(&mut self) -> &mut Settings {
        self.settings_mut()
    }

    fn snapshot(&self) -> Snapshot<OutputOf<E>> {
        self.snapshot()
    }

    fn confirmed_at(&self) -> Option<Instant> {
        self.confirmed_at()
    }

    fn replay(&mut self) {
        self.replay();
    }

    fn query(&self, tokens: &Tokens) -> Option<Query> {
        let (head, body) = Request::into_parts(self.first_request().ok()?);
        Some(Query {
            endpoint: TypeId::of::<E>(),
            method: head.method,
            target: head.uri.to_string(),
            headers: head
                .headers
                .iter()
                .map(|(name, value)| (name.clone(), HeaderValue::clone(value)))
                .collect(),
            body,
            tokens: tokens.clone(),
            settings: self.settings().clone(),
        })
    }

    fn prefix(&self) -> Option<&str> {
        let endpoint: &dyn Any = self.endpoint();
        endpoint.downcast_ref::<kv::List>().map(kv::List::prefix)
    }
}

/// The driver stores the request's token in the extensions of the response, so that it can be masked in the error.
impl From<Cause> for Error {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::Response { route, error, extensions } => Self::response(route, error, extensions.get()),
            Cause::Request { route, error } => Self::encode(route, error),
        }
    }
}
