//! The [agent](https://developer.hashicorp.com/consul/api-docs/agent) that is asked, and what is registered with it.
//!
//! An agent answers for itself: datacenter, consistency and index mean nothing here.

pub mod check;
mod coordinate;
mod disable_maintenance;
mod enable_maintenance;
mod force_leave;
mod host;
mod join;
mod leave;
mod member;
mod members;
mod metrics;
mod read_self;
mod reload;
pub mod service;
mod token;
mod version;

pub use check::Check;
pub use coordinate::Coordinate;
pub use disable_maintenance::DisableMaintenance;
pub use enable_maintenance::EnableMaintenance;
pub use force_leave::ForceLeave;
pub use host::{AgentHost, Host};
pub use join::Join;
pub use leave::Leave;
pub use member::{Member, MemberStatus};
pub use members::Members;
pub use metrics::{AgentMetrics, Gauge, Metrics, Points, Sample};
pub use read_self::{AgentConfig, AgentSelf, GrpcPorts, ReadSelf, Xds};
pub use reload::Reload;
pub use service::AgentService;
pub use token::{TokenKind, UpdateToken};
pub use version::{AgentVersion, Version};

pub use crate::types::secret::Secret;
