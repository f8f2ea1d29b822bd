//! The [agent](https://developer.hashicorp.com/consul/api-docs/agent) that is asked, and what is registered with it.
//!
//! An agent answers for itself: datacenter, consistency and index mean nothing here.

pub mod check;
mod coordinate;
mod member;
mod read_self;
pub mod service;

pub use check::Check;
pub use coordinate::Coordinate;
pub use member::{Member, MemberStatus};
pub use read_self::{AgentConfig, AgentSelf, GrpcPorts, ReadSelf, Xds};

pub use crate::types::secret::Secret;
