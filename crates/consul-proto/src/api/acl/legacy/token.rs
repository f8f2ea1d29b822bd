//! The model of a legacy token.

use serde::{Deserialize, Deserializer};

use crate::acl::Secret;
use crate::types::null;
use crate::types::string_enum::string_enum;

/// A legacy token.
///
/// Its `Debug` form does not show the id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Token {
    /// Id of the token, which is the secret that requests are sent with.
    #[serde(rename = "ID", deserialize_with = "secret")]
    pub id: Secret,
    /// Display name. It can be empty, and is not unique.
    #[serde(default, deserialize_with = "null::or_default")]
    pub name: String,
    /// Type of the token.
    #[serde(rename = "Type", default)]
    pub kind: TokenType,
    /// Rules of the token: the original text, in HCL or JSON. [`Rules`](crate::acl::legacy::Rules) parses it.
    #[serde(default, deserialize_with = "null::or_default")]
    pub rules: String,
    /// Raft index at which the token was created.
    #[serde(default)]
    pub create_index: u64,
    /// Raft index of the last change.
    #[serde(default)]
    pub modify_index: u64,
}

string_enum! {
    /// The type of a legacy token.
    #[derive(Default)]
    TokenType {
        /// A client token, whose rules limit its permissions.
        #[default]
        Client = "client",
        /// A management token with all permissions, including managing tokens.
        Management = "management",
    }
}

impl From<&Token> for Secret {
    fn from(token: &Token) -> Self {
        token.id.clone()
    }
}

impl From<Token> for Secret {
    fn from(token: Token) -> Self {
        token.id
    }
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str =
        r#"{"ID":"6a3126c8","Name":"n","Type":"client","Rules":null,"CreateIndex":49,"ModifyIndex":55}"#;

    #[test]
    fn debug_of_a_token_hides_its_id() {
        let token: Token = serde_json::from_str(JSON).unwrap();
        assert_eq!((token.id.expose(), token.rules.as_str()), ("6a3126c8", ""));
        assert!(!format!("{token:?}").contains("6a3126c8"));
    }

    #[test]
    fn token_converts_into_its_id() {
        let token: Token = serde_json::from_str(JSON).unwrap();
        assert_eq!(Secret::from(&token), token.id);
        assert_eq!(Secret::from(&token.id), Secret::from(token));
    }
}
