//! [Health](https://developer.hashicorp.com/consul/api-docs/health): checks, and services with their checks.
//!
//! ```
//! use consul_proto::{Options, encode, health};
//!
//! let instances = health::Service::new("db").passing();
//! let request = encode(&instances, &Options::new().index(42))?;
//! assert_eq!(request.uri(), "/v1/health/service/db?passing&index=42");
//! # Ok::<_, consul_proto::EncodeError>(())
//! ```
//!
//! A service instance converts to its name. A node does not:
//!
//! ```compile_fail,E0277
//! # let node: consul_proto::catalog::CatalogNode = Default::default();
//! consul_proto::health::Service::new(&node);
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
    CatalogNode, CheckId, CheckType, HealthCheck, HealthCheckDefinition, NodeId, NodeName, NodeService,
    ServiceId, ServiceName, Status,
};
