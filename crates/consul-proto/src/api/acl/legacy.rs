//! [Legacy tokens](https://developer.hashicorp.com/consul/api-docs/v1.10.x/acl/legacy), which carry their rules
//! themselves.
//!
//! Servers have them up to 1.10. Later ones answer every operation here with
//! [`ApiErrorKind::UnknownRoute`](crate::ApiErrorKind::UnknownRoute), the first of them with the status 410. The
//! tokens live in the primary datacenter; another one that a call names is ignored.
//!
//! # Ids
//!
//! The id of a legacy token *is* the secret that requests are made with, so it is a [`Secret`] here and no output of
//! this crate shows it. It stands in the path of [`Info`], [`Clone`](struct@Clone) and [`Destroy`] all the same, as
//! these operations want it, and so in the logs of agents and of proxies between.
//!
//! Servers choose a UUID, and take any other text: one with a slash, or that is `.` or `..`, has no path of its own
//! and is refused by those three.
//!
//! # Rules
//!
//! A token's rules are text, in HCL or in its JSON form. [`Rules`] writes both, and reads the JSON form; HCL is not
//! read. A segment means all names that start with it, and of the rules that fit a name the one with the longest
//! segment decides; where several have the same, `deny` goes before `write` and that before `read`.
//!
//! Servers ignore resources that they do not know without a word, so that a `deny` for `key_prefix`, which belongs to
//! the rules of policies, denies nothing. Rules in JSON are therefore looked at before they are sent.
//!
//! ```
//! use consul_proto::acl::legacy::Rules;
//!
//! let rules = Rules::from([("key", "", "read"), ("key", "foo/", "deny")]);
//! assert_eq!(rules.to_json(), r#"{"key":{"":{"policy":"read"},"foo/":{"policy":"deny"}}}"#);
//! assert_eq!(rules.to_json().parse::<Rules>()?, rules);
//! # Ok::<_, consul_proto::acl::legacy::RulesError>(())
//! ```

mod clone;
mod create;
mod destroy;
mod info;
mod list;
mod rule;
mod rules;
mod token;
mod translate;
mod translate_token;
mod update;

pub use clone::Clone;
pub use create::Create;
pub use destroy::Destroy;
pub use info::Info;
pub use list::List;
pub use rule::{Policy, Resource, Rule};
pub use rules::{Rules, RulesError};
pub use token::{Token, TokenId, TokenType};
pub use translate::Translate;
pub use translate_token::TranslateToken;
pub use update::Update;

use crate::acl::Secret;
use crate::{EncodeError, RequestWriter};

/// Refuses the request where a token has an empty id, an unknown type, or rules that would not do what they say.
fn check(request: &mut RequestWriter, id: Option<&Secret>, kind: &TokenType, rules: &str) {
    if id.is_some_and(|id| id.expose().is_empty()) {
        request.reject(EncodeError::Invalid { name: "id", reason: "is empty".to_owned() });
    }
    if let TokenType::Other(word) = kind {
        let reason = format!("is {word:?}, which is neither client nor management");
        request.reject(EncodeError::Invalid { name: "kind", reason });
    }
    // What is not JSON, or holds more than rules do, is the server's to judge.
    if let Some(reason) = rules.parse::<Rules>().ok().and_then(|rules| rules.fault()) {
        request.reject(EncodeError::Invalid { name: "rules", reason });
    }
}
