//! Translating the rules of a token.

use crate::{EncodeError, Endpoint, Method, Read, RequestWriter, Scope, Text};

/// Translates the rules of a legacy token into those of policies: `GET /v1/acl/rules/translate/:accessor_id`.
///
/// Answers with text in HCL. A token that does not exist is
/// [`UnknownToken`](crate::ApiErrorKind::UnknownToken), as is the caller's own. Needs the right to read ACLs.
///
/// Servers have it from 1.4 on, and have lost it with the legacy tokens.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/v1.10.x/acl#translate-a-legacy-token-s-rules)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TranslateToken {
    /// The accessor id, a UUID that servers give to a legacy token a moment after its creation. Not the id, which is
    /// the secret.
    pub accessor_id: String,
}

impl TranslateToken {
    /// Translates the rules of the token with this accessor.
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
            let reason = "is not the id of an accessor, which is a UUID".to_owned();
            request.reject(EncodeError::Invalid { name: "accessor_id", reason });
        }
        request.arg(&self.accessor_id);
    }
}

impl Read for TranslateToken {}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

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
    fn what_is_no_accessor_is_not_sent() {
        for id in ["", "my-legacy-id", "8ba9e194-2e8a-ed1b-46e2-e9d8e4b03b2/"] {
            let fault = rejected(&TranslateToken::new(id));
            assert!(matches!(fault, EncodeError::Invalid { name: "accessor_id", .. }), "{id:?}");
        }
    }

    #[test]
    fn recorded_answers() {
        let text = "key_prefix \"foo\" {\n  policy = \"read\"\n}";
        assert_eq!(decoded::<TranslateToken>(200, text).unwrap(), text);
        match decoded::<TranslateToken>(403, "ACL not found") {
            Err(ResponseError::Api(error)) => assert_eq!(error.kind(), ApiErrorKind::UnknownToken),
            other => panic!("{other:?}"),
        }
    }
}
