//! Whether there are legacy tokens.

use http::StatusCode;

use crate::{ApiErrorKind, Error, ErrorKind};

/// Whether there are legacy tokens, as far as a client can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Support {
    /// They are there, and this client's token may see them.
    Enabled,
    /// The agent runs without ACLs.
    Disabled,
    /// The server has dropped legacy tokens, whether ACLs are on or off.
    Gone,
    /// They may be there, but this client's token may not see them, or does not exist, or the agent blocks the
    /// operation.
    NotAllowed,
}

impl Support {
    /// What an attempt to read the tokens tells.
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
            // From 1.11 to 1.14 the routes were there to say that they are not.
            _ if error.status() == Some(StatusCode::GONE) => Ok(Self::Gone),
            _ => Err(error),
        }
    }
}
