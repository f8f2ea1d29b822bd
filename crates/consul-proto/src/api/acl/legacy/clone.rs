//! Copying a legacy token.

use crate::acl::Secret;
use crate::acl::legacy::TokenId;
use crate::{Endpoint, Method, RequestWriter, Scope};

/// Copies a legacy token, all but its id: `PUT /v1/acl/clone/:id`.
///
/// Answers with the id of the copy. Needs a token of type management. Where there is nothing to copy servers answer
/// [`PermissionDenied`](crate::ApiErrorKind::PermissionDenied), as they do where the caller may not.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/v1.10.x/acl/legacy#clone-acl-token)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clone {
    /// The id; see the [module](crate::acl::legacy#ids).
    pub id: Secret,
}

impl Clone {
    /// Copies the token `id`.
    pub fn new(id: impl Into<Secret>) -> Self {
        Self { id: id.into() }
    }
}

impl Endpoint for Clone {
    type Response = TokenId;
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
    use crate::{ApiErrorKind, ArgumentFault, EncodeError, ResponseError};

    #[test]
    fn request() {
        let clone = Clone::new("my-legacy-id");
        assert_eq!(wire(&clone), "PUT /v1/acl/clone/my-legacy-id");
        assert!(!format!("{clone:?}").contains("my-legacy-id"));
    }

    #[test]
    fn id_that_no_path_can_name_is_rejected() {
        let fault = rejected(&Clone::new("a/.."));
        assert!(matches!(fault, EncodeError::Argument { name: "id", fault: ArgumentFault::DotSegment }));
    }

    #[test]
    fn recorded_answers() {
        let id = decoded::<Clone>(200, r#"{"ID": "82683926-17e5-8cca-f2ce-7c7f1f08116b"}"#).unwrap();
        assert_eq!(id.expose(), "82683926-17e5-8cca-f2ce-7c7f1f08116b");
        match decoded::<Clone>(403, "Permission denied") {
            Err(ResponseError::Api(error)) => assert_eq!(error.kind(), ApiErrorKind::PermissionDenied),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn is_sent_once() {
        assert!(!Clone::new("a").is_idempotent());
    }
}
