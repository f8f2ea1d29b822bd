#![doc = include_str!("../docs/migrating/migrating.md")]

pub mod aioconsul;
pub mod go;
pub mod rs_consul;

// The items that the links above name.
#[expect(unused_imports, reason = "for links in the documentation")]
use crate::{catalog::Catalog, health::Health, kv::Kv};
