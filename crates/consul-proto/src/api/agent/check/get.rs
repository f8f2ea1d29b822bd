//! Reading one check of an agent.

use crate::model::{CheckId, HealthCheck};
use crate::response::FirstValue;
use crate::{Endpoint, Method, RequestWriter, Scope, Target};

/// Reads a check that is registered with the agent: `GET /v1/agent/checks?filter=CheckID == ":check_id"`.
///
/// Consul has no route for a single check, so this operation reads the list with a filter. Returns `None` if there is
/// no such check, or if the token cannot read it.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/check#list-checks)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Get {
    check_id: CheckId,
}

impl Get {
    /// Reads the check with this id.
    pub fn new(check_id: impl Into<CheckId>) -> Self {
        Self { check_id: check_id.into() }
    }
}

impl Endpoint for Get {
    type Response = FirstValue<HealthCheck>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/agent/checks";
    const SCOPE: Scope = Scope::NAMESPACE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        request.check_name("check_id", self.check_id.as_str());
        // Agents parse the text like Go, but end it at each quote, even after a backslash.
        let id = self.check_id.as_str().replace('\\', r"\\").replace('"', r"\x22");
        request.pair("filter", format_args!(r#"CheckID == "{id}""#));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Status;
    use crate::testing::{decoded, rejected, wire};
    use crate::{EncodeError, InvalidArgument};

    #[test]
    fn request() {
        assert_eq!(
            wire(&Get::new("a/b c")),
            "GET /v1/agent/checks?filter=CheckID%20%3D%3D%20%22a%2Fb%20c%22"
        );
        assert_eq!(
            wire(&Get::new("\" or \"\" == \"\\")),
            "GET /v1/agent/checks?filter=CheckID%20%3D%3D%20%22%5Cx22%20or%20%5Cx22%5Cx22%20%3D%3D%20%5Cx22%5C%5C%22"
        );
    }

    #[test]
    fn id_that_no_check_has_is_rejected() {
        for (id, expected) in [("", InvalidArgument::Empty), ("a\nb", InvalidArgument::Unprintable)] {
            match rejected(&Get::new(id)) {
                EncodeError::Argument { name: "check_id", reason } => assert_eq!(reason, expected),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn recorded_response() {
        let body = r#"{"_node_maintenance":{"Node":"node-a","CheckID":"_node_maintenance",
            "Name":"Node Maintenance Mode","Status":"critical","Notes":"why","Output":"","ServiceID":"",
            "ServiceName":"","ServiceTags":[],"Type":"maintenance","Definition":{},"CreateIndex":0,"ModifyIndex":0}}"#;
        let check = decoded::<Get>(200, body).unwrap().unwrap();
        assert_eq!((check.notes.as_str(), &check.status), ("why", &Status::Critical));
        assert!(check.is_maintenance());
    }

    #[test]
    fn missing_check_is_none() {
        assert_eq!(decoded::<Get>(200, "{}").unwrap(), None);
    }

    #[test]
    fn unfiltered_list_is_an_error() {
        let check = |id: &str| format!(r#""{id}":{{"Node":"n","CheckID":"{id}","Status":"passing"}}"#);
        assert!(decoded::<Get>(200, &format!("{{{},{}}}", check("a"), check("b"))).is_err());
    }
}
