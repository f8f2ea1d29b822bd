//! Availability of legacy tokens.

use http::StatusCode;

use crate::{ApiErrorKind, Error, ErrorKind};

/// Availability of legacy tokens, as far as this client can detect it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Support {
    /// The servers have legacy tokens, and this client may list them.
    Enabled,
    /// ACLs are disabled on the agent.
    Disabled,
    /// The servers have removed legacy tokens, whether ACLs are enabled or not.
    Gone,
    /// The servers can have legacy tokens, but this client may not list them: its token lacks the permission or does not
    /// exist, or the agent blocks the operation.
    NotAllowed,
}

impl Support {
    /// Interprets the result of listing the tokens.
    pub(super) fn of<T>(attempt: Result<T, Error>) -> Result<Self, Error> {
        let error = match attempt {
            Ok(_) => return Ok(Self::Enabled),
            Err(error) => error,
        };
        match error.kind() {
            ErrorKind::Api(ApiErrorKind::AclDisabled) => Ok(Self::Disabled),
            ErrorKind::Api(ApiErrorKind::UnknownRoute) => Ok(Self::Gone),
            ErrorKind::Api(ApiErrorKind::PermissionDenied | ApiErrorKind::UnknownToken) => {
                Ok(Self::NotAllowed)
            }
            // Versions 1.11 to 1.14 still have the routes, which return this status.
            _ if error.status() == Some(StatusCode::GONE) => Ok(Self::Gone),
            _ => Err(error),
        }
    }
}
