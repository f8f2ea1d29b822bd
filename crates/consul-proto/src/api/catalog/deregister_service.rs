//! Deregistering a service instance.

use serde::Serialize;

use crate::catalog::{ServiceId, refuse_empty, write_change};
use crate::{Endpoint, Flag, Method, RequestWriter};

/// Deregisters a service instance and its checks: `PUT /v1/catalog/deregister`.
///
/// The answer is always `true`, also where there is no such instance; only with a token that may not write the node is
/// that [`UnknownService`](crate::ApiErrorKind::UnknownService).
///
/// What an agent has registered, it registers again: this is for what is outside of agents.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/catalog#deregister-entity)
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeregisterService {
    /// Name of the node.
    pub node: String,
    /// Id of the instance, not the name of the service.
    #[serde(rename = "ServiceID")]
    pub service_id: ServiceId,
}

impl DeregisterService {
    /// Deregisters an instance from `node`, by its id or as it was read.
    pub fn new(node: impl Into<String>, id: impl Into<ServiceId>) -> Self {
        Self { node: node.into(), service_id: id.into() }
    }
}

impl Endpoint for DeregisterService {
    type Response = Flag;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/catalog/deregister";

    fn write(&self, request: &mut RequestWriter) {
        refuse_empty(request, "node", &self.node);
        // Without it the whole node would go.
        refuse_empty(request, "service_id", self.service_id.as_str());
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
        let there = Options { datacenter: Some("dc2".to_owned()), ..Options::default() };
        let request = encode(&DeregisterService::new("n", "web1"), &there).unwrap();
        assert_eq!(request.uri(), "/v1/catalog/deregister");
        assert_eq!(request.body(), "{\"Datacenter\":\"dc2\",\"Node\":\"n\",\"ServiceID\":\"web1\"}");
    }

    #[test]
    fn what_was_read_stands_for_its_id() {
        let node = CatalogNode { name: "n".to_owned(), ..CatalogNode::default() };
        let service = NodeService { id: "web1".to_owned(), name: "web".to_owned(), ..NodeService::default() };
        assert_eq!(wire(&DeregisterService::new(&node, &service)), REQUEST);
        let service = CatalogService {
            node: "n".to_owned(),
            service_id: "web1".to_owned(),
            service_name: "web".to_owned(),
            ..CatalogService::default()
        };
        assert_eq!(wire(&DeregisterService::new(&service.node, &service)), REQUEST);
    }

    #[test]
    fn an_empty_id_does_not_take_the_node_away() {
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
    fn answers() {
        assert!(decoded::<DeregisterService>(200, "true").unwrap());
        let Err(ResponseError::Api(error)) = decoded::<DeregisterService>(500, "Unknown service ID 'nope'")
        else {
            panic!("was taken")
        };
        assert_eq!(error.kind(), ApiErrorKind::UnknownService);
    }
}
