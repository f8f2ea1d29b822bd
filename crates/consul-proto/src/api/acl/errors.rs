//! Error texts of ACLs.

use crate::ApiErrorKind::{self, AclDisabled, InvalidRequest, NotFound, UnknownRoute, UnknownToken};
use crate::error::texts::{Texts, find};
use crate::{ErrorResponse, Meta};

const TEXTS: Texts = &[
    (
        NotFound,
        &[
            "Requested * does not exist: ACL not found",
            "token does not exist: ACL not found",
            "ACL not found: auth method \"*\" not found",
        ],
    ),
    (UnknownToken, &["Supplied token does not exist"]),
    (UnknownRoute, &["Endpoint /v1/acl/* for the legacy ACL system was removed in Consul *"]),
    (AclDisabled, &["ACL support disabled"]),
    (
        InvalidRequest,
        &[
            "ACL ID must be set",
            "ACL rule compilation failed: *",
            "Cannot use legacy endpoint to modify a non-legacy token",
            "Failed to parse rules: *",
            "Invalid ACL Type",
            "Missing ACL",
            "Missing token ID",
            "failed acl * lookup: index error: UUID must be 36 characters",
        ],
    ),
];

/// Returns the kind of an error response of this group.
pub(in crate::api) fn kind(response: &ErrorResponse<'_>) -> Option<ApiErrorKind> {
    if response.text() == "ACL not found" {
        return Some(if is_about_object(response) { NotFound } else { UnknownToken });
    }
    find(TEXTS, response.text())
}

/// Servers before 1.21 have one text for the caller's token and for the object that is read. The caller's token is
/// checked before the store is read, and then the response has index 1 and knows no leader.
fn is_about_object(response: &ErrorResponse<'_>) -> bool {
    let meta = Meta::from_headers(response.headers());
    let reads_own_token = response.path() == "/v1/acl/token/self";
    !reads_own_token && meta.index > Some(1) && meta.known_leader == Some(true)
}
