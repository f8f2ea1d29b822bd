//! The operations, by group of the API. Each operation has one file, and all files have the same structure.

pub mod acl;
pub mod agent;
pub mod catalog;
pub mod coordinate;
pub mod event;
pub mod health;
pub mod kv;
pub mod session;
pub mod status;
pub mod txn;

use crate::{ApiErrorKind, ErrorResponse};

/// Returns the kind of an error response in the group of its path.
pub(crate) fn error_kind(response: &ErrorResponse<'_>) -> Option<ApiErrorKind> {
    let group = response.path().strip_prefix("/v1/")?.split('/').next()?;
    match group {
        "acl" => acl::errors::kind(response),
        "agent" => agent::errors::kind(response),
        "catalog" => catalog::errors::kind(response),
        "event" => event::errors::kind(response),
        "health" => health::errors::kind(response),
        "kv" => kv::errors::kind(response),
        "session" => session::errors::kind(response),
        "txn" => txn::errors::kind(response),
        _ => None,
    }
}
