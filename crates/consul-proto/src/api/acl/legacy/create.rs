//! Creating a legacy token.

use serde::Serialize;

use crate::acl::Secret;
use crate::acl::legacy::{TokenType, check};
use crate::response::{Id, Via};
use crate::{Endpoint, Method, RequestWriter, Scope};

/// Creates a legacy token: `PUT /v1/acl/create`.
///
/// Returns its id, which is its secret. Requires a management token.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/v1.10.x/acl/legacy#create-acl-token)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
pub struct Create {
    #[serde(rename = "ID", skip_serializing_if = "Option::is_none")]
    id: Option<Secret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(rename = "Type", skip_serializing_if = "Option::is_none")]
    kind: Option<TokenType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<String>,
}

impl Create {
    /// Creates a client token without rules.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the id. Defaults to one that the server chooses. A token with this id is replaced.
    pub fn id(mut self, id: impl Into<Secret>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets a display name. It does not have to be unique.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the type. Defaults to [`TokenType::Client`], a token that is limited by its rules.
    pub fn kind(mut self, kind: TokenType) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Sets the rules, as [`Rules`](crate::acl::legacy::Rules) or as text in HCL or JSON.
    ///
    /// Without rules, the default policy determines the permissions. See [Rules](crate::acl::legacy#rules).
    pub fn rules(mut self, rules: impl Into<String>) -> Self {
        self.rules = Some(rules.into());
        self
    }
}

impl Endpoint for Create {
    type Response = Via<Id, Secret>;
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
        let create = Create::new()
            .id("my-legacy-id")
            .name("wid")
            .kind(TokenType::Management)
            .rules(Rules::from([("key", "foo/", "read")]));
        let body = r#"{"ID":"my-legacy-id","Name":"wid","Type":"management","Rules":"{\"key\":{\"foo/\":{\"policy\":\"read\"}}}"}"#;
        assert_eq!(wire(&create), format!("PUT /v1/acl/create\n{body}"));
        assert!(!format!("{create:?}").contains("my-legacy-id"));
    }

    #[test]
    fn rules_that_servers_would_ignore_are_rejected() {
        let create = |rules: Rules| Create::new().rules(rules);
        for rule in [("key_prefix", "a", "deny"), ("key", "a", "none")] {
            let error = rejected(&create(Rules::from([rule])));
            assert!(matches!(error, EncodeError::Invalid { name: "rules", .. }), "{rule:?}");
        }
        for text in [r#"key_prefix "a" { policy = "deny" }"#, r#"{"key_prefix":{"a":{"policy":"deny"}}}"#] {
            let error = rejected(&Create::new().rules(text));
            assert!(matches!(error, EncodeError::Invalid { name: "rules", .. }), "{text}");
        }
        // The server validates rules that this crate cannot parse.
        for text in [r#"{"key":{"a":{"sentinel":{}}}}"#, "nope nope"] {
            assert!(wire(&Create::new().rules(text)).contains("Rules"));
        }
    }

    #[test]
    fn unknown_type_and_empty_id_are_rejected() {
        let other = Create::new().kind("root".into());
        assert!(matches!(rejected(&other), EncodeError::Invalid { name: "kind", .. }));
        let empty = Create::new().id("");
        assert!(matches!(rejected(&empty), EncodeError::Invalid { name: "id", .. }));
    }

    #[test]
    fn recorded_response() {
        let id = decoded::<Create>(200, r#"{"ID": "6a3126c8-cb36-52c7-f9a1-978fe342943a"}"#).unwrap();
        assert_eq!(id.expose(), "6a3126c8-cb36-52c7-f9a1-978fe342943a");
    }

    #[test]
    fn recorded_error_responses() {
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
    fn create_is_not_idempotent() {
        assert!(!Create::new().is_idempotent());
    }
}
