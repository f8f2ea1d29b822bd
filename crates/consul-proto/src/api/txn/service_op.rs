//! Operations on the service instances of the catalog.

use serde::Serialize;

use crate::RequestWriter;
use crate::model::{NodeName, ServiceId, ServiceName, ServiceRegistration};
use crate::txn::op::{AtIndex, Verb};

/// An operation on a service instance of the catalog, as part of a [transaction](crate::txn::Apply).
///
/// An agent restores its own instances, so use this for external instances, which no agent has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
pub struct ServiceOp {
    verb: Verb,
    node: NodeName,
    service: AtIndex<ServiceRegistration>,
}

impl ServiceOp {
    /// Reads the instance `id` on `node`. If it does not exist, the transaction is rolled back.
    pub fn get(node: impl Into<NodeName>, id: impl Into<ServiceId>) -> Self {
        Self::new(Verb::Get, node, ServiceRegistration::default().id(id), None)
    }

    /// Writes an instance on `node`, which must exist. Accepts a name, a [`ServiceRegistration`], or the instance of
    /// a response.
    ///
    /// Servers silently drop a socket, a location, and the declaration of a
    /// [native](ServiceRegistration::connect_native) instance. Of a proxy, they only store the instance that it
    /// serves and its address, the use of mesh gateways, and the settings of transparent mode. Servers up to 1.14
    /// also drop tagged addresses, and servers of 1.8 the kind and the proxy. A
    /// [registration](crate::catalog::Register) keeps all of these.
    pub fn set(node: impl Into<NodeName>, service: impl Into<ServiceRegistration>) -> Self {
        Self::new(Verb::Set, node, service, None)
    }

    /// Writes an instance on `node` if its `ModifyIndex` is `index`; with 0, if it does not exist. See also
    /// [`set`](Self::set).
    pub fn cas(node: impl Into<NodeName>, service: impl Into<ServiceRegistration>, index: u64) -> Self {
        Self::new(Verb::Cas, node, service, Some(index))
    }

    /// Deletes the instance `id` on `node`, and its checks. Succeeds if it does not exist.
    ///
    /// `name` is the name of the service. Servers require it and use it to check the permission.
    pub fn delete(node: impl Into<NodeName>, id: impl Into<ServiceId>, name: impl Into<ServiceName>) -> Self {
        Self::new(Verb::Delete, node, ServiceRegistration::new(name).id(id), None)
    }

    /// Deletes the instance `id` on `node`, and its checks, if its `ModifyIndex` is `index`. See also
    /// [`delete`](Self::delete).
    pub fn delete_cas(
        node: impl Into<NodeName>,
        id: impl Into<ServiceId>,
        name: impl Into<ServiceName>,
        index: u64,
    ) -> Self {
        Self::new(Verb::DeleteCas, node, ServiceRegistration::new(name).id(id), Some(index))
    }

    /// Sets the namespace of the instance (Consul Enterprise). Other servers ignore it.
    pub fn namespace(mut self, name: impl Into<String>) -> Self {
        self.service.object = self.service.object.namespace(name);
        self
    }

    /// Sets the admin partition of the instance (Consul Enterprise). Servers before 1.11 reject the transaction, others
    /// ignore it.
    pub fn partition(mut self, name: impl Into<String>) -> Self {
        self.service.object = self.service.object.partition(name);
        self
    }

    /// Returns `true` if the operation only reads.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.verb == Verb::Get
    }

    fn new(
        verb: Verb,
        node: impl Into<NodeName>,
        service: impl Into<ServiceRegistration>,
        index: Option<u64>,
    ) -> Self {
        Self { verb, node: node.into(), service: AtIndex::new(service.into(), index) }
    }

    pub(super) fn verb(&self) -> Verb {
        self.verb
    }

    pub(super) fn validate(&self, request: &mut RequestWriter) {
        let service = &self.service.object;
        if self.verb.writes() {
            request.check_name("node", self.node.as_str());
            return service.validate(request);
        }
        request.check_not_empty("node", self.node.as_str());
        request.check_not_empty("service id", service.fields.id.as_ref().map_or("", ServiceId::as_str));
        if !self.is_read() {
            request.check_not_empty("service", service.name.as_str());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{NodeService, ServiceAddress, Weights};
    use crate::testing::{rejected, wire};
    use crate::txn::Apply;
    use crate::{EncodeError, InvalidArgument};

    #[test]
    fn every_verb_sends_its_arguments() {
        let service = ServiceRegistration::new("web")
            .id("web1")
            .tag("a")
            .address("192.0.2.2")
            .tagged_address("wan", ServiceAddress::new("192.0.2.3", 81))
            .port(80)
            .weights(Weights::new(1, 2));
        let fields = r#""Service":"web","ID":"web1","Tags":["a"],"Address":"192.0.2.2","TaggedAddresses":{"wan":{"Address":"192.0.2.3","Port":81}},"Port":80,"Weights":{"Passing":1,"Warning":2}"#;
        let deleted = r#""Service":"web","ID":"web1""#;
        for (op, verb, json) in [
            (ServiceOp::get("n", "web1"), "get", r#""ID":"web1""#.to_owned()),
            (ServiceOp::set("n", "web"), "set", r#""Service":"web""#.to_owned()),
            (ServiceOp::cas("n", service, 7), "cas", format!(r#"{fields},"ModifyIndex":7"#)),
            (ServiceOp::delete("n", "web1", "web"), "delete", deleted.to_owned()),
            (
                ServiceOp::delete_cas("n", "web1", "web", 7),
                "delete-cas",
                format!(r#"{deleted},"ModifyIndex":7"#),
            ),
            (
                ServiceOp::get("n", "web1").namespace("s").partition("p"),
                "get",
                r#""ID":"web1","Namespace":"s","Partition":"p""#.to_owned(),
            ),
        ] {
            assert_eq!(op.is_read(), verb == "get");
            let body = format!(r#"[{{"Service":{{"Verb":"{verb}","Node":"n","Service":{{{json}}}}}}}]"#);
            assert_eq!(wire(&Apply::new().op(op)), format!("PUT /v1/txn\n{body}"));
        }
    }

    #[test]
    fn instance_from_a_read_can_be_written_and_deleted() {
        let read = NodeService { id: "web1".into(), name: "web".into(), ..NodeService::default() };
        let body = r#"[{"Service":{"Verb":"set","Node":"n","Service":{"Service":"web","ID":"web1","Weights":{"Passing":1,"Warning":1}}}},{"Service":{"Verb":"delete","Node":"n","Service":{"Service":"web","ID":"web1"}}}]"#;
        let apply = Apply::new().op(ServiceOp::set("n", &read)).op(ServiceOp::delete("n", &read, &read));
        assert_eq!(wire(&apply), format!("PUT /v1/txn\n{body}"));
    }

    #[test]
    fn empty_names_are_rejected() {
        for (op, field) in [
            (ServiceOp::get("", "web1"), "node"),
            (ServiceOp::get("n", ""), "service id"),
            (ServiceOp::set("", "web"), "node"),
            (ServiceOp::set("n", ""), "service"),
            (ServiceOp::delete("n", "web1", ""), "service"),
        ] {
            match rejected(&Apply::new().op(op)) {
                EncodeError::Argument { name, reason: InvalidArgument::Empty } => assert_eq!(name, field),
                other => panic!("{field}: {other}"),
            }
        }
    }
}
