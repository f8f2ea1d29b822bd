//! [Health](https://developer.hashicorp.com/consul/api-docs/health): checks, and services together with theirs.
//!
//! ```
//! use consul_proto::{Options, encode, health};
//!
//! let instances = health::Service { passing: true, ..health::Service::new("db") };
//! let request = encode(&instances, &Options { index: Some(42), ..Options::default() })?;
//! assert_eq!(request.uri(), "/v1/health/service/db?passing&index=42");
//! # Ok::<_, consul_proto::EncodeError>(())
//! ```

mod checks;
mod connect;
pub(super) mod errors;
mod ingress;
mod node;
mod service;
mod service_entry;
mod state;

pub use checks::Checks;
pub use connect::Connect;
pub use ingress::Ingress;
pub use node::Node;
pub use service::Service;
pub use service_entry::ServiceEntry;
pub use state::{CheckState, State};

pub use crate::model::{
    CheckId, CheckType, HealthCheck, HealthCheckDefinition, NodeId, NodeName, ServiceId, ServiceName, Status,
};
