//! [Legacy tokens](https://developer.hashicorp.com/consul/api-docs/v1.10.x/acl/legacy), which contain their rules.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use consul_client::Token;
//! use consul_client::acl::legacy::{Rules, Support};
//!
//! let legacy = client.acl().legacy();
//! if legacy.is_supported().await? == Support::Enabled {
//!     let rules = Rules::from([("key", "", "read"), ("key", "foo/", "deny")]);
//!     let id = legacy.create().name("reader").rules(rules).await?;
//!
//!     // The id is the secret of the token, so another client can use it.
//!     let reader = client.with_token(Token::try_from(&id)?);
//!     reader.kv().get("foo").await?;
//!
//!     // The other fields keep their values.
//!     legacy.update(&id).name("reader of all").await?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Only servers before Consul 1.11 have legacy tokens. On later servers, every operation returns an error of the kind
//! [`ApiErrorKind::UnknownRoute`](crate::ApiErrorKind::UnknownRoute). For IDs and rules, see
//! [`proto::acl::legacy`](crate::proto::acl::legacy).

mod operations;
mod support;
mod update;

pub use self::operations::*;
pub use self::support::Support;
pub use self::update::Update;
use crate::acl::Secret;
use crate::{Client, Error, TokenError};

/// Legacy tokens, created by [`Acl::legacy`](crate::acl::Acl::legacy).
#[derive(Clone, Debug)]
pub struct Legacy {
    client: Client,
}

impl Legacy {
    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Checks if the servers have legacy tokens, and if this client may list them.
    ///
    /// Each call requests the list of tokens.
    ///
    /// # Errors
    ///
    /// Returns an error if the result is none of the variants of [`Support`], for example if there is no leader. See
    /// [`Error`].
    pub async fn is_supported(&self) -> Result<Support, Error> {
        Support::of(self.list().await)
    }

    /// Changes some fields of a token. The other fields keep their values.
    pub fn update(&self, id: impl Into<Secret>) -> Update {
        Update::new(self.client.clone(), id.into())
    }
}

impl TryFrom<&Token> for crate::Token {
    type Error = TokenError;

    fn try_from(token: &Token) -> Result<Self, TokenError> {
        Self::try_from(&token.id)
    }
}
