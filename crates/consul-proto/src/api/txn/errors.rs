//! Error texts of transactions.

use crate::ApiErrorKind::{self, InvalidRequest, TooLarge};
use crate::ErrorResponse;
use crate::error::texts::{Texts, find};

const TEXTS: Texts = &[
    (TooLarge, &["Transaction contains too many operations (*)", "Value for key \"*\" is too large*"]),
    (InvalidRequest, &["Failed to parse body: *"]),
];

/// Returns the kind of an error response of this group.
pub(in crate::api) fn kind(response: &ErrorResponse<'_>) -> Option<ApiErrorKind> {
    find(TEXTS, response.text())
}
