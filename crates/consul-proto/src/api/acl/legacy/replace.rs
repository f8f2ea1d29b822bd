//! Replacing a legacy token.

use serde::Serialize;

use crate::acl::Secret;
use crate::acl::legacy::{Token, TokenType, check};
use crate::response::{Id, Via};
use crate::{Endpoint, Method, RequestWriter, Scope};

/// Replaces a legacy token completely: `PUT /v1/acl/update`.
///
/// Fields that are not set become empty. To change one field, start from the [`Token`] that
/// [`Info`](crate::acl::legacy::Info) returns; there is no check of its index, so a change that another program makes in
/// between is lost. If the token does not exist, it is created. Returns the id.
///
/// Servers reject tokens of the newer ACL system with an error, although `Info` returns its management tokens.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/v1.10.x/acl/legacy#update-acl-token)
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
pub struct Replace {
    #[serde(rename = "ID")]
    id: Secret,
    name: String,
    #[serde(rename = "Type")]
    kind: TokenType,
    rules: String,
}

impl Replace {
    /// Replaces the token `id` with a client token without name and rules.
    pub fn new(id: impl Into<Secret>) -> Self {
        Self { id: id.into(), name: String::new(), kind: TokenType::Client, rules: String::new() }
    }

    /// Sets a display name. Defaults to an empty one. It does not have to be unique.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the type. Defaults to [`TokenType::Client`], a token that is limited by its rules.
    pub fn kind(mut self, kind: TokenType) -> Self {
        self.kind = kind;
        self
    }

    /// Sets the rules, as [`Rules`](crate::acl::legacy::Rules) or as text in HCL or JSON. Defaults to none.
    ///
    /// See [Rules](crate::acl::legacy#rules).
    pub fn rules(mut self, rules: impl Into<String>) -> Self {
        self.rules = rules.into();
        self
    }
}

impl From<Token> for Replace {
    fn from(token: Token) -> Self {
        let Token { id, name, kind, rules, create_index: _, modify_index: _ } = token;
        Self { id, name, kind, rules }
    }
}

impl Endpoint for Replace {
    type Response = Via<Id, Secret>;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/acl/update";
    const SCOPE: Scope = Scope::DATACENTER;

    fn write(&self, request: &mut RequestWriter) {
        check(request, Some(&self.id), &self.kind, &self.rules);
        request.json(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EncodeError;
    use crate::testing::{decoded, rejected, wire};

    #[test]
    fn request() {
        let replace = Replace::new("my-legacy-id").name("updated").rules(r#"key "foo" { policy = "write" }"#);
        let body = r#"{"ID":"my-legacy-id","Name":"updated","Type":"client","Rules":"key \"foo\" { policy = \"write\" }"}"#;
        assert_eq!(wire(&replace), format!("PUT /v1/acl/update\n{body}"));
        assert!(!format!("{replace:?}").contains("my-legacy-id"));
    }

    #[test]
    fn empty_id_and_unknown_type_are_rejected() {
        assert!(matches!(rejected(&Replace::new("")), EncodeError::Invalid { name: "id", .. }));
        let other = Replace::new("a").kind("root".into());
        assert!(matches!(rejected(&other), EncodeError::Invalid { name: "kind", .. }));
    }

    #[test]
    fn replace_from_a_token_keeps_its_fields() {
        let json = r#"{"ID":"a","Name":"n","Type":"management","Rules":"r","CreateIndex":1,"ModifyIndex":2}"#;
        let replace = Replace::from(serde_json::from_str::<Token>(json).unwrap());
        assert!(wire(&replace).ends_with(r#"{"ID":"a","Name":"n","Type":"management","Rules":"r"}"#));
    }

    #[test]
    fn recorded_response() {
        assert_eq!(decoded::<Replace>(200, r#"{"ID": "my-legacy-id"}"#).unwrap().expose(), "my-legacy-id");
    }

    #[test]
    fn replace_is_not_idempotent() {
        assert!(!Replace::new("a").is_idempotent());
    }
}
