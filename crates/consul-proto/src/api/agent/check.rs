//! [Checks](https://developer.hashicorp.com/consul/api-docs/agent/check) that an agent carries out, or is told the
//! result of.
//!
//! ```
//! use std::time::Duration;
//!
//! use consul_proto::agent::{Check, check};
//!
//! // A check has one kind, which knows its own settings …
//! let probe = check::Http {
//!     method: Some("HEAD".to_owned()),
//!     timeout: Some(Duration::from_secs(1)),
//!     ..check::Http::new("http://10.0.0.7:8080/health", Duration::from_secs(10))
//! };
//! // … and what any check has.
//! let check = Check { notes: Some("answers".to_owned()), ..Check::from(probe) };
//!
//! // It is registered along with a service, or by itself.
//! let register = check::Register { service_id: Some("web".to_owned()), ..check::Register::new("web answers", check) };
//! assert_eq!(register.id(), "web answers");
//! ```

mod definition;
mod deregister;
mod fail;
mod get;
mod kind;
mod list;
mod pass;
mod probe;
mod register;
mod update;
mod warn;

pub use definition::Check;
pub use deregister::Deregister;
pub use fail::Fail;
pub use get::{Get, Only};
pub use kind::{Alias, Docker, Kind, OsService, Script, Ttl};
pub use list::List;
pub use pass::Pass;
pub use probe::{Grpc, H2ping, Http, Tcp, Tls, Udp};
pub use register::Register;
pub use update::Update;
pub use warn::Warn;

pub use crate::model::{CheckType, HealthCheck, Status};
