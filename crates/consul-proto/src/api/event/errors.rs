//! Error texts of events.

use crate::ApiErrorKind::{self, InvalidRequest, TooLarge};
use crate::ErrorResponse;
use crate::error::texts::{Texts, find};

const TEXTS: Texts = &[
    (
        TooLarge,
        &[
            "Event payload too large, *",
            "error broadcasting event*: user event exceeds configured limit of *",
            "user event exceeds configured limit of *",
        ],
    ),
    (
        InvalidRequest,
        &[
            "Missing name",
            "Cannot provide tag filter without service filter",
            "Invalid node filter: *",
            "Invalid service filter: *",
            "Invalid tag filter: *",
        ],
    ),
];

/// Returns the kind of an error response of this group.
pub(in crate::api) fn kind(response: &ErrorResponse<'_>) -> Option<ApiErrorKind> {
    find(TEXTS, response.text())
}
