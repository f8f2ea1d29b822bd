//! Error texts of agents.

use crate::ApiErrorKind::{
    self, InvalidRequest, NotFound, Unavailable, UnknownCheck, UnknownNode, UnknownService,
};
use crate::ErrorResponse;
use crate::error::texts::{Texts, find};

const TEXTS: Texts = &[
    (
        UnknownCheck,
        &[
            "Unknown check ID \"*\". Ensure that the check ID is passed, not the check name.",
            "Unknown check \"*\"",
            // Consul 1.8 has the same text for an unknown check and for a check of another kind.
            "CheckID \"*\" does not have associated TTL",
        ],
    ),
    (
        UnknownService,
        &[
            "Unknown service ID \"*\". Ensure that the service ID is passed, not the service name.",
            "unknown service ID:*",
            "Unknown service {\"*",
            "No service registered with ID \"*\"",
            "ServiceID \"*\" does not exist",
            "ServiceId * not found",
            "ServiceName * Not Found",
        ],
    ),
    (UnknownNode, &["No node found with name '*'"]),
    (NotFound, &["Token \"*\" is unknown"]),
    // The other agent may be reachable a moment later.
    (Unavailable, &["Failed to join *", "Failed to resolve *"]),
    (
        InvalidRequest,
        &[
            "Missing check name",
            "Missing service ID",
            "Missing service Name",
            "Missing service name",
            "Missing serviceID",
            "Missing value for enable",
            "Invalid Service Meta: *",
            "Invalid Weights: *",
            "Invalid check status: '*'",
            "Invalid check: *",
            "Invalid service address",
            "Invalid value for enable: \"*\"",
            "Bad check status",
            "Status for checks must 'passing', 'warning', 'critical'",
            "Cannot provide a segment with wan=true",
            "A SidecarService cannot *",
            "Port must be set for a *",
            "Port or SocketPath must be set for a *",
            "Proxy.DestinationServiceName must be non-empty for Connect proxy services*",
            "Scripts are disabled on this agent*",
            "Must be a server to force-leave a node from the WAN cluster",
            "WAN join is disabled*",
            "Unknown log level: *",
            "Prometheus is not enabled since *",
            "Connect must be enabled in order to use this endpoint",
            "not implemented",
        ],
    ),
];

/// Returns the kind of an error response of this group.
pub(in crate::api) fn kind(response: &ErrorResponse<'_>) -> Option<ApiErrorKind> {
    find(TEXTS, response.text())
}
