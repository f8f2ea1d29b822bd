//! Errors that a machine detects.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::{ApiErrorKind, EncodeError, ResponseError, Route};

/// An error that a machine detects in a response, or in a request before it is sent.
///
/// A driver converts it into its own error type, so that owners see one type for all errors.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a machine writes requests and reads responses, nothing else")]
pub enum Cause {
    /// The response is an error, or is unexpected for the operation.
    Response {
        /// The operation.
        route: Route,
        /// The error.
        error: ResponseError,
        /// The extensions of the response. A driver can store data in them for converting the error.
        extensions: http::Extensions,
    },
    /// The request is invalid and was not sent.
    Request {
        /// The operation.
        route: Route,
        /// The error.
        error: EncodeError,
    },
}

/// The kind of an error, for comparisons: two errors of the same kind need not be reported twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CauseKind {
    /// There was no complete response.
    Failed(super::FailureKind),
    /// The server reported an error.
    Api(ApiErrorKind),
    /// The response is unexpected for the operation.
    Decode,
    /// The request is invalid.
    Request,
}

impl Cause {
    /// Returns the operation that the error belongs to.
    #[must_use]
    pub fn route(&self) -> &Route {
        match self {
            Self::Response { route, .. } | Self::Request { route, .. } => route,
        }
    }

    pub(super) fn kind(&self) -> CauseKind {
        match self {
            Self::Response { error: ResponseError::Api(error), .. } => CauseKind::Api(error.kind()),
            Self::Response { error: ResponseError::Decode(_), .. } => CauseKind::Decode,
            Self::Request { .. } => CauseKind::Request,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Response { error, .. } => error.fmt(f),
            Self::Request { error, .. } => error.fmt(f),
        }
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Response { error, .. } => error.source(),
            Self::Request { error, .. } => error.source(),
        }
    }
}

/// An error type for drivers without their own.
impl From<Cause> for Arc<dyn Error + Send + Sync> {
    fn from(cause: Cause) -> Self {
        Arc::new(cause)
    }
}
