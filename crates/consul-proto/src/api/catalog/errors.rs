//! Error texts of the catalog.

use crate::ApiErrorKind::{self, InvalidRequest, NotReady, UnknownCheck, UnknownNode, UnknownService};
use crate::ErrorResponse;
use crate::error::texts::{Texts, find};

const TEXTS: Texts = &[
    (UnknownCheck, &["Unknown check ID '*'"]),
    (
        UnknownService,
        &[
            "Unknown service ID '*'",
            "Unknown service ID '*' for check ID '*'",
            "Missing service registration",
            "Missing service registration *",
        ],
    ),
    (UnknownNode, &["Missing node registration"]),
    // The name is free for another id when `serfHealth` of the node that has it is critical.
    (NotReady, &["Error while renaming Node ID: \"*\": Node name * is reserved by node *"]),
    (
        InvalidRequest,
        &[
            "Missing gateway name",
            "Missing node name",
            "Missing service name",
            "Must provide *",
            "Bad node ID: *",
            "Error while renaming Node ID: *",
            "Invalid service address",
            "Node '*' for check '*' doesn't match register request node '*'",
            "Proxy.DestinationServiceName must be non-empty for Connect proxy services*",
            "Port or SocketPath must be set for a *",
            "Port must be set for a *",
            "object is missing a value for this index*",
            "object missing primary index*",
        ],
    ),
];

/// Returns the kind of an error response of this group.
pub(in crate::api) fn kind(response: &ErrorResponse<'_>) -> Option<ApiErrorKind> {
    find(TEXTS, response.text())
}
