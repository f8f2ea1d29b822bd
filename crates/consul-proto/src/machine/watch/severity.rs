//! The severity of failures.

use http::StatusCode;

use crate::machine::watch::Severity;
use crate::machine::{Cause, CauseKind, Failure, FailureKind};
use crate::{ApiErrorKind, ResponseError};

/// A failed attempt, as a watch sees it.
#[derive(Debug)]
pub(super) struct FailedAttempt<X> {
    pub(super) cause: X,
    pub(super) kind: CauseKind,
    pub(super) severity: Severity,
    /// Set if a proxy or agent may have cut off a long wait.
    pub(super) is_interruption: bool,
}

impl<X> From<Failure<X>> for FailedAttempt<X> {
    fn from(failure: Failure<X>) -> Self {
        let severity = match failure.kind {
            FailureKind::Other => Severity::Unexpected,
            _ => Severity::Transient,
        };
        Self {
            kind: CauseKind::Failed(failure.kind),
            severity,
            is_interruption: failure.kind == FailureKind::Closed || severity == Severity::Unexpected,
            cause: failure.error,
        }
    }
}

impl<X: From<Cause>> From<Cause> for FailedAttempt<X> {
    fn from(cause: Cause) -> Self {
        let kind = cause.kind();
        let severity = severity(kind);
        let is_interruption = severity == Severity::Unexpected
            || matches!(&cause, Cause::Response { error: ResponseError::Api(error), .. } if is_gateway(error.status()));
        Self { kind, severity, is_interruption, cause: cause.into() }
    }
}

/// Returns how severe a failure of this kind is.
pub(in crate::machine) fn severity(kind: CauseKind) -> Severity {
    match kind {
        CauseKind::Api(kind) if kind.is_transient() => Severity::Transient,
        // A proxy's page may look like these during an outage, and a missing object may be created.
        CauseKind::Api(
            ApiErrorKind::NotFound
            | ApiErrorKind::UnknownCheck
            | ApiErrorKind::UnknownService
            | ApiErrorKind::UnknownSession
            | ApiErrorKind::UnknownNode
            | ApiErrorKind::UnknownRoute
            | ApiErrorKind::Redirect
            | ApiErrorKind::UnexpectedStatus,
        )
        | CauseKind::Decode => Severity::Unexpected,
        CauseKind::Failed(_) => Severity::Transient,
        CauseKind::Api(_) | CauseKind::Request => Severity::Permanent,
    }
}

/// Returns `true` if proxies use the status for requests that take too long.
fn is_gateway(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 502..=504 | 520..=527)
}
