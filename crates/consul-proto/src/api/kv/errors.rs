//! Error texts of the key/value store.

use http::StatusCode;

use crate::ApiErrorKind::{self, InvalidRequest, KeyRefused, TooLarge, UnknownSession};
use crate::ErrorResponse;
use crate::error::texts::{Texts, find};

const TEXTS: Texts = &[
    // Since 1.22.6 servers do not accept some keys in paths.
    (KeyRefused, &["invalid key name, *"]),
    (UnknownSession, &["invalid session \"*\"", "missing session", "failed session lookup: *"]),
    (InvalidRequest, &["Missing key name", "Conflicting flags: *"]),
    (TooLarge, &["Value for key \"*\" is too large*"]),
];

/// Returns the kind of an error response of this group.
pub(in crate::api) fn kind(response: &ErrorResponse<'_>) -> Option<ApiErrorKind> {
    // All servers reject unprintable characters in paths, without a text.
    if response.status() == StatusCode::BAD_REQUEST && response.message().is_empty() {
        return Some(KeyRefused);
    }
    find(TEXTS, response.text())
}
