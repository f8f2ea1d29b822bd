//! Reading one session.

use crate::model::SessionId;
use crate::session::Session;
use crate::{Blocking, Endpoint, First, Method, Read, RequestWriter, Watchable};

/// Reads one session: `GET /v1/session/info/:id`.
///
/// Returns `None` if the session does not exist, or if the token cannot read it.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/session#read-session)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Info {
    id: SessionId,
}

impl Info {
    /// Reads the session `id`.
    pub fn new(id: impl Into<SessionId>) -> Self {
        Self { id: id.into() }
    }
}

impl Endpoint for Info {
    type Response = First<Session>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/session/info/{id}";

    fn write(&self, request: &mut RequestWriter) {
        let id = self.id.validated(request, "id");
        request.arg(&id);
    }
}

impl Read for Info {}
impl Blocking for Info {}
impl Watchable for Info {}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::EncodeError;
    use crate::session::{Behavior, ServiceCheck};
    use crate::testing::{decoded, rejected, wire};

    const ID: &str = "213b6c2d-aa6f-e6df-2902-bfe670db0437";

    #[test]
    fn request() {
        assert_eq!(wire(&Info::new(ID)), format!("GET /v1/session/info/{ID}"));
    }

    #[test]
    fn text_that_is_not_a_session_id_is_rejected() {
        assert!(matches!(rejected(&Info::new("abc")), EncodeError::Invalid { name: "id", .. }));
    }

    #[test]
    fn recorded_response() {
        let body = r#"[{
            "ID": "213b6c2d-aa6f-e6df-2902-bfe670db0437", "Name": "s1", "Node": "node-a", "LockDelay": 2000000000,
            "Behavior": "delete", "TTL": "15s", "NodeChecks": ["serfHealth"],
            "ServiceChecks": [{"ID": "service:ss", "Namespace": ""}], "CreateIndex": 264, "ModifyIndex": 264
        }]"#;
        let session = decoded::<Info>(200, body).unwrap().unwrap();
        assert_eq!((session.id.as_str(), session.name.as_str(), session.node.as_str()), (ID, "s1", "node-a"));
        assert_eq!(
            (session.lock_delay, session.ttl),
            (Duration::from_secs(2), Some(Duration::from_secs(15)))
        );
        assert_eq!(session.behavior, Behavior::Delete);
        assert_eq!(session.service_checks, [ServiceCheck::new("service:ss")]);
        assert_eq!((session.create_index, session.modify_index), (264, 264));
    }

    #[test]
    fn missing_session_is_none() {
        assert_eq!(decoded::<Info>(200, "[]").unwrap(), None);
    }
}
