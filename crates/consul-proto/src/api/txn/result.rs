//! Results of the operations of a transaction.

use serde::Deserialize;

use crate::model::{CatalogNode, Entry, HealthCheck, NodeService};
use crate::txn::{Op, Outcome};

/// A result of an operation of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Wire")]
#[non_exhaustive]
pub struct OpResult {
    /// Index of the operation in the transaction, from 0. `None` if it cannot be determined, because servers omitted
    /// other results, or because the response was decoded without the request.
    pub operation: Option<usize>,
    /// The read or written object.
    pub object: OpObject,
}

/// An object that an operation of a transaction has read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpObject {
    /// An entry of the key/value store. It only has a value if `get`, `get_or_empty` or `get_tree` has read it.
    Kv(Entry),
    /// A node.
    Node(Box<CatalogNode>),
    /// A service instance.
    Service(Box<NodeService>),
    /// A check.
    Check(Box<HealthCheck>),
    /// An object of a kind that this version does not know.
    Other,
}

impl OpResult {
    /// Returns the entry of the key/value store, if the object is one.
    #[must_use]
    pub fn entry(&self) -> Option<&Entry> {
        match &self.object {
            OpObject::Kv(entry) => Some(entry),
            _ => None,
        }
    }
}

/// Determines the operation of each result.
///
/// Servers return results in the order of the operations, but none for deletions, any number for `get_tree`, and none
/// for objects that the token cannot read. So results are matched from the front and from the back, and attributed if
/// both ways agree.
pub(super) fn attribute(mut outcome: Outcome, operations: &[Op]) -> Outcome {
    if let Outcome::Committed(results) = &mut outcome {
        let forward = from_the_front(results, operations);
        let backward = from_the_back(results, operations);
        for ((result, forward), backward) in results.iter_mut().zip(forward).zip(backward) {
            result.operation = forward.filter(|_| forward == backward);
        }
    }
    outcome
}

fn from_the_front(results: &[OpResult], operations: &[Op]) -> Vec<Option<usize>> {
    let mut owners = vec![None; results.len()];
    let mut next = 0;
    for (position, operation) in operations.iter().enumerate() {
        let mut last: Option<&str> = None;
        while let Some(result) = results.get(next).filter(|result| produces(operation, result, last, true)) {
            owners[next] = Some(position);
            next += 1;
            last = result.entry().map(|entry| entry.key.as_str());
            if !is_tree(operation) {
                break;
            }
        }
    }
    owners
}

fn from_the_back(results: &[OpResult], operations: &[Op]) -> Vec<Option<usize>> {
    let mut owners = vec![None; results.len()];
    let mut left = results.len();
    for (position, operation) in operations.iter().enumerate().rev() {
        let mut last: Option<&str> = None;
        while let Some(result) = left
            .checked_sub(1)
            .and_then(|at| results.get(at))
            .filter(|result| produces(operation, result, last, false))
        {
            left -= 1;
            owners[left] = Some(position);
            last = result.entry().map(|entry| entry.key.as_str());
            if !is_tree(operation) {
                break;
            }
        }
    }
    owners
}

/// Returns `true` if the operation can have this result, after the result with the key `last` in the order of
/// `is_forward`.
fn produces(operation: &Op, result: &OpResult, last: Option<&str>, is_forward: bool) -> bool {
    match (operation, &result.object) {
        (Op::Kv(op), OpObject::Kv(entry)) if op.is_tree() => {
            // The keys of a tree are sorted.
            let is_sorted = last.is_none_or(|last| (entry.key.as_str() > last) == is_forward)
                && last != Some(entry.key.as_str());
            entry.key.starts_with(op.key()) && is_sorted
        }
        (Op::Kv(op), OpObject::Kv(entry)) => operation.has_result() && entry.key == op.key(),
        (Op::Node(_), OpObject::Node(_))
        | (Op::Service(_), OpObject::Service(_))
        | (Op::Check(_), OpObject::Check(_)) => operation.has_result(),
        _ => false,
    }
}

fn is_tree(operation: &Op) -> bool {
    matches!(operation, Op::Kv(op) if op.is_tree())
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
        let object = match wire {
            Wire { kv: Some(entry), .. } => OpObject::Kv(entry),
            Wire { node: Some(node), .. } => OpObject::Node(node),
            Wire { service: Some(service), .. } => OpObject::Service(service),
            Wire { check: Some(check), .. } => OpObject::Check(check),
            _ => OpObject::Other,
        };
        Self { operation: None, object }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::txn::KvOp;

    /// Returns the indexes of the operations to which entries with these keys are attributed.
    fn attributed(operations: Vec<KvOp>, keys: &[&str]) -> Vec<Option<usize>> {
        let results = keys.iter().map(|key| {
            let entry = Entry { key: (*key).to_owned(), ..Entry::default() };
            OpResult { operation: None, object: OpObject::Kv(entry) }
        });
        let operations: Vec<_> = operations.into_iter().map(Op::from).collect();
        match attribute(Outcome::Committed(results.collect()), &operations) {
            Outcome::Committed(results) => results.into_iter().map(|result| result.operation).collect(),
            Outcome::RolledBack(_) => unreachable!("was committed"),
        }
    }

    #[test]
    fn operations_without_results_are_skipped() {
        let operations =
            vec![KvOp::delete("a"), KvOp::set("a", "1"), KvOp::check_not_exists("b"), KvOp::get("a")];
        assert_eq!(attributed(operations, &["a", "a"]), [Some(1), Some(3)]);
    }

    #[test]
    fn tree_has_all_of_its_results() {
        let operations = vec![KvOp::get("t/a"), KvOp::get_tree("t/"), KvOp::get("t/a")];
        assert_eq!(
            attributed(operations, &["t/a", "t/a", "t/b", "t/a"]),
            [Some(0), Some(1), Some(1), Some(2)]
        );
    }

    #[test]
    fn results_that_servers_left_out_are_skipped() {
        let operations = vec![KvOp::get("a"), KvOp::get("b"), KvOp::get("c")];
        assert_eq!(attributed(operations, &["a", "c"]), [Some(0), Some(2)]);
    }

    #[test]
    fn result_with_several_possible_operations_is_attributed_to_none() {
        // The write follows the tree, whose last key could also be this one.
        let operations = vec![KvOp::get_tree("t/"), KvOp::set("t/b", "1")];
        assert_eq!(attributed(operations, &["t/a", "t/b"]), [Some(0), None]);
        // One of two equal reads was omitted.
        assert_eq!(attributed(vec![KvOp::get("a"), KvOp::get("a")], &["a"]), [None]);
    }
}
