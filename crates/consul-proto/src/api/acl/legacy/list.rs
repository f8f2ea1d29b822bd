//! Listing all legacy tokens.

use crate::acl::legacy::Token;
use crate::{Blocking, Endpoint, Method, Read, RequestWriter, Scope, Watchable, response};

/// Lists all legacy tokens, with their ids: `GET /v1/acl/list`.
///
/// Management tokens of the newer ACL system are also listed. The anonymous token is not. Requires a token of the
/// type management.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/v1.10.x/acl/legacy#list-acls)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct List(());

impl List {
    /// Lists all tokens.
    pub fn new() -> Self {
        Self(())
    }
}

impl Endpoint for List {
    type Response = response::List<Token>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/acl/list";
    const SCOPE: Scope = Scope::DATACENTER;

    fn write(&self, _: &mut RequestWriter) {}
}

impl Read for List {}
impl Blocking for List {}
impl Watchable for List {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acl::legacy::TokenType;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&List::new()), "GET /v1/acl/list");
    }

    #[test]
    fn recorded_response() {
        let body = r#"[
            {"ID": "5db24142-7631-430c-f8b0-660f102384aa", "Name": "m", "Type": "management", "Rules": "",
             "CreateIndex": 52, "ModifyIndex": 55},
            {"ID": "6a3126c8-cb36-52c7-f9a1-978fe342943a", "Name": "legacy one", "Type": "client",
             "Rules": "key \"foo\" { policy = \"read\" }", "CreateIndex": 49, "ModifyIndex": 55}
        ]"#;
        let tokens = decoded::<List>(200, body).unwrap();
        assert_eq!(tokens.iter().map(|token| token.name.as_str()).collect::<Vec<_>>(), ["m", "legacy one"]);
        assert_eq!((&tokens[0].kind, &tokens[1].kind), (&TokenType::Management, &TokenType::Client));
        assert_eq!(tokens[1].rules, r#"key "foo" { policy = "read" }"#);
        assert!(!format!("{tokens:?}").contains("5db24142"));
    }
}
