//! Deregistering a service instance.

use serde::Serialize;

use crate::catalog::write_change;
use crate::model::{NodeName, ServiceId};
use crate::{Endpoint, Method, RequestWriter, True};

/// Deregisters a service instance and its checks: `PUT /v1/catalog/deregister`.
///
/// Succeeds if the instance does not exist. If the token has no permission to write the node, the error for a missing
/// object is [`UnknownService`](crate::ApiErrorKind::UnknownService).
///
/// An agent registers its own services again, so use this for external services, which no agent has.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/catalog#deregister-entity)
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
pub struct DeregisterService {
    node: NodeName,
    #[serde(rename = "ServiceID")]
    service_id: ServiceId,
}

impl DeregisterService {
    /// Deregisters the instance `id` on `node`. The id is not the name of the service.
    pub fn new(node: impl Into<NodeName>, id: impl Into<ServiceId>) -> Self {
        Self { node: node.into(), service_id: id.into() }
    }
}

impl Endpoint for DeregisterService {
    type Response = True;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/catalog/deregister";

    fn write(&self, request: &mut RequestWriter) {
        request.check_not_empty("node", self.node.as_str());
        // Without the ID, servers would deregister the node.
        request.check_not_empty("service_id", self.service_id.as_str());
        write_change(request, self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::CatalogService;
    use crate::model::{CatalogNode, NodeService};
    use crate::testing::{decoded, rejected, wire};
    use crate::{ApiErrorKind, EncodeError, Options, ResponseError, encode};

    const REQUEST: &str = "PUT /v1/catalog/deregister\n{\"Node\":\"n\",\"ServiceID\":\"web1\"}";

    #[test]
    fn request() {
        assert_eq!(wire(&DeregisterService::new("n", "web1")), REQUEST);
        let there = Options::new().datacenter("dc2");
        let request = encode(&DeregisterService::new("n", "web1"), &there).unwrap();
        assert_eq!(request.uri(), "/v1/catalog/deregister");
        assert_eq!(request.body(), "{\"Datacenter\":\"dc2\",\"Node\":\"n\",\"ServiceID\":\"web1\"}");
    }

    #[test]
    fn instance_from_a_read_is_deregistered_by_its_id() {
        let node = CatalogNode { name: "n".into(), ..CatalogNode::default() };
        let service = NodeService { id: "web1".into(), name: "web".into(), ..NodeService::default() };
        assert_eq!(wire(&DeregisterService::new(&node, &service)), REQUEST);
        let service = CatalogService {
            node: "n".into(),
            service_id: "web1".into(),
            service_name: "web".into(),
            ..CatalogService::default()
        };
        assert_eq!(wire(&DeregisterService::new(&service.node, &service)), REQUEST);
    }

    #[test]
    fn empty_id_does_not_deregister_the_node() {
        for (deregister, field) in
            [(DeregisterService::new("", "web1"), "node"), (DeregisterService::new("n", ""), "service_id")]
        {
            assert!(
                matches!(rejected(&deregister), EncodeError::Argument { name, .. } if name == field),
                "{field}"
            );
        }
    }

    #[test]
    fn responses() {
        decoded::<DeregisterService>(200, "true").unwrap();
        assert!(decoded::<DeregisterService>(200, "false").is_err());
        let Err(ResponseError::Api(error)) = decoded::<DeregisterService>(500, "Unknown service ID 'nope'")
        else {
            panic!("no error")
        };
        assert_eq!(error.kind(), ApiErrorKind::UnknownService);
    }
}
