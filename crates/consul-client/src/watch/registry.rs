//! The views of a client. Equal views share one watch.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};

use crate::token::Tokens;
use crate::watch::Settings;

/// The views of a client, by query.
#[derive(Default)]
pub(crate) struct Registry(Mutex<HashMap<Query, Box<dyn Any + Send + Sync>>>);

impl Registry {
    /// Locks the registry. While it is locked, no view is added or removed.
    pub(super) fn lock(&self) -> MutexGuard<'_, HashMap<Query, Box<dyn Any + Send + Sync>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Registry").field(&self.lock().len()).finish()
    }
}

/// The identity of a watch: the operation, the complete first request, the token and the settings.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Query {
    pub(super) endpoint: TypeId,
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Bytes,
    pub(super) tokens: Tokens,
    pub(super) settings: Settings,
}
