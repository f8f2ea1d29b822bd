//! Deleting a legacy token.

use crate::acl::Secret;
use crate::{Endpoint, Flag, Method, RequestWriter, Scope};

/// Deletes a legacy token: `PUT /v1/acl/destroy/:id`.
///
/// Answers `true`, also where there is no such token. Needs a token of type management; the anonymous token cannot be
/// deleted.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/v1.10.x/acl/legacy#delete-acl-token)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destroy {
    /// The id; see the [module](crate::acl::legacy#ids).
    pub id: Secret,
}

impl Destroy {
    /// Deletes the token `id`.
    pub fn new(id: impl Into<Secret>) -> Self {
        Self { id: id.into() }
    }
}

impl Endpoint for Destroy {
    type Response = Flag;
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
    use crate::{ApiErrorKind, ArgumentFault, EncodeError, ResponseError};

    #[test]
    fn request() {
        let destroy = Destroy::new("upsert me");
        assert_eq!(wire(&destroy), "PUT /v1/acl/destroy/upsert%20me");
        assert!(!format!("{destroy:?}").contains("upsert"));
    }

    #[test]
    fn an_id_is_one_segment() {
        let fault = rejected(&Destroy::new(""));
        assert!(matches!(fault, EncodeError::Argument { name: "id", fault: ArgumentFault::Empty }));
        assert!(!rejected(&Destroy::new("secret/..")).to_string().contains("secret"));
    }

    #[test]
    fn recorded_answers() {
        assert!(decoded::<Destroy>(200, "true\n").unwrap());
        match decoded::<Destroy>(403, "Permission denied: Cannot delete anonymous token") {
            Err(ResponseError::Api(error)) => assert_eq!(error.kind(), ApiErrorKind::PermissionDenied),
            other => panic!("{other:?}"),
        }
    }
}
