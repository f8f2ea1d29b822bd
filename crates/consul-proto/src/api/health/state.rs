//! Listing the checks in a state.

use std::collections::BTreeMap;

use crate::model::write_node_meta;
use crate::model::{HealthCheck, Status};
use crate::response;
use crate::types::word::word;
use crate::{Blocking, EncodeError, Endpoint, Filterable, Method, Read, RequestWriter, Sortable, Watchable};

/// Lists the checks of a datacenter that are in a state: `GET /v1/health/state/:state`.
///
/// Checks that the token may not read are left out without a word; [`Meta`](crate::Meta::results_filtered_by_acls) may
/// tell.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/health#list-checks-in-state)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The state. One that is unknown here is refused: servers would take it for a state that no check is in.
    pub state: CheckState,
    /// Lists only checks on nodes that have all of this metadata.
    pub node_meta: BTreeMap<String, String>,
}

impl State {
    /// Lists the checks that are in `state`.
    pub fn new(state: impl Into<CheckState>) -> Self {
        Self { state: state.into(), node_meta: BTreeMap::new() }
    }
}

word! {
    /// A state to look for checks in; made from a [`Status`] or a word.
    CheckState {
        /// Whatever state they are in.
        Any = "any",
        /// All is well.
        Passing = "passing",
        /// Something needs attention.
        Warning = "warning",
        /// Something is broken, or has not been checked yet.
        Critical = "critical",
    }
}

impl From<Status> for CheckState {
    fn from(status: Status) -> Self {
        Self::from(&status)
    }
}

impl From<&Status> for CheckState {
    fn from(status: &Status) -> Self {
        status.as_str().into()
    }
}

impl Endpoint for State {
    type Response = response::List<HealthCheck>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/health/state/{state}";

    fn write(&self, request: &mut RequestWriter) {
        if let CheckState::Other(word) = &self.state {
            let reason = format!("{word:?} is neither any, passing, warning nor critical");
            request.reject(EncodeError::Invalid { name: "state", reason });
        }
        request.arg(self.state.as_str());
        write_node_meta(request, &self.node_meta);
    }
}

impl Read for State {}
impl Blocking for State {}
impl Watchable for State {}
impl Filterable for State {}
impl Sortable for State {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, rejected, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&State::new(CheckState::Any)), "GET /v1/health/state/any");
        assert_eq!(wire(&State::new(Status::Critical)), "GET /v1/health/state/critical");
        let state =
            State { node_meta: [("zone".to_owned(), "a".to_owned())].into(), ..State::new("warning") };
        assert_eq!(wire(&state), "GET /v1/health/state/warning?node-meta=zone%3Aa");
    }

    #[test]
    fn unknown_states_are_refused() {
        for state in ["", "unknown", "maintenance", "Passing", "a/b"] {
            let fault = rejected(&State::new(state));
            assert!(matches!(fault, EncodeError::Invalid { name: "state", .. }), "{state:?}: {fault}");
        }
        assert!(matches!(rejected(&State::new(&Status::Maintenance)), EncodeError::Invalid { .. }));
    }

    #[test]
    fn recorded_answer() {
        let body = r#"[{"Node":"node-a","CheckID":"serfHealth","Name":"Serf Health Status","Status":"passing",
            "Notes":"","Output":"Agent alive and reachable","ServiceID":"","ServiceName":"","ServiceTags":[],
            "Type":"","Definition":{},"CreateIndex":10,"ModifyIndex":10}]"#;
        let checks = decoded::<State>(200, body).unwrap();
        assert_eq!((checks[0].id.as_str(), &checks[0].status), ("serfHealth", &Status::Passing));
        assert_eq!(decoded::<State>(200, "[]").unwrap(), []);
    }
}
