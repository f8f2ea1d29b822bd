//! Agents that serve HTTPS, and require client certificates.

mod auto_encrypt;
mod certificates;
mod connections;
mod pki;
mod rotation;
mod secured;

use self::pki::{Ca, Pair};
use self::secured::{SERVER_NAMES, Secured};
