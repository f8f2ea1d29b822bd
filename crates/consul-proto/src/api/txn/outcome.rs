//! What came of a transaction.

use std::fmt;

use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;

use crate::model::Entry;
use crate::model::HealthCheck;
use crate::model::{CatalogNode, NodeService};
use crate::response::Head;
use crate::txn::{OpError, OpErrorKind};
use crate::types::null;
use crate::{DecodeError, FromResponse, Json};

/// What came of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a transaction can be rolled back"]
#[expect(clippy::exhaustive_enums, reason = "a transaction has no third way to end")]
pub enum Outcome {
    /// All of it was done, with these [results](crate::txn#results).
    Committed(Vec<OpResult>),
    /// None of it was done.
    RolledBack(RolledBack),
}

impl Outcome {
    /// Whether all of it was done.
    #[must_use]
    pub fn is_committed(&self) -> bool {
        matches!(self, Self::Committed(_))
    }

    /// The results, where all of it was done.
    ///
    /// # Errors
    ///
    /// Where none of it was done.
    pub fn into_committed(self) -> Result<Vec<OpResult>, RolledBack> {
        match self {
            Self::Committed(results) => Ok(results),
            Self::RolledBack(rolled_back) => Err(rolled_back),
        }
    }

    /// The results that are entries of the key/value store; none where none of it was done.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        let results = match self {
            Self::Committed(results) => results.as_slice(),
            Self::RolledBack(_) => &[],
        };
        results.iter().filter_map(OpResult::entry)
    }
}

/// Result of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Wire")]
#[non_exhaustive]
pub enum OpResult {
    /// An entry of the key/value store; without its value unless it was read.
    Kv(Entry),
    /// A node.
    Node(Box<CatalogNode>),
    /// A service instance.
    Service(Box<NodeService>),
    /// A check.
    Check(Box<HealthCheck>),
    /// Something that this version does not know.
    Other,
}

impl OpResult {
    /// The entry of the key/value store, where it is one.
    #[must_use]
    pub fn entry(&self) -> Option<&Entry> {
        match self {
            Self::Kv(entry) => Some(entry),
            _ => None,
        }
    }
}

/// A transaction that was rolled back: nothing was changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RolledBack {
    /// Every operation that failed, and why.
    pub errors: Vec<OpError>,
}

impl RolledBack {
    /// Whether nothing but [conditions](OpErrorKind::Conflict) stood in the way, so that reading again and deciding
    /// anew can help.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        !self.errors.is_empty() && self.errors.iter().all(|error| error.kind() == OpErrorKind::Conflict)
    }

    /// Whether the token lacks the right to one of the operations.
    #[must_use]
    pub fn is_permission_denied(&self) -> bool {
        self.errors.iter().any(|error| error.kind() == OpErrorKind::PermissionDenied)
    }
}

impl fmt::Display for RolledBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("transaction rolled back")?;
        for (place, error) in self.errors.iter().enumerate() {
            write!(f, "{} {error}", if place == 0 { ":" } else { "," })?;
        }
        Ok(())
    }
}

impl std::error::Error for RolledBack {}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    #[serde(default, deserialize_with = "null::or_default_if_present")]
    results: Option<Vec<OpResult>>,
    #[serde(default, deserialize_with = "null::or_default_if_present")]
    errors: Option<Vec<OpError>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wire {
    #[serde(rename = "KV")]
    kv: Option<Entry>,
    node: Option<Box<CatalogNode>>,
    service: Option<Box<NodeService>>,
    check: Option<Box<HealthCheck>>,
}

impl From<Wire> for OpResult {
    fn from(wire: Wire) -> Self {
        match wire {
            Wire { kv: Some(entry), .. } => Self::Kv(entry),
            Wire { node: Some(node), .. } => Self::Node(node),
            Wire { service: Some(service), .. } => Self::Service(service),
            Wire { check: Some(check), .. } => Self::Check(check),
            _ => Self::Other,
        }
    }
}

impl FromResponse for Outcome {
    type Output = Self;

    fn accepts(head: &Head, _: &[u8]) -> bool {
        // A conflict that is not from Consul has no such document, and is rejected below.
        head.status == StatusCode::OK || head.status == StatusCode::CONFLICT
    }

    fn may_carry(head: &Head) -> bool {
        head.status == StatusCode::OK || head.status == StatusCode::CONFLICT
    }

    fn from_response(head: &Head, body: Bytes) -> Result<Self, DecodeError> {
        let Document { results, errors } = Json::from_response(head, body.clone())?;
        match (head.status, results, errors) {
            (StatusCode::OK, Some(results), errors) if errors.as_ref().is_none_or(Vec::is_empty) => {
                Ok(Self::Committed(results))
            }
            (StatusCode::CONFLICT, _, Some(errors)) => Ok(Self::RolledBack(RolledBack { errors })),
            _ => Err(DecodeError::new(head, &body, "not the result of a transaction")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rolled_back(whats: &[&str]) -> RolledBack {
        let errors = whats.iter().enumerate();
        let errors = errors.map(|(op_index, &what)| OpError { op_index, what: what.to_owned() });
        RolledBack { errors: errors.collect() }
    }

    #[test]
    fn a_denial_is_no_conflict() {
        let both = rolled_back(&["key \"k\" exists", "Permission denied"]);
        assert!(!both.is_conflict() && both.is_permission_denied());
        let conflict = rolled_back(&["key \"k\" exists"]);
        assert!(conflict.is_conflict() && !conflict.is_permission_denied());
        assert!(!rolled_back(&[]).is_conflict());
    }

    #[test]
    fn display_names_every_operation() {
        assert_eq!(
            rolled_back(&["key \"k\" exists", "Permission\ndenied"]).to_string(),
            r#"transaction rolled back: operation 0: key "k" exists, operation 1: Permission\ndenied"#
        );
    }
}
