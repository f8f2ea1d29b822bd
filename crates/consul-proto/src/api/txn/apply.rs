//! Carrying out a transaction.

use crate::txn::{Op, Outcome};
use crate::{EncodeError, Endpoint, Method, Read, RequestWriter, Scope};

/// Carries out several operations, all of them or none: `PUT /v1/txn`.
///
/// Answers with what came of it: a transaction that is rolled back is no error, for the reasons are mostly conditions
/// that did not hold; see [`Outcome`].
///
/// Takes a consistency mode, which counts only where every operation [reads](Self::is_read_only); servers ignore it
/// otherwise. Only then may it be sent twice.
///
/// An empty list is refused: servers would do nothing, and say that it is done.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/txn)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apply {
    /// What to do, in this order.
    pub operations: Vec<Op>,
}

impl Apply {
    /// Carries out `operations`.
    pub fn new(operations: impl IntoIterator<Item = impl Into<Op>>) -> Self {
        Self { operations: operations.into_iter().map(Into::into).collect() }
    }

    /// Whether no operation changes anything.
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
            operation.check(request);
        }
        request.json(&self.operations);
    }

    fn is_idempotent(&self) -> bool {
        self.is_read_only()
    }
}

impl Read for Apply {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ResponseError;
    use crate::testing::{decoded, rejected, wire};
    use crate::txn::{KvOp, NodeOp, OpErrorKind, OpResult};

    #[test]
    fn request() {
        let apply = Apply::new([
            Op::from(KvOp::set("a//b", "one")),
            Op::from(KvOp::check_index("k", 7)),
            Op::from(NodeOp::get("node-a")),
        ]);
        let body = r#"[{"KV":{"Verb":"set","Key":"a//b","Value":"b25l"}},{"KV":{"Verb":"check-index","Key":"k","Index":7}},{"Node":{"Verb":"get","Node":{"Node":"node-a"}}}]"#;
        assert_eq!(wire(&apply), format!("PUT /v1/txn\n{body}"));
    }

    #[test]
    fn nothing_to_do_is_not_sent() {
        let fault = rejected(&Apply::new(Vec::<Op>::new()));
        assert!(matches!(fault, EncodeError::Invalid { name: "operations", .. }));
    }

    #[test]
    fn only_reading_may_be_sent_twice() {
        let read = [KvOp::get("k"), KvOp::check_not_exists("l"), KvOp::get_tree("t/")];
        assert!(Apply::new(read.clone()).is_idempotent());
        assert!(!Apply::new(read.into_iter().chain([KvOp::delete("k")])).is_idempotent());
    }

    #[test]
    fn recorded_answer() {
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
    fn results_of_an_unknown_kind_are_kept_apart() {
        let body = r#"{"Results":[{"Gadget":{"A":1}},{"KV":{"Key":"k"}}],"Errors":null}"#;
        let results = decoded::<Apply>(200, body).unwrap().into_committed().unwrap();
        assert!(matches!(results[..], [OpResult::Other, OpResult::Kv(_)]));
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
