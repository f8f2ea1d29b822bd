//! Listing the checks with a status.

use std::collections::BTreeMap;

use crate::model::{HealthCheck, Status, write_node_meta};
use crate::response;
use crate::types::string_enum::string_enum;
use crate::{Blocking, EncodeError, Endpoint, Filterable, Method, Read, RequestWriter, Sortable, Watchable};

/// Lists the checks of a datacenter that have a status: `GET /v1/health/state/:state`.
///
/// Checks that the token cannot read are silently omitted; newer servers report it in
/// [`Meta::results_filtered_by_acls`](crate::Meta::results_filtered_by_acls).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/health#list-checks-in-state)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct State {
    state: CheckState,
    node_meta: BTreeMap<String, String>,
}

impl State {
    /// Lists the checks in `state`: a [`CheckState`], a [`Status`], or its text.
    ///
    /// Other text is rejected: servers would return an empty list.
    pub fn new(state: impl Into<CheckState>) -> Self {
        Self { state: state.into(), node_meta: BTreeMap::new() }
    }

    /// Lists only checks on nodes with this metadata. If called several times, a node must match every call.
    pub fn node_meta(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.node_meta.insert(key.into(), value.into());
        self
    }
}

string_enum! {
    /// A status of checks, or any status. Converts from a [`Status`] and from text.
    CheckState {
        /// Any status.
        Any = "any",
        /// The check passes.
        Passing = "passing",
        /// The check reports a warning.
        Warning = "warning",
        /// The check fails, or has not run yet.
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
        let state = State::new("warning").node_meta("zone", "a");
        assert_eq!(wire(&state), "GET /v1/health/state/warning?node-meta=zone%3Aa");
    }

    #[test]
    fn unknown_states_are_rejected() {
        for state in ["", "unknown", "maintenance", "Passing", "a/b"] {
            let error = rejected(&State::new(state));
            assert!(matches!(error, EncodeError::Invalid { name: "state", .. }), "{state:?}: {error}");
        }
        assert!(matches!(rejected(&State::new(&Status::Maintenance)), EncodeError::Invalid { .. }));
    }

    #[test]
    fn recorded_response() {
        let body = r#"[{"Node":"node-a","CheckID":"serfHealth","Name":"Serf Health Status","Status":"passing",
            "Notes":"","Output":"Agent alive and reachable","ServiceID":"","ServiceName":"","ServiceTags":[],
            "Type":"","Definition":{},"CreateIndex":10,"ModifyIndex":10}]"#;
        let checks = decoded::<State>(200, body).unwrap();
        assert_eq!((checks[0].id.as_str(), &checks[0].status), ("serfHealth", &Status::Passing));
        assert_eq!(decoded::<State>(200, "[]").unwrap(), []);
    }
}
