//! Deleting a legacy token.

use crate::acl::Secret;
use crate::{Endpoint, Method, RequestWriter, Scope, True};

/// Deletes a legacy token: `PUT /v1/acl/destroy/:id`.
///
/// Succeeds if the token does not exist. Requires a management token. The anonymous token cannot be deleted.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/v1.10.x/acl/legacy#delete-acl-token)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Destroy {
    id: Secret,
}

impl Destroy {
    /// Deletes the token `id`. The [id](crate::acl::legacy#ids) is sent in the path of the request.
    pub fn new(id: impl Into<Secret>) -> Self {
        Self { id: id.into() }
    }
}

impl Endpoint for Destroy {
    type Response = True;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/acl/destroy/{id}";
    const SCOPE: Scope = Scope::DATACENTER;

    fn write(&self, request: &mut RequestWriter) {
        request.arg(self.id.expose());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, rejected, wire};
    use crate::{ApiErrorKind, EncodeError, InvalidArgument, ResponseError};

    #[test]
    fn request() {
        let destroy = Destroy::new("upsert me");
        assert_eq!(wire(&destroy), "PUT /v1/acl/destroy/upsert%20me");
        assert!(!format!("{destroy:?}").contains("upsert"));
    }

    #[test]
    fn id_without_a_path_is_rejected() {
        let error = rejected(&Destroy::new(""));
        assert!(matches!(error, EncodeError::Argument { name: "id", reason: InvalidArgument::Empty }));
        assert!(!rejected(&Destroy::new("secret/..")).to_string().contains("secret"));
    }

    #[test]
    fn recorded_responses() {
        decoded::<Destroy>(200, "true\n").unwrap();
        assert!(decoded::<Destroy>(200, "false").is_err());
        match decoded::<Destroy>(403, "Permission denied: Cannot delete anonymous token") {
            Err(ResponseError::Api(error)) => assert_eq!(error.kind(), ApiErrorKind::PermissionDenied),
            other => panic!("{other:?}"),
        }
    }
}
