//! Error texts of health.

use crate::ApiErrorKind::{self, InvalidRequest};
use crate::ErrorResponse;
use crate::error::texts::{Texts, find};

const TEXTS: Texts = &[(
    InvalidRequest,
    &[
        "Missing check state",
        "Missing node name",
        "Missing service name",
        "Invalid value for ?passing",
        "peer-name and sameness-group are mutually exclusive",
    ],
)];

/// Returns the kind of an error response of this group.
pub(in crate::api) fn kind(response: &ErrorResponse<'_>) -> Option<ApiErrorKind> {
    find(TEXTS, response.text())
}
