//! Translating the rules of a token.

use crate::model::is_uuid;
use crate::{EncodeError, Endpoint, Method, Read, RequestWriter, Scope, Text};

/// Translates the rules of a legacy token into rules of policies: `GET /v1/acl/rules/translate/:accessor_id`.
///
/// Returns text in HCL. If the token does not exist, the error is [`NotFound`](crate::ApiErrorKind::NotFound). Requires
/// `acl:read`.
///
/// Since 1.4; removed together with the legacy tokens.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/v1.10.x/acl#translate-a-legacy-token-s-rules)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct TranslateToken {
    accessor_id: String,
}

impl TranslateToken {
    /// Translates the rules of the token with this accessor id.
    ///
    /// The accessor id is a UUID that servers assign to a legacy token shortly after its creation. It is not the id of
    /// the token, which is its secret.
    pub fn new(accessor_id: impl Into<String>) -> Self {
        Self { accessor_id: accessor_id.into() }
    }
}

impl Endpoint for TranslateToken {
    type Response = Text;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/acl/rules/translate/{accessor_id}";
    const SCOPE: Scope = Scope::DATACENTER;

    fn write(&self, request: &mut RequestWriter) {
        if !is_uuid(&self.accessor_id) {
            let reason = "is not an accessor id, which is a UUID".to_owned();
            request.reject(EncodeError::Invalid { name: "accessor_id", reason });
        }
        request.arg(&self.accessor_id);
    }
}

impl Read for TranslateToken {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, rejected, wire};
    use crate::{ApiErrorKind, ResponseError};

    const ACCESSOR: &str = "8ba9e194-2e8a-ed1b-46e2-e9d8e4b03b27";

    #[test]
    fn request() {
        let expected = format!("GET /v1/acl/rules/translate/{ACCESSOR}");
        assert_eq!(wire(&TranslateToken::new(ACCESSOR)), expected);
    }

    #[test]
    fn text_that_is_not_an_accessor_id_is_rejected() {
        for id in ["", "my-legacy-id", "8ba9e194-2e8a-ed1b-46e2-e9d8e4b03b2/"] {
            let error = rejected(&TranslateToken::new(id));
            assert!(matches!(error, EncodeError::Invalid { name: "accessor_id", .. }), "{id:?}");
        }
    }

    #[test]
    fn recorded_responses() {
        let text = "key_prefix \"foo\" {\n  policy = \"read\"\n}";
        assert_eq!(decoded::<TranslateToken>(200, text).unwrap(), text);
        match decoded::<TranslateToken>(403, "ACL not found") {
            Err(ResponseError::Api(error)) => assert_eq!(error.kind(), ApiErrorKind::UnknownToken),
            other => panic!("{other:?}"),
        }
    }
}
