//! [Transactions](https://developer.hashicorp.com/consul/api-docs/txn): several operations, of which either all are applied or
//! none.
//!
//! ```
//! use consul_proto::{Options, encode, txn};
//!
//! let claim = txn::Apply::new().check_index("jobs/7", 42).set("jobs/7/owner", "node-a");
//! let request = encode(&claim, &Options::default())?;
//! assert_eq!((request.method().as_str(), request.uri().path()), ("PUT", "/v1/txn"));
//! # Ok::<_, consul_proto::EncodeError>(())
//! ```
//!
//! Keys are sent in the body, so keys without a [path](crate::kv#keys) are accepted too. Only the empty key is rejected.
//!
//! # Results
//!
//! Not every operation has one result: deletions and [`check_not_exists`](KvOp::check_not_exists) have none,
//! [`get_tree`](KvOp::get_tree) has one for each key, and servers silently leave out objects that the token cannot
//! read. [`OpResult::operation`] is the position of the operation that a result belongs to. Only the results of
//! operations that read contain values.
//!
//! # Limits
//!
//! Servers accept 64 operations (128 since 1.14) and a request of 512 KiB, in which values grow by a third. Both limits
//! can be configured, so they are not checked before sending. Beyond them, the error is
//! [`TooLarge`](crate::ApiErrorKind::TooLarge).

mod apply;
mod check_op;
pub(super) mod errors;
mod kv_op;
mod node_op;
mod op;
mod op_error;
mod outcome;
mod result;
mod service_op;

pub use apply::Apply;
pub use check_op::CheckOp;
pub use kv_op::KvOp;
pub use node_op::NodeOp;
pub use op::Op;
pub use op_error::{OpError, OpErrorKind};
pub use outcome::{Outcome, RolledBack};
pub use result::{OpObject, OpResult};
pub use service_op::ServiceOp;

use self::result::attribute;
pub use crate::model::{
    CatalogNode, CheckId, CheckRegistration, CheckType, ConnectProxyConfig, Entry, HealthCheck,
    HealthCheckDefinition, IntoValue, Locality, NodeId, NodeName, NodeRegistration, NodeService,
    ServiceAddress, ServiceId, ServiceKind, ServiceName, ServicePort, ServiceRegistration, SessionId, Status,
    Weights,
};
