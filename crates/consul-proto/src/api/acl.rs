//! [Access control](https://developer.hashicorp.com/consul/api-docs/acl): policies, roles and tokens.

pub(super) mod errors;
pub mod legacy;
mod login;
mod logout;

pub use self::login::{Login, LoginToken};
pub use self::logout::Logout;
pub use crate::types::secret::Secret;

impl From<&Self> for Secret {
    fn from(secret: &Self) -> Self {
        secret.clone()
    }
}
