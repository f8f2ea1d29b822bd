//! Why a task cannot be spawned.

use std::error::Error;
use std::fmt;

type Source = Box<dyn Error + Send + Sync>;

/// Error of [`Runtime::spawn`](super::Runtime::spawn): no runtime runs the task, which was dropped.
#[derive(Debug)]
pub struct SpawnError(Source);

impl SpawnError {
    /// Creates an error with this reason.
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
