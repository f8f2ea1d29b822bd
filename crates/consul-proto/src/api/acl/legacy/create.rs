//! Creating a legacy token.

use serde::Serialize;

use crate::acl::Secret;
use crate::acl::legacy::{TokenId, TokenType, check};
use crate::{Endpoint, Method, RequestWriter, Scope};

/// Creates a legacy token: `PUT /v1/acl/create`.
///
/// Answers with its id. Needs a token of type management.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/v1.10.x/acl/legacy#create-acl-token)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Create {
    /// The id; servers choose one where absent. A token that has this id is replaced.
    #[serde(rename = "ID", skip_serializing_if = "Option::is_none")]
    pub id: Option<Secret>,
    /// A name for people; need not be unique.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it is bound by rules; it is where absent.
    #[serde(rename = "Type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<TokenType>,
    /// What it may do, in HCL or JSON; what the default policy allows, where absent. See the
    /// [module](crate::acl::legacy#rules).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<String>,
}

impl Create {
    /// Creates a client token without rules.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Endpoint for Create {
    type Response = TokenId;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/acl/create";
    const SCOPE: Scope = Scope::DATACENTER;

    fn write(&self, request: &mut RequestWriter) {
        let kind = self.kind.as_ref().unwrap_or(&TokenType::Client);
        check(request, self.id.as_ref(), kind, self.rules.as_deref().unwrap_or_default());
        request.json(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acl::legacy::Rules;
    use crate::testing::{decoded, rejected, wire};
    use crate::{ApiErrorKind, EncodeError, ResponseError};

    #[test]
    fn request() {
        assert_eq!(wire(&Create::new()), "PUT /v1/acl/create\n{}");
        let create = Create {
            id: Some("my-legacy-id".into()),
            name: Some("wid".to_owned()),
            kind: Some(TokenType::Management),
            rules: Some(Rules::from([("key", "foo/", "read")]).into()),
        };
        let body = r#"{"ID":"my-legacy-id","Name":"wid","Type":"management","Rules":"{\"key\":{\"foo/\":{\"policy\":\"read\"}}}"}"#;
        assert_eq!(wire(&create), format!("PUT /v1/acl/create\n{body}"));
        assert!(!format!("{create:?}").contains("my-legacy-id"));
    }

    #[test]
    fn rules_that_would_be_ignored_are_refused() {
        let create = |rules: Rules| Create { rules: Some(rules.into()), ..Create::new() };
        for rule in [("key_prefix", "a", "deny"), ("key", "a", "none")] {
            let fault = rejected(&create(Rules::from([rule])));
            assert!(matches!(fault, EncodeError::Invalid { name: "rules", .. }), "{rule:?}");
        }
        // What is not read here is left to the server.
        for text in [r#"key_prefix "a" { policy = "deny" }"#, r#"{"key":{"a":{"sentinel":{}}}}"#, "nope nope"]
        {
            assert!(wire(&Create { rules: Some(text.to_owned()), ..Create::new() }).contains("Rules"));
        }
    }

    #[test]
    fn what_servers_refuse_is_not_sent() {
        let other = Create { kind: Some("root".into()), ..Create::new() };
        assert!(matches!(rejected(&other), EncodeError::Invalid { name: "kind", .. }));
        let empty = Create { id: Some("".into()), ..Create::new() };
        assert!(matches!(rejected(&empty), EncodeError::Invalid { name: "id", .. }));
    }

    #[test]
    fn recorded_answer() {
        let id = decoded::<Create>(200, r#"{"ID": "6a3126c8-cb36-52c7-f9a1-978fe342943a"}"#).unwrap();
        assert_eq!(id.expose(), "6a3126c8-cb36-52c7-f9a1-978fe342943a");
    }

    #[test]
    fn recorded_refusals() {
        for (status, text, expected) in [
            (401, "ACL support disabled", ApiErrorKind::AclDisabled),
            (403, "Permission denied", ApiErrorKind::PermissionDenied),
            (403, "ACL not found", ApiErrorKind::UnknownToken),
            (404, "Invalid URL path: not a recognized HTTP API endpoint", ApiErrorKind::UnknownRoute),
        ] {
            match decoded::<Create>(status, text) {
                Err(ResponseError::Api(error)) => assert_eq!(error.kind(), expected, "{text}"),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn is_sent_once() {
        assert!(!Create::new().is_idempotent());
    }
}
