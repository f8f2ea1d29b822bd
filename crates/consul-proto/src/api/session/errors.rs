//! Error texts of sessions.

use crate::ApiErrorKind::{self, InvalidRequest, NotReady, UnknownNode, UnknownSession};
use crate::ErrorResponse;
use crate::error::texts::{Texts, find};

const TEXTS: Texts = &[
    (UnknownSession, &["Session id '*' not found", "failed session lookup: *"]),
    (UnknownNode, &["Missing node registration"]),
    // A failed node is critical until the servers notice that it is back. A new one is registered by its agent, and has
    // this check when the leader adds it.
    (NotReady, &["Check '*' is in critical state", "Missing check 'serfHealth' registration"]),
    (
        InvalidRequest,
        &[
            "Missing node name",
            "Missing session",
            "Missing check '*' registration",
            "Invalid Behavior setting '*'",
            "Invalid Session TTL '*",
            "Session TTL '*' invalid: *",
            "cross datacenter lock must be created at server agent",
        ],
    ),
];

/// Returns the kind of an error response of this group.
pub(in crate::api) fn kind(response: &ErrorResponse<'_>) -> Option<ApiErrorKind> {
    find(TEXTS, response.text())
}
