//! Checks that an agent carries out.
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
//! let check = Check { name: Some("answers".to_owned()), ..Check::from(probe) };
//! ```

mod definition;
mod kind;
mod probe;

pub use definition::Check;
pub use kind::{Alias, Docker, Kind, OsService, Script, Ttl};
pub use probe::{Grpc, H2ping, Http, Tcp, Tls, Udp};

pub use crate::health::Status;
