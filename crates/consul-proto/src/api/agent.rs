//! The [agent](https://developer.hashicorp.com/consul/api-docs/agent) that the client talks to, and the services and checks
//! that are registered with it.
//!
//! Each agent only has its own services and checks. These operations have no datacenter, consistency mode or index.
//!
//! ```
//! use consul_proto::{Options, agent, encode};
//!
//! let request = encode(&agent::Members::new().wan(), &Options::default())?;
//! assert_eq!(request.uri(), "/v1/agent/members?wan=1");
//! # Ok::<_, consul_proto::EncodeError>(())
//! ```

pub mod check;
mod disable_maintenance;
mod enable_maintenance;
pub(super) mod errors;
mod force_leave;
mod host;
mod join;
mod leave;
mod member;
mod members;
mod metrics;
mod prometheus_metrics;
mod read_self;
mod reload;
pub mod service;
mod update_token;
mod version;

pub use check::Check;
pub use disable_maintenance::DisableMaintenance;
pub use enable_maintenance::EnableMaintenance;
pub use force_leave::ForceLeave;
pub use host::{AgentHost, Host};
pub use join::Join;
pub use leave::Leave;
pub use member::{AclMode, Member, MemberStatus, UnknownMemberStatus};
pub use members::Members;
pub use metrics::{AgentMetrics, Gauge, Metrics, Points, Sample};
pub use prometheus_metrics::PrometheusMetrics;
pub use read_self::{AgentConfig, AgentSelf, GrpcPorts, ReadSelf, Xds};
pub use reload::Reload;
pub use update_token::{TokenKind, UpdateToken};
pub use version::{AgentVersion, Version};

pub use crate::model::{Coordinate, NodeId, NodeName, NodeService};
pub use crate::types::secret::Secret;
