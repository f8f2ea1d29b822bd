#![doc = include_str!("../../docs/migrating/go.md")]

// The items that the links above name.
#[expect(unused_imports, reason = "for links in the documentation")]
use crate::{
    agent::{Agent, check::Checks, service::Services},
    catalog::Catalog,
    event::Events,
    health::Health,
    kv::Kv,
    session::Sessions,
    status::Status,
};
