//! [Transactions](https://developer.hashicorp.com/consul/api-docs/txn): several operations that are applied
//! atomically.
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
//! Keys are sent in the body, so keys that cannot be sent in a [path](crate::kv#keys) are accepted too. Only the
//! empty key is rejected.
//!
//! # Results
//!
//! Not every operation has one result: deletions and [`check_not_exists`](KvOp::check_not_exists) have none,
//! [`get_tree`](KvOp::get_tree) has one for each key, and servers silently omit objects that the token cannot read.
//! [`OpResult::operation`] is the index of a result's operation. Only results of reads contain values.
//!
//! # Limits
//!
//! By default, servers accept 64 operations (128 since 1.14) and requests of up to 512 KiB. Values are encoded in the
//! request, which makes them a third larger. Both limits are configurable on servers, so they are not checked before
//! sending. Above a limit, the error is [`TooLarge`](crate::ApiErrorKind::TooLarge).

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
