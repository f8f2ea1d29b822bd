//! Translating rules.

use crate::{Endpoint, Method, RequestWriter, Scope, Text};

/// Translates legacy rules into rules of policies: `POST /v1/acl/rules/translate`.
///
/// Returns text in HCL. Servers only translate names: a resource or policy that does not exist is returned unchanged.
/// If the rules are not HCL, the error is [`InvalidRequest`](crate::ApiErrorKind::InvalidRequest). Requires
/// `acl:read`. It is not a write.
///
/// Since 1.4; removed together with the legacy tokens.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/v1.10.x/acl#translate-rules)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Translate {
    rules: String,
}

impl Translate {
    /// Translates `rules`, in HCL or JSON.
    pub fn new(rules: impl Into<String>) -> Self {
        Self { rules: rules.into() }
    }
}

impl Endpoint for Translate {
    type Response = Text;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v1/acl/rules/translate";
    const SCOPE: Scope = Scope::DATACENTER;

    fn write(&self, request: &mut RequestWriter) {
        request.bytes(self.rules.clone().into());
    }

    fn is_idempotent(&self) -> bool {
        true
    }

    fn is_write(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acl::legacy::Rules;
    use crate::testing::{decoded, wire};
    use crate::{ApiErrorKind, ResponseError};

    #[test]
    fn request() {
        let translate = Translate::new(r#"key "foo" { policy = "read" }"#);
        assert_eq!(wire(&translate), "POST /v1/acl/rules/translate\nkey \"foo\" { policy = \"read\" }");
        let typed = Translate::new(Rules::from([("operator", "", "read")]));
        assert_eq!(wire(&typed), "POST /v1/acl/rules/translate\n{\"operator\":\"read\"}");
    }

    #[test]
    fn recorded_responses() {
        let text = "key_prefix \"foo\" {\n  policy = \"read\"\n}\n\noperator = \"read\"";
        assert_eq!(decoded::<Translate>(200, text).unwrap(), text);
        assert_eq!(decoded::<Translate>(200, "").unwrap(), "");
        let refusal = "Bad request: Failed to parse rules: At 1:11: key 'nope nope' expected start of object";
        match decoded::<Translate>(400, refusal) {
            Err(ResponseError::Api(error)) => assert_eq!(error.kind(), ApiErrorKind::InvalidRequest),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn translate_is_idempotent_and_no_write() {
        assert!(Translate::new("").is_idempotent() && !Translate::new("").is_write());
    }
}
