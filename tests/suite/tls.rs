//! Agents that serve HTTPS, and require client certificates.

mod auto_encrypt;
mod certificates;
mod connections;
mod pki;
mod rotation;
mod secured;

pub(crate) use self::pki::RSA_PKCS8;
use self::pki::{Ca, Pair};
use self::secured::SERVER_NAMES;
pub(crate) use self::secured::Secured;
