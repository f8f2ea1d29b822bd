//! [Services](https://developer.hashicorp.com/consul/api-docs/agent/service) that are registered with an agent.
//!
//! ```
//! use std::time::Duration;
//!
//! use consul_proto::agent::service::{Check, Definition, Register};
//! use consul_proto::{Options, encode};
//!
//! let check = Check::http("http://127.0.0.1:8080/health", Duration::from_secs(10));
//! let web = Definition::new("web").port(8080).tag("v2").check(check);
//! let request = encode(&Register::new(web), &Options::default())?;
//! assert_eq!(
//!     request.body(),
//!     r#"{"Name":"web","Tags":["v2"],"Port":8080,"Checks":[{"HTTP":"http://127.0.0.1:8080/health","Interval":"10s"}]}"#
//! );
//! # Ok::<_, consul_proto::EncodeError>(())
//! ```

mod definition;
mod deregister;
mod disable_maintenance;
mod enable_maintenance;
mod get;
mod health_by_id;
mod health_by_name;
mod list;
mod register;
mod service_health;
mod sidecar;

use self::definition::validate_parts;
pub use definition::Definition;
pub use deregister::Deregister;
pub use disable_maintenance::DisableMaintenance;
pub use enable_maintenance::EnableMaintenance;
pub use get::Get;
pub use health_by_id::HealthById;
pub use health_by_name::HealthByName;
pub use list::List;
pub use register::Register;
pub use service_health::ServiceHealth;
pub use sidecar::Sidecar;

pub use crate::agent::Check;
pub use crate::model::{
    ConnectProxyConfig, Locality, NodeService, ServiceAddress, ServiceConnect, ServiceId, ServiceKind,
    ServiceName, ServicePort, Upstream, Weights,
};
pub use crate::types::secret::Secret;
