//! [Status](https://developer.hashicorp.com/consul/api-docs/status) of raft, the consensus of the servers.
//!
//! Both operations need no token, and their responses have no metadata, so they are the cheapest way to find out whether
//! a cluster is alive. If the agent knows no server, the error is [`NoLeader`](crate::ApiErrorKind::NoLeader).
//!
//! ```
//! use consul_proto::{Options, encode, status};
//!
//! let request = encode(&status::Leader::new(), &Options::default())?;
//! assert_eq!(request.uri(), "/v1/status/leader");
//! # Ok::<_, consul_proto::EncodeError>(())
//! ```

mod leader;
mod peers;

pub use leader::Leader;
pub use peers::Peers;
