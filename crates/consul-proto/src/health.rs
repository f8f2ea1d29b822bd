//! [Health](https://developer.hashicorp.com/consul/api-docs/health): services together with their checks.
//!
//! ```
//! use consul_proto::{Options, encode, health};
//!
//! let instances = health::Service { passing: true, ..health::Service::new("db") };
//! let request = encode(&instances, &Options { index: Some(42), ..Options::default() })?;
//! assert_eq!(request.uri(), "/v1/health/service/db?passing&index=42");
//! # Ok::<_, consul_proto::EncodeError>(())
//! ```

mod check;
mod check_definition;
mod service;
mod service_entry;
mod status;

pub use check::{CheckType, HealthCheck};
pub use check_definition::HealthCheckDefinition;
pub use service::Service;
pub use service_entry::ServiceEntry;
pub use status::Status;
