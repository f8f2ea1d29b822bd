//! Applying a transaction.

use crate::model::{IntoValue, SessionId};
use crate::txn::{KvOp, Op, Outcome, attribute};
use crate::{EncodeError, Endpoint, Method, Read, RequestWriter, Scope};

/// Applies several operations atomically: `PUT /v1/txn`.
///
/// Returns the [`Outcome`]. A rollback is not an error, since the usual reason is a condition that does not hold.
///
/// A transaction that only reads is idempotent. Servers ignore the consistency mode of all others.
///
/// An empty transaction is rejected, since servers would return success without doing anything.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/txn)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Apply {
    operations: Vec<Op>,
}

impl Apply {
    /// Creates a transaction without operations.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an operation. Servers apply operations in the order in which they were added.
    pub fn op(mut self, operation: impl Into<Op>) -> Self {
        self.operations.push(operation.into());
        self
    }

    /// Adds operations, in their order.
    pub fn ops(mut self, operations: impl IntoIterator<Item = impl Into<Op>>) -> Self {
        self.operations.extend(operations.into_iter().map(Into::into));
        self
    }

    /// Writes `value` to `key`.
    pub fn set(self, key: impl Into<String>, value: impl IntoValue) -> Self {
        self.op(KvOp::set(key, value))
    }

    /// Writes `value` to `key` if the key's `ModifyIndex` is `index`; with 0, if the key does not exist.
    pub fn cas(self, key: impl Into<String>, value: impl IntoValue, index: u64) -> Self {
        self.op(KvOp::cas(key, value, index))
    }

    /// Writes `value` to `key` and locks it for a session, if no other session holds it and no lock-delay is running.
    pub fn lock(self, key: impl Into<String>, value: impl IntoValue, session: impl Into<SessionId>) -> Self {
        self.op(KvOp::lock(key, value, session))
    }

    /// Writes `value` to `key` and unlocks it, if this session holds it.
    pub fn unlock(
        self,
        key: impl Into<String>,
        value: impl IntoValue,
        session: impl Into<SessionId>,
    ) -> Self {
        self.op(KvOp::unlock(key, value, session))
    }

    /// Reads `key`. If it does not exist, the transaction is rolled back.
    pub fn get(self, key: impl Into<String>) -> Self {
        self.op(KvOp::get(key))
    }

    /// Reads `key`. If it does not exist, the result is an entry without value and with index 0. Since 1.14.
    pub fn get_or_empty(self, key: impl Into<String>) -> Self {
        self.op(KvOp::get_or_empty(key))
    }

    /// Reads all keys that start with `prefix`. The prefix matches text, not segments.
    pub fn get_tree(self, prefix: impl Into<String>) -> Self {
        self.op(KvOp::get_tree(prefix))
    }

    /// Checks that the `ModifyIndex` of `key` is `index`.
    pub fn check_index(self, key: impl Into<String>, index: u64) -> Self {
        self.op(KvOp::check_index(key, index))
    }

    /// Checks that this session holds `key`.
    pub fn check_session(self, key: impl Into<String>, session: impl Into<SessionId>) -> Self {
        self.op(KvOp::check_session(key, session))
    }

    /// Checks that `key` does not exist. Requires `key:write`.
    pub fn check_not_exists(self, key: impl Into<String>) -> Self {
        self.op(KvOp::check_not_exists(key))
    }

    /// Deletes `key`. Succeeds if it does not exist.
    pub fn delete(self, key: impl Into<String>) -> Self {
        self.op(KvOp::delete(key))
    }

    /// Deletes all keys that start with `prefix`. The prefix matches text, not segments.
    pub fn delete_tree(self, prefix: impl Into<String>) -> Self {
        self.op(KvOp::delete_tree(prefix))
    }

    /// Deletes `key` if its `ModifyIndex` is `index`, or if it does not exist.
    pub fn delete_cas(self, key: impl Into<String>, index: u64) -> Self {
        self.op(KvOp::delete_cas(key, index))
    }

    /// Returns the operations, in their order.
    #[must_use]
    pub fn operations(&self) -> &[Op] {
        &self.operations
    }

    /// Returns `true` if all operations only read.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.operations.iter().all(Op::is_read)
    }
}

impl Endpoint for Apply {
    type Response = Outcome;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/txn";
    const SCOPE: Scope = Scope::DATACENTER;

    fn write(&self, request: &mut RequestWriter) {
        if self.operations.is_empty() {
            let reason = "has no operation".to_owned();
            request.reject(EncodeError::Invalid { name: "operations", reason });
        }
        for operation in &self.operations {
            operation.validate(request);
        }
        let datacenter = request.datacenter().map(str::to_owned);
        let operations = self.operations.iter().map(|operation| operation.wire(datacenter.as_deref()));
        request.json(&operations.collect::<Vec<_>>());
    }

    fn complete(&self, outcome: Outcome) -> Outcome {
        attribute(outcome, &self.operations)
    }

    fn is_idempotent(&self) -> bool {
        self.is_read_only()
    }

    fn is_write(&self) -> bool {
        !self.is_read_only()
    }
}

impl Read for Apply {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ResponseError;
    use crate::testing::{decoded, rejected, wire};
    use crate::txn::{NodeOp, OpErrorKind, OpObject};

    #[test]
    fn request() {
        let apply = Apply::new().set("a//b", "one").check_index("k", 7).op(NodeOp::get("node-a"));
        let body = r#"[{"KV":{"Verb":"set","Key":"a//b","Value":"b25l"}},{"KV":{"Verb":"check-index","Key":"k","Index":7}},{"Node":{"Verb":"get","Node":{"Node":"node-a"}}}]"#;
        assert_eq!(wire(&apply), format!("PUT /v1/txn\n{body}"));
    }

    #[test]
    fn empty_transaction_is_rejected() {
        let error = rejected(&Apply::new());
        assert!(matches!(error, EncodeError::Invalid { name: "operations", .. }));
    }

    #[test]
    fn transaction_that_only_reads_is_idempotent_and_no_write() {
        let read = Apply::new().get("k").check_not_exists("l").get_tree("t/");
        assert!(read.is_idempotent() && !read.is_write());
        let write = read.delete("k");
        assert!(!write.is_idempotent() && write.is_write());
    }

    #[test]
    fn recorded_response() {
        let body = r#"{
            "Results": [
                {"KV": {"LockIndex": 0, "Key": "t/a", "Flags": 3, "Value": null, "CreateIndex": 74, "ModifyIndex": 74}},
                {"KV": {"LockIndex": 0, "Key": "t/a", "Flags": 3, "Value": "b25l", "CreateIndex": 74, "ModifyIndex": 74}}
            ],
            "Errors": null
        }"#;
        let outcome = decoded::<Apply>(200, body).unwrap();
        assert!(outcome.is_committed());
        let values: Vec<_> = outcome.entries().map(|entry| entry.text().unwrap()).collect();
        assert_eq!(values, ["", "one"]);
        assert_eq!(outcome.into_committed().unwrap().len(), 2);
    }

    #[test]
    fn recorded_rollback() {
        let body = r#"{"Results": null, "Errors": [
            {"OpIndex": 0, "What": "failed to set key \"t/a\", index is stale"},
            {"OpIndex": 2, "What": "key \"t/none\" doesn't exist"}
        ]}"#;
        let rolled_back = decoded::<Apply>(409, body).unwrap().into_committed().unwrap_err();
        let kinds: Vec<_> = rolled_back.errors.iter().map(|error| (error.op_index, error.kind())).collect();
        assert_eq!(kinds, [(0, OpErrorKind::Conflict), (2, OpErrorKind::NotFound)]);
        assert!(!rolled_back.is_conflict());
    }

    #[test]
    fn results_of_an_unknown_kind_are_kept() {
        let body = r#"{"Results":[{"Gadget":{"A":1}},{"KV":{"Key":"k"}}],"Errors":null}"#;
        let results = decoded::<Apply>(200, body).unwrap().into_committed().unwrap();
        let objects: Vec<_> = results.into_iter().map(|result| result.object).collect();
        assert!(matches!(objects[..], [OpObject::Other, OpObject::Kv(_)]));
        assert!(decoded::<Apply>(200, r#"{"Results":null,"Errors":null}"#).unwrap().is_committed());
    }

    #[test]
    fn only_consul_commits_or_rolls_back() {
        for (status, page) in [
            (409, "<html>Conflict</html>"),
            (409, ""),
            (409, r#"{"message":"conflict"}"#),
            (200, r#"{"status":"maintenance"}"#),
            (200, "{}"),
        ] {
            let result = decoded::<Apply>(status, page);
            assert!(matches!(result, Err(ResponseError::Decode(_))), "{status} {page}: {result:?}");
        }
    }
}
