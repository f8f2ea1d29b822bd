//! Reading one check of an agent.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::model::HealthCheck;
use crate::response::{FromResponse, Head};
use crate::{DecodeError, Endpoint, Json, Method, RequestWriter, Scope, Target};

/// Reads one of the checks that are registered with the agent: `GET /v1/agent/checks?filter=CheckID == ":check_id"`.
///
/// There is no route of its own for this: it is the list, narrowed down by the agent. `None` where there is no such
/// check, and where the token may not read it.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent/check#list-checks)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Get {
    /// Id of the check, not its name.
    pub check_id: String,
}

impl Get {
    /// Reads the check of this id.
    pub fn new(check_id: impl Into<String>) -> Self {
        Self { check_id: check_id.into() }
    }
}

/// A JSON map with at most one entry, whose value it is; `None` where it is empty.
#[derive(Debug)]
pub struct Only;

impl FromResponse for Only {
    type Output = Option<HealthCheck>;

    fn from_response(head: &Head, body: Bytes) -> Result<Self::Output, DecodeError> {
        let checks = Json::<BTreeMap<String, HealthCheck>>::from_response(head, body.clone())?;
        if checks.len() > 1 {
            return Err(DecodeError::new(head, &body, "more than one check"));
        }
        Ok(checks.into_values().next())
    }
}

impl Endpoint for Get {
    type Response = Only;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/agent/checks";
    const SCOPE: Scope = Scope::NAMESPACE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        request.check_name("check_id", &self.check_id);
        // Agents read the text as Go does, but end it at any quote, also at one behind a backslash.
        let id = self.check_id.replace('\\', r"\\").replace('"', r"\x22");
        request.pair("filter", format_args!(r#"CheckID == "{id}""#));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Status;
    use crate::testing::{decoded, rejected, wire};
    use crate::{ArgumentFault, EncodeError};

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
    fn what_no_check_is_called_is_refused() {
        for (id, expected) in [("", ArgumentFault::Empty), ("a\nb", ArgumentFault::Unprintable)] {
            match rejected(&Get::new(id)) {
                EncodeError::Argument { name: "check_id", fault } => assert_eq!(fault, expected),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn recorded_answer() {
        let body = r#"{"_node_maintenance":{"Node":"node-a","CheckID":"_node_maintenance",
            "Name":"Node Maintenance Mode","Status":"critical","Notes":"why","Output":"","ServiceID":"",
            "ServiceName":"","ServiceTags":[],"Type":"maintenance","Definition":{},"CreateIndex":0,"ModifyIndex":0}}"#;
        let check = decoded::<Get>(200, body).unwrap().unwrap();
        assert_eq!((check.notes.as_str(), &check.status), ("why", &Status::Critical));
        assert!(check.is_maintenance());
    }

    #[test]
    fn absence_is_none() {
        assert_eq!(decoded::<Get>(200, "{}").unwrap(), None);
    }

    #[test]
    fn a_list_that_was_not_narrowed_down_is_refused() {
        let check = |id: &str| format!(r#""{id}":{{"Node":"n","CheckID":"{id}","Status":"passing"}}"#);
        assert!(decoded::<Get>(200, &format!("{{{},{}}}", check("a"), check("b"))).is_err());
    }
}
