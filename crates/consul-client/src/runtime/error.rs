//! The error of spawning a task.

use std::error::Error;
use std::fmt;

use consul_proto::Bounded;

type Source = Box<dyn Error + Send + Sync>;

/// Error returned by [`Runtime::spawn`](super::Runtime::spawn) if no runtime can run the task. The task was dropped.
/// `Debug` shows the text of `Display`.
pub struct SpawnError(Source);

impl SpawnError {
    /// Creates an error with a reason.
    #[must_use]
    pub fn new(reason: impl Into<Source>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for SpawnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed to spawn a background task: {}", Bounded::message(&self.0))
    }
}

impl fmt::Debug for SpawnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpawnError({self})")
    }
}

impl Error for SpawnError {}
