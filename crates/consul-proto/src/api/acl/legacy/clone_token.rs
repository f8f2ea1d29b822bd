//! Copying a legacy token.

use crate::acl::Secret;
use crate::response::{Id, Via};
use crate::{Endpoint, Method, RequestWriter, Scope};

/// Copies a legacy token, except its id: `PUT /v1/acl/clone/:id`.
///
/// Returns the id of the copy. Requires a management token. If the token does not exist, servers respond as
/// if the permission were missing, with [`PermissionDenied`](crate::ApiErrorKind::PermissionDenied).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/v1.10.x/acl/legacy#clone-acl-token)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct CloneToken {
    id: Secret,
}

impl CloneToken {
    /// Copies the token `id`. The [id](crate::acl::legacy#ids) is sent in the path of the request.
    pub fn new(id: impl Into<Secret>) -> Self {
        Self { id: id.into() }
    }
}

impl Endpoint for CloneToken {
    type Response = Via<Id, Secret>;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/acl/clone/{id}";
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
        let clone = CloneToken::new("my-legacy-id");
        assert_eq!(wire(&clone), "PUT /v1/acl/clone/my-legacy-id");
        assert!(!format!("{clone:?}").contains("my-legacy-id"));
    }

    #[test]
    fn id_without_a_path_is_rejected() {
        let error = rejected(&CloneToken::new("a/.."));
        assert!(matches!(error, EncodeError::Argument { name: "id", reason: InvalidArgument::DotSegment }));
    }

    #[test]
    fn recorded_responses() {
        let id = decoded::<CloneToken>(200, r#"{"ID": "82683926-17e5-8cca-f2ce-7c7f1f08116b"}"#).unwrap();
        assert_eq!(id.expose(), "82683926-17e5-8cca-f2ce-7c7f1f08116b");
        match decoded::<CloneToken>(403, "Permission denied") {
            Err(ResponseError::Api(error)) => assert_eq!(error.kind(), ApiErrorKind::PermissionDenied),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn clone_token_is_not_idempotent() {
        assert!(!CloneToken::new("a").is_idempotent());
    }
}
