//! The outcome of a transaction.

use std::fmt;

use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;

use crate::model::Entry;
use crate::response::Head;
use crate::txn::{OpError, OpErrorKind, OpResult};
use crate::types::null;
use crate::{DecodeError, FromResponse, Json};

/// Maximum number of errors in the text of a rollback.
const SHOWN: usize = 3;

/// The outcome of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a transaction can be rolled back"]
#[expect(clippy::exhaustive_enums, reason = "a transaction has no third way to end")]
pub enum Outcome {
    /// All operations were applied, with these [results](crate::txn#results).
    Committed(Vec<OpResult>),
    /// No operation was applied.
    RolledBack(RolledBack),
}

impl Outcome {
    /// Returns `true` if all operations were applied.
    #[must_use]
    pub fn is_committed(&self) -> bool {
        matches!(self, Self::Committed(_))
    }

    /// Returns the results of a committed transaction.
    ///
    /// # Errors
    ///
    /// Returns an error if the transaction was rolled back.
    pub fn into_committed(self) -> Result<Vec<OpResult>, RolledBack> {
        match self {
            Self::Committed(results) => Ok(results),
            Self::RolledBack(rolled_back) => Err(rolled_back),
        }
    }

    /// Returns the results. Empty if the transaction was rolled back.
    #[must_use]
    pub fn results(&self) -> &[OpResult] {
        match self {
            Self::Committed(results) => results,
            Self::RolledBack(_) => &[],
        }
    }

    /// Returns the results of the operation with this index, from 0.
    pub fn results_of(&self, operation: usize) -> impl Iterator<Item = &OpResult> {
        self.results().iter().filter(move |result| result.operation == Some(operation))
    }

    /// Returns the results that are entries of the key/value store.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.results().iter().filter_map(OpResult::entry)
    }
}

/// A transaction that was rolled back. No operation was applied.
///
/// `Display` and `Debug` show the first three errors and the number of the others.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RolledBack {
    /// The errors of the operations that failed.
    pub errors: Vec<OpError>,
}

impl RolledBack {
    /// Returns `true` if all errors are [conditions](OpErrorKind::Conflict) that did not hold, so that the
    /// transaction can succeed after reading again.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        !self.errors.is_empty() && self.errors.iter().all(|error| error.kind() == OpErrorKind::Conflict)
    }

    /// Returns `true` if the token lacks the permission for one of the operations.
    #[must_use]
    pub fn is_permission_denied(&self) -> bool {
        self.errors.iter().any(|error| error.kind() == OpErrorKind::PermissionDenied)
    }
}

impl fmt::Display for RolledBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("transaction rolled back")?;
        for (position, error) in self.errors.iter().take(SHOWN).enumerate() {
            write!(f, "{} {error}", if position == 0 { ":" } else { "," })?;
        }
        match self.errors.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, ", and {more} more"),
        }
    }
}

impl fmt::Debug for RolledBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RolledBack({self})")
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

impl FromResponse for Outcome {
    type Output = Self;

    fn accepts(head: &Head, _: &[u8]) -> bool {
        // A 409 that is not from Consul has no such document, and is rejected below.
        head.status == StatusCode::OK || head.status == StatusCode::CONFLICT
    }

    fn may_have_value(head: &Head) -> bool {
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
    fn missing_permission_is_not_a_conflict() {
        let both = rolled_back(&["key \"k\" exists", "Permission denied"]);
        assert!(!both.is_conflict() && both.is_permission_denied());
        let conflict = rolled_back(&["key \"k\" exists"]);
        assert!(conflict.is_conflict() && !conflict.is_permission_denied());
        assert!(!rolled_back(&[]).is_conflict());
    }

    #[test]
    fn display_shows_the_first_errors_and_counts_the_others() {
        assert_eq!(
            rolled_back(&["key \"k\" exists", "Permission\ndenied"]).to_string(),
            r#"transaction rolled back: operation 0: key "k" exists, operation 1: Permission\ndenied"#
        );
        assert_eq!(
            rolled_back(&["a", "b", "c", "d", "e"]).to_string(),
            "transaction rolled back: operation 0: a, operation 1: b, operation 2: c, and 2 more"
        );
    }
}
