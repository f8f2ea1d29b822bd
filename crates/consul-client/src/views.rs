//! Which views a client has, so that who wants the same can share one.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use consul_proto::machine::watch::Settings;
use http::HeaderValue;

use crate::token::Tokens;

/// The views of a client, each under its query.
#[derive(Default)]
pub(crate) struct Views(Mutex<HashMap<Query, Box<dyn Any + Send + Sync>>>);

impl Views {
    /// While it is locked no view comes or goes.
    pub(crate) fn lock(&self) -> MutexGuard<'_, HashMap<Query, Box<dyn Any + Send + Sync>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Views {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Views").field(&self.lock().len()).finish()
    }
}

/// What makes two watches the same: operation, target, headers, token and settings.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Query {
    pub(crate) endpoint: TypeId,
    pub(crate) target: String,
    pub(crate) cache_control: Option<HeaderValue>,
    pub(crate) tokens: Tokens,
    pub(crate) settings: Settings,
}
