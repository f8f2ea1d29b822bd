//! Operations on the checks of the catalog.

use serde::Serialize;

use crate::RequestWriter;
use crate::model::{CheckId, CheckRegistration, NodeName};
use crate::txn::op::{AtIndex, Verb};

/// An operation on a check of the catalog, as part of a [transaction](crate::txn::Apply).
///
/// An agent restores its own checks, so use this for external checks, which no agent has. Servers do not run checks
/// in the catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
pub struct CheckOp {
    verb: Verb,
    check: Check,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Check {
    node: NodeName,
    #[serde(flatten)]
    check: AtIndex<CheckRegistration>,
}

impl CheckOp {
    /// Reads the check `id` on `node`. If it does not exist, the transaction is rolled back.
    pub fn get(node: impl Into<NodeName>, id: impl Into<CheckId>) -> Self {
        Self::new(Verb::Get, node, CheckRegistration::default().id(id), None)
    }

    /// Writes a check on `node`, which must exist. Accepts a name, a [`CheckRegistration`], or the check of a
    /// response.
    ///
    /// Servers silently drop the type and parts of the definition: they store the settings of HTTP and TCP checks,
    /// and since 1.14 also those of gRPC checks and of services of the operating system.
    pub fn set(node: impl Into<NodeName>, check: impl Into<CheckRegistration>) -> Self {
        Self::new(Verb::Set, node, check, None)
    }

    /// Writes a check on `node` if its `ModifyIndex` is `index`; with 0, if it does not exist. See also
    /// [`set`](Self::set).
    pub fn cas(node: impl Into<NodeName>, check: impl Into<CheckRegistration>, index: u64) -> Self {
        Self::new(Verb::Cas, node, check, Some(index))
    }

    /// Deletes the check `id` on `node`. Succeeds if it does not exist. Requires `node:write`.
    pub fn delete(node: impl Into<NodeName>, id: impl Into<CheckId>) -> Self {
        Self::new(Verb::Delete, node, CheckRegistration::default().id(id), None)
    }

    /// Deletes the check `id` on `node` if its `ModifyIndex` is `index`. Requires `node:write`.
    pub fn delete_cas(node: impl Into<NodeName>, id: impl Into<CheckId>, index: u64) -> Self {
        Self::new(Verb::DeleteCas, node, CheckRegistration::default().id(id), Some(index))
    }

    /// Sets the namespace of the check (Consul Enterprise). Other servers ignore it.
    pub fn namespace(self, name: impl Into<String>) -> Self {
        self.map(|check| check.namespace(name))
    }

    /// Sets the admin partition of the check (Consul Enterprise). Servers before 1.11 reject the transaction, others
    /// ignore it.
    pub fn partition(self, name: impl Into<String>) -> Self {
        self.map(|check| check.partition(name))
    }

    /// Returns `true` if the operation only reads.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.verb == Verb::Get
    }

    fn new(
        verb: Verb,
        node: impl Into<NodeName>,
        check: impl Into<CheckRegistration>,
        index: Option<u64>,
    ) -> Self {
        Self { verb, check: Check { node: node.into(), check: AtIndex::new(check.into(), index) } }
    }

    fn map(mut self, change: impl FnOnce(CheckRegistration) -> CheckRegistration) -> Self {
        self.check.check.object = change(self.check.check.object);
        self
    }

    pub(super) fn verb(&self) -> Verb {
        self.verb
    }

    pub(super) fn validate(&self, request: &mut RequestWriter) {
        let check = &self.check.check.object;
        if self.verb.writes() {
            request.check_name("node", self.check.node.as_str());
            return check.validate_in_transaction(request);
        }
        request.check_not_empty("node", self.check.node.as_str());
        request.check_not_empty("check", check.id.as_ref().map_or("", CheckId::as_str));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{CheckType, HealthCheck, HealthCheckDefinition, Status};
    use crate::testing::{rejected, wire};
    use crate::txn::Apply;
    use crate::{EncodeError, InvalidArgument};

    #[test]
    fn every_verb_sends_its_arguments() {
        let definition = HealthCheckDefinition::new().tcp("192.0.2.2:80").interval(Duration::from_secs(10));
        let check = CheckRegistration::new("C1")
            .id("c1")
            .status(Status::Passing)
            .service_id("web1")
            .check_type(CheckType::Tcp)
            .exposed_port(21500)
            .definition(definition);
        let fields = r#""CheckID":"c1","Name":"C1","Status":"passing","ServiceID":"web1","Type":"tcp","ExposedPort":21500,"Definition":{"TCP":"192.0.2.2:80","Interval":"10s"}"#;
        for (op, verb, json) in [
            (CheckOp::get("n", "c1"), "get", r#""CheckID":"c1""#.to_owned()),
            (CheckOp::set("n", "c1"), "set", r#""Name":"c1""#.to_owned()),
            (CheckOp::cas("n", check, 7), "cas", format!(r#"{fields},"ModifyIndex":7"#)),
            (CheckOp::delete("n", "c1"), "delete", r#""CheckID":"c1""#.to_owned()),
            (CheckOp::delete_cas("n", "c1", 7), "delete-cas", r#""CheckID":"c1","ModifyIndex":7"#.to_owned()),
            (
                CheckOp::get("n", "c1").namespace("s").partition("p"),
                "get",
                r#""CheckID":"c1","Namespace":"s","Partition":"p""#.to_owned(),
            ),
        ] {
            assert_eq!(op.is_read(), verb == "get");
            let body = format!(r#"[{{"Check":{{"Verb":"{verb}","Check":{{"Node":"n",{json}}}}}}}]"#);
            assert_eq!(wire(&Apply::new().op(op)), format!("PUT /v1/txn\n{body}"));
        }
    }

    #[test]
    fn check_from_a_read_can_be_written() {
        let read = HealthCheck { id: "c1".into(), exposed_port: 7, ..HealthCheck::default() };
        let op = CheckOp::set("n", CheckRegistration::from(&read).status(Status::Passing));
        let body = r#"[{"Check":{"Verb":"set","Check":{"Node":"n","CheckID":"c1","Status":"passing","ExposedPort":7}}}]"#;
        assert_eq!(wire(&Apply::new().op(op)), format!("PUT /v1/txn\n{body}"));
    }

    #[test]
    fn interval_that_no_transaction_can_store_is_rejected() {
        let check = || CheckRegistration::new("c1");
        for (check, field) in [
            (check().interval(Duration::from_secs(1)), "interval"),
            (check().timeout(Duration::from_secs(1)), "timeout"),
        ] {
            match rejected(&Apply::new().op(CheckOp::set("n", check))) {
                EncodeError::Invalid { name, .. } => assert_eq!(name, field),
                other => panic!("{field}: {other}"),
            }
        }
    }

    #[test]
    fn empty_names_are_rejected() {
        for (op, field) in [
            (CheckOp::get("", "c1"), "node"),
            (CheckOp::get("n", ""), "check"),
            (CheckOp::set("", "c1"), "node"),
            (CheckOp::set("n", ""), "check"),
            (CheckOp::delete_cas("n", "", 7), "check"),
        ] {
            match rejected(&Apply::new().op(op)) {
                EncodeError::Argument { name, reason: InvalidArgument::Empty } => assert_eq!(name, field),
                other => panic!("{field}: {other}"),
            }
        }
    }
}
