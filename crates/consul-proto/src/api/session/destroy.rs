//! Destroying a session.

use crate::model::SessionId;
use crate::{Endpoint, Method, RequestWriter, True};

/// Destroys a session: `PUT /v1/session/destroy/:id`.
///
/// The keys that the session holds are released or deleted, and its lock-delay begins. Succeeds if the session does not
/// exist.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/session#delete-session)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Destroy {
    id: SessionId,
}

impl Destroy {
    /// Destroys the session `id`.
    pub fn new(id: impl Into<SessionId>) -> Self {
        Self { id: id.into() }
    }
}

impl Endpoint for Destroy {
    type Response = True;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/session/destroy/{id}";

    fn write(&self, request: &mut RequestWriter) {
        let id = self.id.validated(request, "id");
        request.arg(&id);
    }

    fn is_idempotent(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EncodeError;
    use crate::testing::{decoded, rejected, wire};

    const ID: &str = "292ef953-27fa-b363-60a3-95ffc3cc1acb";

    #[test]
    fn request() {
        assert_eq!(wire(&Destroy::new(ID)), format!("PUT /v1/session/destroy/{ID}"));
        assert_eq!(wire(&Destroy::new(ID.to_uppercase())), format!("PUT /v1/session/destroy/{ID}"));
    }

    #[test]
    fn text_that_is_not_a_session_id_is_rejected() {
        for id in ["", "abc", "../kv/x", "a%2fb"] {
            let error = rejected(&Destroy::new(id));
            assert!(matches!(error, EncodeError::Invalid { name: "id", .. }), "{id:?}");
        }
    }

    #[test]
    fn response_other_than_true_is_an_error() {
        decoded::<Destroy>(200, "true\n").unwrap();
        assert!(decoded::<Destroy>(200, "false").is_err());
    }

    #[test]
    fn destroy_is_idempotent() {
        assert!(Destroy::new(ID).is_idempotent());
    }
}
