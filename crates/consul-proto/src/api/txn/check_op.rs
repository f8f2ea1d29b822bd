//! Operations on the checks of the catalog.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::model::Status;
use crate::types::blank::is_blank;
use crate::types::duration;

/// An operation on a check of the catalog, as part of a [transaction](crate::txn::Apply).
///
/// An agent restores the checks that are registered with it, so this is for checks outside of agents. No server runs a
/// check that is only in the catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckOp {
    /// Reads a check. If it does not exist, the transaction is rolled back.
    Get {
        /// Name of the node.
        node: String,
        /// Id of the check.
        id: String,
    },
    /// Writes a check. It replaces the stored check.
    Set(Check),
    /// Writes a check if its `ModifyIndex` is this one.
    Cas {
        /// The check.
        check: Check,
        /// The index; with 0, the check must not exist.
        index: u64,
    },
    /// Deletes a check. Succeeds if it does not exist. Requires `node:write`.
    Delete {
        /// Name of the node.
        node: String,
        /// Id of the check.
        id: String,
    },
    /// Deletes a check if its `ModifyIndex` is this one. Requires `node:write`.
    DeleteCas {
        /// Name of the node.
        node: String,
        /// Id of the check.
        id: String,
        /// The index.
        index: u64,
    },
}

/// A check to write.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Check {
    /// Name of the node, which must exist.
    pub node: String,
    /// Id of the check (`CheckID`), unique on its node.
    #[serde(rename = "CheckID")]
    pub id: String,
    /// Name of the check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Status. Defaults to critical.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Note for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Output of the check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// Id of the service instance that is checked, which must exist. Defaults to none: the node is checked.
    #[serde(rename = "ServiceID", skip_serializing_if = "Option::is_none")]
    pub service_id: Option<String>,
    /// Name of the service that is checked. Servers derive it from the id, but check the permission by this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_name: Option<String>,
    /// Definition of the check.
    #[serde(skip_serializing_if = "is_blank")]
    pub definition: CheckDefinition,
    /// Namespace (Consul Enterprise).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Admin partition (Consul Enterprise).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition: Option<String>,
}

/// Definition of a check in the catalog, for the program that runs it. Servers silently drop the fields that they do not
/// know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CheckDefinition {
    /// URL to request.
    #[serde(rename = "HTTP", skip_serializing_if = "Option::is_none")]
    pub http: Option<String>,
    /// Headers of the request.
    #[serde(rename = "Header", skip_serializing_if = "BTreeMap::is_empty")]
    pub header: BTreeMap<String, Vec<String>>,
    /// Method of the request.
    #[serde(rename = "Method", skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Body of the request.
    #[serde(rename = "Body", skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Server name for TLS, since 1.10.
    #[serde(rename = "TLSServerName", skip_serializing_if = "Option::is_none")]
    pub tls_server_name: Option<String>,
    /// Disables the verification of the certificate.
    #[serde(rename = "TLSSkipVerify", skip_serializing_if = "is_blank")]
    pub tls_skip_verify: bool,
    /// Address to connect to.
    #[serde(rename = "TCP", skip_serializing_if = "Option::is_none")]
    pub tcp: Option<String>,
    /// Uses TLS on that connection, since 1.17.
    #[serde(rename = "TCPUseTLS", skip_serializing_if = "is_blank")]
    pub tcp_use_tls: bool,
    /// Address, with an optional `/service`, for the health protocol of gRPC. Servers of 1.8 drop it.
    #[serde(rename = "GRPC", skip_serializing_if = "Option::is_none")]
    pub grpc: Option<String>,
    /// Uses TLS on that connection.
    #[serde(rename = "GRPCUseTLS", skip_serializing_if = "is_blank")]
    pub grpc_use_tls: bool,
    /// Service of the operating system, since 1.13.
    #[serde(rename = "OSService", skip_serializing_if = "Option::is_none")]
    pub os_service: Option<String>,
    /// Interval between two runs.
    #[serde(
        rename = "Interval",
        skip_serializing_if = "Option::is_none",
        serialize_with = "duration::option::serialize"
    )]
    pub interval: Option<Duration>,
    /// Timeout of one run.
    #[serde(
        rename = "Timeout",
        skip_serializing_if = "Option::is_none",
        serialize_with = "duration::option::serialize"
    )]
    pub timeout: Option<Duration>,
    /// How long the check can be critical before its service is deregistered.
    #[serde(
        rename = "DeregisterCriticalServiceAfter",
        skip_serializing_if = "Option::is_none",
        serialize_with = "duration::option::serialize"
    )]
    pub deregister_critical_service_after: Option<Duration>,
}

impl Check {
    /// Creates the check `id` on `node`.
    pub fn new(node: impl Into<String>, id: impl Into<String>) -> Self {
        Self { node: node.into(), id: id.into(), ..Self::default() }
    }
}

impl CheckOp {
    /// Reads the check `id` on `node`. If it does not exist, the transaction is rolled back.
    pub fn get(node: impl Into<String>, id: impl Into<String>) -> Self {
        Self::Get { node: node.into(), id: id.into() }
    }

    /// Writes `check`.
    #[must_use]
    pub fn set(check: Check) -> Self {
        Self::Set(check)
    }

    /// Writes `check` if its `ModifyIndex` is `index`; with 0, if it does not exist.
    #[must_use]
    pub fn cas(check: Check, index: u64) -> Self {
        Self::Cas { check, index }
    }

    /// Deletes the check `id` on `node`.
    pub fn delete(node: impl Into<String>, id: impl Into<String>) -> Self {
        Self::Delete { node: node.into(), id: id.into() }
    }

    /// Deletes the check `id` on `node` if its `ModifyIndex` is `index`.
    pub fn delete_cas(node: impl Into<String>, id: impl Into<String>, index: u64) -> Self {
        Self::DeleteCas { node: node.into(), id: id.into(), index }
    }

    /// Returns whether the operation changes nothing.
    #[must_use]
    pub fn is_read(&self) -> bool {
        matches!(self, Self::Get { .. })
    }
}

impl Serialize for CheckOp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (verb, check, modify_index) = match self {
            Self::Get { node, id } => ("get", Payload::Name { node, id }, None),
            Self::Set(check) => ("set", Payload::Whole(check), None),
            Self::Cas { check, index } => ("cas", Payload::Whole(check), Some(*index)),
            Self::Delete { node, id } => ("delete", Payload::Name { node, id }, None),
            Self::DeleteCas { node, id, index } => ("delete-cas", Payload::Name { node, id }, Some(*index)),
        };
        Wire { verb, check: At { check, modify_index } }.serialize(serializer)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Wire<'a> {
    verb: &'static str,
    check: At<'a>,
}

#[derive(Serialize)]
struct At<'a> {
    #[serde(flatten)]
    check: Payload<'a>,
    #[serde(rename = "ModifyIndex", skip_serializing_if = "Option::is_none")]
    modify_index: Option<u64>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Payload<'a> {
    Whole(&'a Check),
    Name {
        #[serde(rename = "Node")]
        node: &'a str,
        #[serde(rename = "CheckID")]
        id: &'a str,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_sends_its_arguments() {
        let check = Check {
            name: Some("C1".to_owned()),
            status: Some(Status::Passing),
            service_id: Some("web1".to_owned()),
            definition: CheckDefinition {
                tcp: Some("10.0.0.2:80".to_owned()),
                interval: Some(Duration::from_secs(10)),
                ..CheckDefinition::default()
            },
            ..Check::new("n", "c1")
        };
        let whole = r#""Node":"n","CheckID":"c1","Name":"C1","Status":"passing","ServiceID":"web1","Definition":{"TCP":"10.0.0.2:80","Interval":"10s"}"#;
        for (op, json) in [
            (CheckOp::get("n", "c1"), r#"{"Verb":"get","Check":{"Node":"n","CheckID":"c1"}}"#.to_owned()),
            (
                CheckOp::set(Check::new("n", "c1")),
                r#"{"Verb":"set","Check":{"Node":"n","CheckID":"c1"}}"#.to_owned(),
            ),
            (CheckOp::cas(check, 7), format!(r#"{{"Verb":"cas","Check":{{{whole},"ModifyIndex":7}}}}"#)),
            (
                CheckOp::delete("n", "c1"),
                r#"{"Verb":"delete","Check":{"Node":"n","CheckID":"c1"}}"#.to_owned(),
            ),
            (
                CheckOp::delete_cas("n", "c1", 7),
                r#"{"Verb":"delete-cas","Check":{"Node":"n","CheckID":"c1","ModifyIndex":7}}"#.to_owned(),
            ),
        ] {
            assert_eq!(serde_json::to_string(&op).unwrap(), json);
            assert_eq!(op.is_read(), matches!(op, CheckOp::Get { .. }));
        }
    }
}
