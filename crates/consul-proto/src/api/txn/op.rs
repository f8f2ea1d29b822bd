//! An operation of a transaction.

use serde::Serialize;

use crate::RequestWriter;
use crate::txn::{CheckOp, KvOp, NodeOp, ServiceOp, node_op};

/// An operation of a [transaction](crate::txn::Apply).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Op {
    /// On the key/value store.
    Kv(KvOp),
    /// On a node of the catalog.
    Node(Box<NodeOp>),
    /// On a service instance of the catalog.
    Service(Box<ServiceOp>),
    /// On a check of the catalog.
    Check(Box<CheckOp>),
}

impl Op {
    /// Returns `true` if the operation only reads.
    #[must_use]
    pub fn is_read(&self) -> bool {
        match self {
            Self::Kv(op) => op.is_read(),
            Self::Node(op) => op.is_read(),
            Self::Service(op) => op.is_read(),
            Self::Check(op) => op.is_read(),
        }
    }

    /// Returns `true` if servers return a result for the operation. Reading a tree returns any number of results.
    pub(super) fn has_result(&self) -> bool {
        match self {
            Self::Kv(op) => op.has_result(),
            Self::Node(op) => op.verb().has_result(),
            Self::Service(op) => op.verb().has_result(),
            Self::Check(op) => op.verb().has_result(),
        }
    }

    /// Rejects arguments that servers would misinterpret.
    pub(super) fn validate(&self, request: &mut RequestWriter) {
        match self {
            Self::Kv(op) => op.validate(request),
            Self::Node(op) => op.validate(request),
            Self::Service(op) => op.validate(request),
            Self::Check(op) => op.validate(request),
        }
    }

    /// Returns the operation as it is sent to this datacenter.
    pub(super) fn wire<'a>(&'a self, datacenter: Option<&'a str>) -> Wire<'a> {
        match self {
            Self::Kv(op) => Wire::Kv(op),
            Self::Node(op) => Wire::Node(op.wire(datacenter)),
            Self::Service(op) => Wire::Service(op),
            Self::Check(op) => Wire::Check(op),
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

#[derive(Serialize)]
pub(super) enum Wire<'a> {
    #[serde(rename = "KV")]
    Kv(&'a KvOp),
    Node(node_op::Wire<'a>),
    Service(&'a ServiceOp),
    Check(&'a CheckOp),
}

/// The verb of an operation on an object of the catalog in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Verb {
    Get,
    Set,
    Cas,
    Delete,
    DeleteCas,
}

impl Verb {
    pub(super) fn writes(self) -> bool {
        matches!(self, Self::Set | Self::Cas)
    }

    fn has_result(self) -> bool {
        !matches!(self, Self::Delete | Self::DeleteCas)
    }
}

/// An object of the catalog, and the `ModifyIndex` that the operation requires, if any.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct AtIndex<T> {
    #[serde(flatten)]
    pub(super) object: T,
    #[serde(rename = "ModifyIndex", skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
}

impl<T> AtIndex<T> {
    pub(super) fn new(object: T, index: Option<u64>) -> Self {
        Self { object, index }
    }
}
