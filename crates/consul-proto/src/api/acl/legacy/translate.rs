//! Translating rules.

use crate::{Endpoint, Method, RequestWriter, Scope, Text};

/// Translates legacy rules into those of policies: `POST /v1/acl/rules/translate`.
///
/// Answers with text in HCL. Names are translated and nothing more: a resource or a policy that does not exist comes
/// back as it is. Rules that are no HCL are refused with
/// [`InvalidRequest`](crate::ApiErrorKind::InvalidRequest). Needs the right to read ACLs; changes nothing.
///
/// Servers have it from 1.4 on, and have lost it with the legacy tokens.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/v1.10.x/acl#translate-rules)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translate {
    /// The rules, in HCL or JSON.
    pub rules: String,
}

impl Translate {
    /// Translates `rules`.
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
    fn recorded_answers() {
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
    fn may_be_sent_twice() {
        assert!(Translate::new("").is_idempotent());
    }
}
