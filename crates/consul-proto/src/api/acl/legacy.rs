//! [Legacy tokens](https://developer.hashicorp.com/consul/api-docs/v1.10.x/acl/legacy), which contain their rules.
//!
//! Servers before 1.11 have them. On later servers, the error of every operation is
//! [`ApiErrorKind::UnknownRoute`](crate::ApiErrorKind::UnknownRoute). The tokens are stored in the primary datacenter;
//! servers ignore another datacenter that a request names.
//!
//! # Ids
//!
//! The ID of a legacy token *is* the secret of requests, so it is a [`Secret`], which no output of this crate shows.
//! [`Info`], [`CloneToken`] and [`Destroy`] still send it in the path of the request, since the API requires this.
//! Agents and proxies may therefore log it.
//!
//! Servers choose a UUID, and accept any other text. The IDs `.` and `..` cannot be sent in a path, so these three
//! operations reject them.
//!
//! # Rules
//!
//! The rules of a token are text, in HCL or in JSON. [`Rules`] reads and writes both. The segment of a rule is a
//! prefix of names. If several rules match a name, the one with the longest segment applies. Among rules with the
//! same segment, `deny` precedes `write`, and `write` precedes `read`.
//!
//! Servers silently ignore unknown resources: a `deny` for `key_prefix`, which is a resource of policies, has no
//! effect. So rules are validated before they are sent, even if they are text.
//!
//! ```
//! use consul_proto::acl::legacy::Rules;
//!
//! let rules = Rules::from([("key", "", "read"), ("key", "foo/", "deny")]);
//! assert_eq!(rules.to_json(), r#"{"key":{"":{"policy":"read"},"foo/":{"policy":"deny"}}}"#);
//! assert_eq!(rules.to_json().parse::<Rules>()?, rules);
//! # Ok::<_, consul_proto::acl::legacy::RulesError>(())
//! ```

mod clone_token;
mod create;
mod destroy;
mod info;
mod list;
mod replace;
mod rule;
mod rules;
mod token;
mod translate;
mod translate_token;

pub use clone_token::CloneToken;
pub use create::Create;
pub use destroy::Destroy;
pub use info::Info;
pub use list::List;
pub use replace::Replace;
pub use rule::{Policy, Resource, Rule};
pub use rules::{Rules, RulesError};
pub use token::{Token, TokenType};
pub use translate::Translate;
pub use translate_token::TranslateToken;

use crate::acl::Secret;
use crate::{EncodeError, RequestWriter};

/// Rejects the request if the ID is empty, the type is unknown, or servers would ignore rules.
fn check(request: &mut RequestWriter, id: Option<&Secret>, kind: &TokenType, rules: &str) {
    if id.is_some_and(|id| id.expose().is_empty()) {
        request.reject(EncodeError::Invalid { name: "id", reason: "is empty".to_owned() });
    }
    if let TokenType::Other(word) = kind {
        let reason = format!("is {word:?}, which is neither client nor management");
        request.reject(EncodeError::Invalid { name: "kind", reason });
    }
    // Text that is neither JSON nor HCL, or has other parts than rules, is validated by the server.
    if let Some(reason) = rules.parse::<Rules>().ok().and_then(|rules| rules.rejection()) {
        request.reject(EncodeError::Invalid { name: "rules", reason });
    }
}
