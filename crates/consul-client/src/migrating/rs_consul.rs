#![doc = include_str!("../../docs/migrating/rs_consul.md")]

// The items that the links above name.
#[expect(unused_imports, reason = "for links in the documentation")]
use crate::{catalog::Catalog, health::Health, kv::Kv, session::Sessions};
