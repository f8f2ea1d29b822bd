//! [Checks](https://developer.hashicorp.com/consul/api-docs/agent/check) that an agent runs, or that programs report to.
//!
//! ```
//! use std::time::Duration;
//!
//! use consul_proto::agent::{Check, check};
//! use consul_proto::{Options, encode};
//!
//! // A check has one kind with its own settings …
//! let http = check::Http::new("http://10.0.0.7:8080/health", Duration::from_secs(10)).method("HEAD");
//! // … and settings that all kinds have.
//! let check = Check::from(http).notes("the health page");
//!
//! // It is registered together with a service, or by itself.
//! let request = encode(&check::Register::new("web responds", check).service("web"), &Options::default())?;
//! assert_eq!(request.uri(), "/v1/agent/check/register");
//! # Ok::<_, consul_proto::EncodeError>(())
//! ```

mod definition;
mod deregister;
mod fail;
mod get;
mod kind;
mod list;
mod local;
mod pass;
mod probe;
mod register;
mod report;
mod update;
mod warn;

use self::report::Report;
pub use definition::Check;
pub use deregister::Deregister;
pub use fail::Fail;
pub use get::Get;
pub use kind::Kind;
pub use list::List;
pub use local::{Alias, Docker, OsService, Script, Ttl};
pub use pass::Pass;
pub use probe::{Grpc, H2ping, Http, Tcp, Tls, Udp};
pub use register::Register;
pub use update::Update;
pub use warn::Warn;

pub use crate::model::{CheckId, CheckType, HealthCheck, NodeName, ServiceId, Status};
pub use crate::types::secret::Secret;
