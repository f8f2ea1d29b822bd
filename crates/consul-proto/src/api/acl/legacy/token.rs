//! What a legacy token is.

use bytes::Bytes;
use serde::{Deserialize, Deserializer};

use crate::DecodeError;
use crate::acl::Secret;
use crate::response::{FromResponse, Head, Json};
use crate::types::null;
use crate::types::word::word;

/// A legacy token.
///
/// Its `Debug` form does not show the id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Token {
    /// The id, which is the secret that requests are made with.
    #[serde(rename = "ID", deserialize_with = "secret")]
    pub id: Secret,
    /// A name for people; need not be unique, and may be empty.
    #[serde(default, deserialize_with = "null::or_default")]
    pub name: String,
    /// Whether it is bound by rules.
    #[serde(rename = "Type", default)]
    pub kind: TokenType,
    /// What it may do: the text as it was written, in HCL or JSON. [`Rules`](crate::acl::legacy::Rules) reads the
    /// latter.
    #[serde(default, deserialize_with = "null::or_default")]
    pub rules: String,
    /// Raft index at which it was created.
    #[serde(default)]
    pub create_index: u64,
    /// Raft index of its last change.
    #[serde(default)]
    pub modify_index: u64,
}

word! {
    /// Whether a token is bound by rules.
    #[derive(Default)]
    TokenType {
        /// It may do what its rules allow.
        #[default]
        Client = "client",
        /// It may do everything, also to tokens.
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

/// An answer that names a token; its value is the id.
#[derive(Debug)]
pub struct TokenId;

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "ID", deserialize_with = "secret")]
    id: Secret,
}

impl FromResponse for TokenId {
    type Output = Secret;

    fn from_response(head: &Head, body: Bytes) -> Result<Secret, DecodeError> {
        Json::<Document>::from_response(head, body).map(|document| document.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str =
        r#"{"ID":"6a3126c8","Name":"n","Type":"client","Rules":null,"CreateIndex":49,"ModifyIndex":55}"#;

    #[test]
    fn a_token_does_not_show_its_id() {
        let token: Token = serde_json::from_str(JSON).unwrap();
        assert_eq!((token.id.expose(), token.rules.as_str()), ("6a3126c8", ""));
        assert!(!format!("{token:?}").contains("6a3126c8"));
    }

    #[test]
    fn a_token_stands_for_its_id() {
        let token: Token = serde_json::from_str(JSON).unwrap();
        assert_eq!(Secret::from(&token), token.id);
        assert_eq!(Secret::from(&token.id), Secret::from(token));
    }
}
