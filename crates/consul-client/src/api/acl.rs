//! [Access control](https://developer.hashicorp.com/consul/api-docs/acl): policies, roles and tokens.

pub mod legacy;

pub use consul_proto::acl::Secret;

use self::legacy::Legacy;
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
