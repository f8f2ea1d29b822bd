//! Listing all sessions.

use crate::response;
use crate::session::Session;
use crate::{Blocking, Endpoint, Method, Read, RequestWriter, Watchable};

/// Lists all sessions of the datacenter: `GET /v1/session/list`.
///
/// Sessions that the token cannot read are silently omitted; servers since 1.13 report it in
/// [`Meta::results_filtered_by_acls`](crate::Meta::results_filtered_by_acls).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/session#list-sessions)
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct List(());

impl List {
    /// Lists all sessions.
    pub fn new() -> Self {
        Self(())
    }
}

impl Endpoint for List {
    type Response = response::List<Session>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/session/list";

    fn write(&self, _: &mut RequestWriter) {}
}

impl Read for List {}
impl Blocking for List {}
impl Watchable for List {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&List::new()), "GET /v1/session/list");
    }

    #[test]
    fn recorded_response() {
        let body = r#"[
            {"ID": "292ef953-27fa-b363-60a3-95ffc3cc1acb", "Name": "s1", "Node": "node-a", "LockDelay": 2000000000,
             "Behavior": "delete", "TTL": "15s", "NodeChecks": ["serfHealth"], "ServiceChecks": null,
             "CreateIndex": 51, "ModifyIndex": 51},
            {"ID": "cc116051-5d41-51be-d6ef-f4380f2088a1", "Name": "nochecks", "Node": "node-a",
             "LockDelay": 5000000000, "Behavior": "release", "TTL": "", "NodeChecks": [], "ServiceChecks": null,
             "CreateIndex": 53, "ModifyIndex": 53}
        ]"#;
        let sessions = decoded::<List>(200, body).unwrap();
        assert_eq!(
            sessions.iter().map(|session| session.name.as_str()).collect::<Vec<_>>(),
            ["s1", "nochecks"]
        );
        assert_eq!((sessions[1].ttl, sessions[1].node_checks.len()), (None, 0));
    }

    #[test]
    fn no_sessions_are_an_empty_list() {
        assert_eq!(decoded::<List>(200, "[]").unwrap(), []);
    }
}
