//! Reports for TTL checks, which have a route for each status.

use crate::RequestWriter;
use crate::model::CheckId;

/// The check and its output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Report {
    check_id: CheckId,
    pub(super) note: Option<String>,
}

impl Report {
    pub(super) fn new(check_id: impl Into<CheckId>) -> Self {
        Self { check_id: check_id.into(), note: None }
    }

    pub(super) fn write(&self, request: &mut RequestWriter) {
        request.arg(self.check_id.as_str());
        request.opt("note", self.note.as_deref());
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::{ApiErrorKind, ResponseError};

    /// Decodes the error responses of all reports.
    pub(crate) fn check_errors(decoded: impl Fn(u16, &str) -> Result<(), ResponseError>) {
        for (status, body) in [
            (404, "Unknown check ID \"nope\". Ensure that the check ID is passed, not the check name."),
            (500, "CheckID \"nope\" does not have associated TTL"),
            (500, "Unknown check \"nope\""),
        ] {
            match decoded(status, body) {
                Err(ResponseError::Api(error)) => assert_eq!(error.kind(), ApiErrorKind::UnknownCheck),
                other => panic!("{other:?}"),
            }
        }
    }
}
