//! The error of the commands.

use std::{fmt, io};

/// Error returned by a command.
#[derive(Debug)]
pub(crate) enum Error {
    /// The command has already printed its findings.
    Reported,
    /// The error text.
    Failed(String),
}

impl Error {
    /// Creates an error with a text.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self::Failed(text.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reported => f.write_str("failed, as reported above"),
            Self::Failed(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Error {}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Adds context to an error.
pub(crate) trait Context<T> {
    /// Adds `what` before the text of the error.
    fn context(self, what: impl FnOnce() -> String) -> Result<T, Error>;
}

impl<T, E: fmt::Display> Context<T> for Result<T, E> {
    fn context(self, what: impl FnOnce() -> String) -> Result<T, Error> {
        self.map_err(|error| Error::Failed(format!("{}: {error}", what())))
    }
}
