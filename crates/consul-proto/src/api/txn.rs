//! [Transactions](https://developer.hashicorp.com/consul/api-docs/txn): several operations, of which all are carried
//! out or none.
//!
//! ```
//! use consul_proto::{Options, encode, txn};
//!
//! let operations = [txn::KvOp::check_index("jobs/7", 42), txn::KvOp::set("jobs/7/owner", "node-a")];
//! let request = encode(&txn::Apply::new(operations), &Options::default())?;
//! assert_eq!((request.method().as_str(), request.uri().path()), ("PUT", "/v1/txn"));
//! # Ok::<_, consul_proto::EncodeError>(())
//! ```
//!
//! Keys travel in the body here, so every key is welcome that has no [path](crate::kv) of its own; only the empty one
//! is refused.
//!
//! # Results
//!
//! Results do not line up with the operations: deletions and
//! [`CheckNotExists`](KvOp::CheckNotExists) have none, [`GetTree`](KvOp::GetTree) has as many as there are keys, and
//! what the token may not read is left out without a word. Entries tell their keys; only those of the three reading
//! verbs hold their values.
//!
//! # Limits
//!
//! Servers take 64 operations, since 1.14 128, and 512 KiB of request, in which values are a third longer than
//! themselves. Both can be configured, so nothing is counted here; what is above is
//! [`TooLarge`](crate::ApiErrorKind::TooLarge).

mod apply;
mod check_op;
pub(super) mod errors;
mod kv_op;
mod node_op;
mod op;
mod op_error;
mod outcome;
mod service_op;

pub use apply::Apply;
pub use check_op::{Check, CheckDefinition, CheckOp};
pub use kv_op::KvOp;
pub use node_op::{Node, NodeOp};
pub use op::Op;
pub use op_error::{OpError, OpErrorKind};
pub use outcome::{OpResult, Outcome, RolledBack};
pub use service_op::{Service, ServiceOp};
