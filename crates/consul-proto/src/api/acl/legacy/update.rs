//! Replacing a legacy token.

use serde::Serialize;

use crate::acl::Secret;
use crate::acl::legacy::{Token, TokenId, TokenType, check};
use crate::{Endpoint, Method, RequestWriter, Scope};

/// Replaces a legacy token, all of it: `PUT /v1/acl/update`.
///
/// What is not set is emptied: to change a part, start from the [`Token`] that [`Info`](crate::acl::legacy::Info)
/// reads. There is no condition on its index, so another's change in between is lost. A token that does not exist is
/// created. Answers with the id.
///
/// A token that is not a legacy one is refused with a server error, although `Info` shows those that may do everything.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/v1.10.x/acl/legacy#update-acl-token)
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Update {
    /// The id.
    #[serde(rename = "ID")]
    pub id: Secret,
    /// A name for people; need not be unique, and may be empty.
    pub name: String,
    /// Whether it is bound by rules.
    #[serde(rename = "Type")]
    pub kind: TokenType,
    /// What it may do, in HCL or JSON. See the [module](crate::acl::legacy#rules).
    pub rules: String,
}

impl Update {
    /// Makes the token `id` a client token without name and rules.
    pub fn new(id: impl Into<Secret>) -> Self {
        Self { id: id.into(), name: String::new(), kind: TokenType::Client, rules: String::new() }
    }
}

impl From<Token> for Update {
    fn from(token: Token) -> Self {
        let Token { id, name, kind, rules, create_index: _, modify_index: _ } = token;
        Self { id, name, kind, rules }
    }
}

impl Endpoint for Update {
    type Response = TokenId;
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
        let update = Update {
            name: "updated".to_owned(),
            rules: r#"key "foo" { policy = "write" }"#.to_owned(),
            ..Update::new("my-legacy-id")
        };
        let body = r#"{"ID":"my-legacy-id","Name":"updated","Type":"client","Rules":"key \"foo\" { policy = \"write\" }"}"#;
        assert_eq!(wire(&update), format!("PUT /v1/acl/update\n{body}"));
        assert!(!format!("{update:?}").contains("my-legacy-id"));
    }

    #[test]
    fn a_token_without_id_is_not_sent() {
        assert!(matches!(rejected(&Update::new("")), EncodeError::Invalid { name: "id", .. }));
        let other = Update { kind: "root".into(), ..Update::new("a") };
        assert!(matches!(rejected(&other), EncodeError::Invalid { name: "kind", .. }));
    }

    #[test]
    fn what_was_read_is_what_is_written() {
        let json = r#"{"ID":"a","Name":"n","Type":"management","Rules":"r","CreateIndex":1,"ModifyIndex":2}"#;
        let update = Update::from(serde_json::from_str::<Token>(json).unwrap());
        assert!(wire(&update).ends_with(r#"{"ID":"a","Name":"n","Type":"management","Rules":"r"}"#));
    }

    #[test]
    fn recorded_answer() {
        assert_eq!(decoded::<Update>(200, r#"{"ID": "my-legacy-id"}"#).unwrap().expose(), "my-legacy-id");
    }

    #[test]
    fn is_sent_once() {
        assert!(!Update::new("a").is_idempotent());
    }
}
