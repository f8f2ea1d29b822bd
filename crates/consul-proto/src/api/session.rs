//! [Sessions](https://developer.hashicorp.com/consul/api-docs/session): the leases that hold locks.
//!
//! A session belongs to a node. It ends when it is destroyed, when its TTL elapses without a renewal, when its node
//! leaves or fails, or when one of its checks becomes critical. The keys that it holds are then released or deleted.
//!
//! ```
//! use std::time::Duration;
//!
//! use consul_proto::{Options, encode, session};
//!
//! let create = session::Create::new().name("worker 7").ttl(Duration::from_secs(15));
//! let request = encode(&create, &Options::default())?;
//! assert_eq!(request.uri(), "/v1/session/create");
//! assert_eq!(request.body(), r#"{"Name":"worker 7","TTL":"15s"}"#);
//! # Ok::<_, consul_proto::EncodeError>(())
//! ```

mod create;
mod destroy;
pub(super) mod errors;
mod info;
mod list;
mod model;
mod node;
mod renew;

pub use create::Create;
pub use destroy::Destroy;
pub use info::Info;
pub use list::List;
pub use model::{Behavior, ServiceCheck, Session};
pub use node::Node;
pub use renew::Renew;

pub use crate::model::{CheckId, NodeName, SessionId};
