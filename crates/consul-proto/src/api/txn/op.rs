//! One operation of a transaction.

use serde::Serialize;

use crate::RequestWriter;
use crate::txn::{CheckOp, KvOp, NodeOp, ServiceOp};

/// One operation of a [transaction](crate::txn::Apply).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub enum Op {
    /// On the key/value store.
    #[serde(rename = "KV")]
    Kv(KvOp),
    /// On a node of the catalog.
    Node(Box<NodeOp>),
    /// On a service instance of the catalog.
    Service(Box<ServiceOp>),
    /// On a check of the catalog.
    Check(Box<CheckOp>),
}

impl Op {
    /// Returns whether the operation changes nothing.
    #[must_use]
    pub fn is_read(&self) -> bool {
        match self {
            Self::Kv(op) => op.is_read(),
            Self::Node(op) => op.is_read(),
            Self::Service(op) => op.is_read(),
            Self::Check(op) => op.is_read(),
        }
    }

    /// Rejects arguments that servers would misunderstand.
    pub(super) fn validate(&self, request: &mut RequestWriter) {
        if let Self::Kv(op) = self {
            op.validate(request);
        }
    }
}

impl From<KvOp> for Op {
    fn from(op: KvOp) -> Self {
        Self::Kv(op)
    }
}

impl From<NodeOp> for Op {
    fn from(op: NodeOp) -> Self {
        Self::Node(Box::new(op))
    }
}

impl From<ServiceOp> for Op {
    fn from(op: ServiceOp) -> Self {
        Self::Service(Box::new(op))
    }
}

impl From<CheckOp> for Op {
    fn from(op: CheckOp) -> Self {
        Self::Check(Box::new(op))
    }
}
