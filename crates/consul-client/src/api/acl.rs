//! [Access control](https://developer.hashicorp.com/consul/api-docs/acl): policies, roles and tokens.
//!
//! To log in with an auth method, use the token source [`Login`](crate::Login) if possible. It renews the token by
//! itself. The operations here log in and out once:
//!
//! ```no_run
//! # async fn example(client: consul_client::Client, jwt: String) -> Result<(), Box<dyn std::error::Error>> {
//! let token = client.acl().login("kubernetes", jwt).meta("pod", "web-1").await?;
//! let client = client.with_token(&token.secret_id);
//! client.acl().logout().await?;
//! # Ok(())
//! # }
//! ```

pub mod legacy;
mod operations;

use self::legacy::Legacy;
pub use self::operations::*;
use crate::{Client, Token, TokenError};

/// Access control, created by [`Client::acl`].
#[derive(Clone, Debug)]
pub struct Acl {
    client: Client,
}

impl Client {
    /// Returns the operations of access control.
    #[must_use]
    pub fn acl(&self) -> Acl {
        Acl { client: self.clone() }
    }
}

impl Acl {
    /// Returns the operations on legacy tokens, which servers before 1.11 have.
    #[must_use]
    pub fn legacy(&self) -> Legacy {
        Legacy::new(self.client.clone())
    }
}

impl TryFrom<&Secret> for Token {
    type Error = TokenError;

    fn try_from(secret: &Secret) -> Result<Self, TokenError> {
        Self::new(secret.expose())
    }
}

impl TryFrom<Secret> for Token {
    type Error = TokenError;

    fn try_from(secret: Secret) -> Result<Self, TokenError> {
        Self::try_from(&secret)
    }
}
