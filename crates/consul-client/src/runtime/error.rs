//! The error of spawning a task.

use std::error::Error;
use std::fmt;

type Source = Box<dyn Error + Send + Sync>;

/// Error returned by [`Runtime::spawn`](super::Runtime::spawn) if no runtime can run the task. The task was dropped.
#[derive(Debug)]
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
        write!(f, "failed to spawn a background task: {}", self.0)
    }
}

impl Error for SpawnError {}
