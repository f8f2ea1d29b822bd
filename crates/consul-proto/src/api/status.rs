//! [Status](https://developer.hashicorp.com/consul/api-docs/status) of the servers' consensus.
//!
//! Both operations need no token and say nothing about themselves in headers, which makes them the cheapest way to
//! ask whether a cluster is alive. On an agent that knows no server they fail with
//! [`NoLeader`](crate::ApiErrorKind::NoLeader).

mod leader;
mod peers;

pub use leader::{Elected, Leader};
pub use peers::Peers;
