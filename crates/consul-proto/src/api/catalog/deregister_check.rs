//! Deregistering a check.

use serde::Serialize;

use crate::catalog::{refuse_empty, write_change};
use crate::{Endpoint, Flag, Method, RequestWriter};

/// Deregisters a check of a node or of a service instance: `PUT /v1/catalog/deregister`.
///
/// The answer is always `true`, also where there is no such check; only with a token that may not write the node is that
/// [`UnknownCheck`](crate::ApiErrorKind::UnknownCheck).
///
/// What an agent has registered, it registers again: this is for what is outside of agents.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/catalog#deregister-entity)
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeregisterCheck {
    /// Name of the node.
    pub node: String,
    /// Id of the check, not its name.
    #[serde(rename = "CheckID")]
    pub check_id: String,
}

impl DeregisterCheck {
    /// Deregisters a check from `node`.
    pub fn new(node: impl Into<String>, id: impl Into<String>) -> Self {
        Self { node: node.into(), check_id: id.into() }
    }
}

impl Endpoint for DeregisterCheck {
    type Response = Flag;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/catalog/deregister";

    fn write(&self, request: &mut RequestWriter) {
        refuse_empty(request, "node", &self.node);
        // Without it the whole node would go.
        refuse_empty(request, "check_id", &self.check_id);
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
        let check = HealthCheck { id: "n2".to_owned(), ..HealthCheck::default() };
        assert_eq!(wire(&DeregisterCheck::new("n", &check)), REQUEST);
        let there = Options { datacenter: Some("dc2".to_owned()), ..Options::default() };
        let request = encode(&DeregisterCheck::new("n", "n2"), &there).unwrap();
        assert_eq!(request.uri(), "/v1/catalog/deregister");
        assert_eq!(request.body(), "{\"Datacenter\":\"dc2\",\"Node\":\"n\",\"CheckID\":\"n2\"}");
    }

    #[test]
    fn an_empty_id_does_not_take_the_node_away() {
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
    fn answers() {
        assert!(decoded::<DeregisterCheck>(200, "true").unwrap());
        let Err(ResponseError::Api(error)) = decoded::<DeregisterCheck>(500, "Unknown check ID 'nope'")
        else {
            panic!("was taken")
        };
        assert_eq!(error.kind(), ApiErrorKind::UnknownCheck);
    }
}
