//! [Transactions](https://developer.hashicorp.com/consul/api-docs/txn): several operations, of which all are carried
//! out or none.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use consul_client::txn::Outcome;
//!
//! match client.txn().check_not_exists("jobs/7/owner").set("jobs/7/owner", "worker 3").await? {
//!     Outcome::Committed(_) => println!("ours"),
//!     Outcome::RolledBack(why) if why.is_conflict() => println!("somebody was faster"),
//!     Outcome::RolledBack(why) => println!("{why}"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! How results relate to operations, and what the limits are, is told at [`proto::txn`](consul_proto::txn#results).

use bytes::Bytes;
use consul_proto::session::SessionId;
use consul_proto::txn;
pub use consul_proto::txn::{
    CheckOp, KvOp, NodeOp, Op, OpError, OpErrorKind, OpResult, Outcome, RolledBack, ServiceOp,
};

use crate::{Call, Client};

/// Carries out a transaction; see [`txn::Apply`].
///
/// Operations are carried out in the order in which they are added.
pub type Apply = Call<txn::Apply>;

impl Client {
    /// Starts a transaction.
    pub fn txn(&self) -> Apply {
        self.call(txn::Apply::new(Vec::<Op>::new()))
    }
}

impl Apply {
    /// Adds an operation of any kind.
    pub fn op(self, op: impl Into<Op>) -> Self {
        self.with(|apply| apply.operations.push(op.into()))
    }

    /// Writes `value` under `key`.
    pub fn set(self, key: impl Into<String>, value: impl Into<Bytes>) -> Self {
        self.op(KvOp::set(key, value))
    }

    /// Writes `value` under `key` if its `ModifyIndex` is `index`; 0 if there is no such key.
    pub fn cas(self, key: impl Into<String>, value: impl Into<Bytes>, index: u64) -> Self {
        self.op(KvOp::cas(key, value, index))
    }

    /// Writes `value` under `key` and locks it for `session`.
    pub fn lock(
        self,
        key: impl Into<String>,
        value: impl Into<Bytes>,
        session: impl Into<SessionId>,
    ) -> Self {
        self.op(KvOp::lock(key, value, session))
    }

    /// Writes `value` under `key` and unlocks it, if `session` holds it.
    pub fn unlock(
        self,
        key: impl Into<String>,
        value: impl Into<Bytes>,
        session: impl Into<SessionId>,
    ) -> Self {
        self.op(KvOp::unlock(key, value, session))
    }

    /// Reads `key`, if it exists.
    pub fn get(self, key: impl Into<String>) -> Self {
        self.op(KvOp::get(key))
    }

    /// Reads `key`, which need not exist; since Consul 1.14.
    pub fn get_or_empty(self, key: impl Into<String>) -> Self {
        self.op(KvOp::get_or_empty(key))
    }

    /// Reads all keys that start with `prefix`.
    pub fn get_tree(self, prefix: impl Into<String>) -> Self {
        self.op(KvOp::get_tree(prefix))
    }

    /// Asks that the `ModifyIndex` of `key` is `index`.
    pub fn check_index(self, key: impl Into<String>, index: u64) -> Self {
        self.op(KvOp::check_index(key, index))
    }

    /// Asks that `session` holds `key`.
    pub fn check_session(self, key: impl Into<String>, session: impl Into<SessionId>) -> Self {
        self.op(KvOp::check_session(key, session))
    }

    /// Asks that there is no `key`.
    pub fn check_not_exists(self, key: impl Into<String>) -> Self {
        self.op(KvOp::check_not_exists(key))
    }

    /// Deletes `key`.
    pub fn delete(self, key: impl Into<String>) -> Self {
        self.op(KvOp::delete(key))
    }

    /// Deletes all keys that start with `prefix`.
    pub fn delete_tree(self, prefix: impl Into<String>) -> Self {
        self.op(KvOp::delete_tree(prefix))
    }

    /// Deletes `key` if its `ModifyIndex` is `index`, or if there is none.
    pub fn delete_cas(self, key: impl Into<String>, index: u64) -> Self {
        self.op(KvOp::delete_cas(key, index))
    }
}
