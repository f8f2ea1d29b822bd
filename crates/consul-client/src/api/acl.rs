//! [Access control](https://developer.hashicorp.com/consul/api-docs/acl): who may do what.

pub mod legacy;

pub use consul_proto::acl::Secret;

use self::legacy::Legacy;
use crate::{Client, Token, TokenError};

/// Access control; from [`Client::acl`].
#[derive(Clone, Debug)]
pub struct Acl {
    client: Client,
}

impl Client {
    /// Access control.
    #[must_use]
    pub fn acl(&self) -> Acl {
        Acl { client: self.clone() }
    }
}

impl Acl {
    /// Legacy tokens, which servers have up to 1.10.
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
