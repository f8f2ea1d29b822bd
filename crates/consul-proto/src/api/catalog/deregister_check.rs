//! Deregistering a check.

use serde::Serialize;

use crate::catalog::write_change;
use crate::model::{CheckId, NodeName};
use crate::{Endpoint, Method, RequestWriter, True};

/// Deregisters a check of a node or of a service instance: `PUT /v1/catalog/deregister`.
///
/// Succeeds if the check does not exist. If the token has no permission to write the node, the error for a missing
/// object is [`UnknownCheck`](crate::ApiErrorKind::UnknownCheck).
///
/// An agent registers its own checks again, so use this for external checks, which no agent has.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/catalog#deregister-entity)
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[must_use]
pub struct DeregisterCheck {
    node: NodeName,
    #[serde(rename = "CheckID")]
    check_id: CheckId,
}

impl DeregisterCheck {
    /// Deregisters the check `id` of `node`.
    pub fn new(node: impl Into<NodeName>, id: impl Into<CheckId>) -> Self {
        Self { node: node.into(), check_id: id.into() }
    }
}

impl Endpoint for DeregisterCheck {
    type Response = True;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/catalog/deregister";

    fn write(&self, request: &mut RequestWriter) {
        request.check_not_empty("node", self.node.as_str());
        // Without the ID, servers would deregister the node.
        request.check_not_empty("check_id", self.check_id.as_str());
        write_change(request, self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HealthCheck;
    use crate::testing::{decoded, rejected, wire};
    use crate::{ApiErrorKind, EncodeError, Options, ResponseError, encode};

    const REQUEST: &str = "PUT /v1/catalog/deregister\n{\"Node\":\"n\",\"CheckID\":\"n2\"}";

    #[test]
    fn request() {
        assert_eq!(wire(&DeregisterCheck::new("n", "n2")), REQUEST);
        let check = HealthCheck { id: "n2".into(), ..HealthCheck::default() };
        assert_eq!(wire(&DeregisterCheck::new("n", &check)), REQUEST);
        let there = Options::new().datacenter("dc2");
        let request = encode(&DeregisterCheck::new("n", "n2"), &there).unwrap();
        assert_eq!(request.uri(), "/v1/catalog/deregister");
        assert_eq!(request.body(), "{\"Datacenter\":\"dc2\",\"Node\":\"n\",\"CheckID\":\"n2\"}");
    }

    #[test]
    fn empty_id_does_not_deregister_the_node() {
        for (deregister, field) in
            [(DeregisterCheck::new("", "n2"), "node"), (DeregisterCheck::new("n", ""), "check_id")]
        {
            assert!(
                matches!(rejected(&deregister), EncodeError::Argument { name, .. } if name == field),
                "{field}"
            );
        }
    }

    #[test]
    fn responses() {
        decoded::<DeregisterCheck>(200, "true").unwrap();
        assert!(decoded::<DeregisterCheck>(200, "false").is_err());
        let Err(ResponseError::Api(error)) = decoded::<DeregisterCheck>(500, "Unknown check ID 'nope'")
        else {
            panic!("no error")
        };
        assert_eq!(error.kind(), ApiErrorKind::UnknownCheck);
    }
}
