//! Recipes: what programs build on Consul's sessions, kept alive by a task in the background.
#![doc = include_str!("../docs/locks.md")]

pub(crate) mod hold;
pub(crate) mod registry;
mod session;
pub(crate) mod task;

pub use registry::Leftover;
pub use session::{KeepAlive, SessionGuard};
