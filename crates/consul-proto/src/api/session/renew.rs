//! Renewing a session.

use crate::model::SessionId;
use crate::session::Session;
use crate::{Endpoint, Method, One, OrNoSession, RequestWriter};

/// Renews a session, which resets its TTL: `PUT /v1/session/renew/:id`.
///
/// Returns the session. Servers can change its TTL, so the next renewal is due by the one in the response. Returns `None`
/// if the session does not exist; a server that was restarted on its data returns that for a while, until it has applied
/// its log.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/session#renew-session)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Renew {
    id: SessionId,
}

impl Renew {
    /// Renews the session `id`.
    pub fn new(id: impl Into<SessionId>) -> Self {
        Self { id: id.into() }
    }
}

impl Endpoint for Renew {
    type Response = OrNoSession<One<Session>>;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/session/renew/{id}";

    fn write(&self, request: &mut RequestWriter) {
        let id = self.id.validated(request, "id");
        request.arg(&id);
    }

    fn is_idempotent(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing::{decoded, rejected, wire};
    use crate::{ApiErrorKind, EncodeError, ResponseError};

    const ID: &str = "292ef953-27fa-b363-60a3-95ffc3cc1acb";

    #[test]
    fn request() {
        assert_eq!(wire(&Renew::new(ID)), format!("PUT /v1/session/renew/{ID}"));
    }

    #[test]
    fn text_that_is_not_a_session_id_is_rejected() {
        assert!(matches!(rejected(&Renew::new("abc")), EncodeError::Invalid { name: "id", .. }));
    }

    #[test]
    fn recorded_response() {
        let body = r#"[{"ID": "292ef953-27fa-b363-60a3-95ffc3cc1acb", "Name": "s1", "Node": "node-a",
            "LockDelay": 2000000000, "Behavior": "delete", "TTL": "15s", "NodeChecks": ["serfHealth"],
            "ServiceChecks": null, "CreateIndex": 51, "ModifyIndex": 51}]"#;
        let session = decoded::<Renew>(200, body).unwrap().unwrap();
        assert_eq!((session.id.as_str(), session.ttl), (ID, Some(Duration::from_secs(15))));
    }

    #[test]
    fn missing_session_is_none() {
        let text = "Session id '11111111-2222-3333-4444-555555555555' not found";
        assert_eq!(decoded::<Renew>(404, text).unwrap(), None);
    }

    #[test]
    fn page_of_a_proxy_is_not_absence() {
        match decoded::<Renew>(404, "404 page not found") {
            Err(ResponseError::Api(error)) => assert_eq!(error.kind(), ApiErrorKind::NotFound),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn renew_is_idempotent() {
        assert!(Renew::new(ID).is_idempotent());
    }
}
