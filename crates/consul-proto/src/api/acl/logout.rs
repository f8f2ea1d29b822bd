//! Logging out.

use crate::{Endpoint, Method, RequestWriter, Scope, True};

/// Deletes the token of the request, which a login has created: `POST /v1/acl/logout`.
///
/// If the token was not created by a login, the error is [permission denied](crate::ApiErrorKind::PermissionDenied).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/acl#logout-from-auth-method)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Logout(());

impl Logout {
    /// Deletes the token of the request.
    pub fn new() -> Self {
        Self(())
    }
}

impl Endpoint for Logout {
    type Response = True;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v1/acl/logout";
    const SCOPE: Scope = Scope::DATACENTER;

    fn write(&self, _: &mut RequestWriter) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Logout::new()), "POST /v1/acl/logout");
    }

    #[test]
    fn recorded_response() {
        decoded::<Logout>(200, "true").unwrap();
    }
}
