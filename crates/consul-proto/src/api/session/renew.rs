//! Keeping a session alive.

use crate::session::{self, Session};
use crate::{Endpoint, Method, One, OrGone, RequestWriter, Write};

/// Gives a session its full time again: `PUT /v1/session/renew/:id`.
///
/// Answers with the session, whose TTL may be longer now than the one asked for; the next renewal goes by it. `None`
/// where the session does not exist any more: its locks are lost. May be sent twice.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/session#renew-session)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renew {
    /// The id; see the [module](crate::session#ids).
    pub id: String,
}

impl Renew {
    /// Renews the session `id`.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into() }
    }
}

impl Endpoint for Renew {
    type Response = OrGone<One<Session>>;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/session/renew/{id}";

    fn write(&self, request: &mut RequestWriter) {
        let id = session::id(request, "id", &self.id);
        request.arg(&id);
    }

    fn is_replayable(&self) -> bool {
        true
    }
}

impl Write for Renew {}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing::{answer, refusal, wire};
    use crate::{ApiErrorKind, EncodeError, ResponseError};

    const ID: &str = "292ef953-27fa-b363-60a3-95ffc3cc1acb";

    #[test]
    fn request() {
        assert_eq!(wire(&Renew::new(ID)), format!("PUT /v1/session/renew/{ID}"));
    }

    #[test]
    fn what_is_no_id_is_not_sent() {
        assert!(matches!(refusal(&Renew::new("abc")), EncodeError::Invalid { name: "id", .. }));
    }

    #[test]
    fn recorded_answer() {
        let body = r#"[{"ID": "292ef953-27fa-b363-60a3-95ffc3cc1acb", "Name": "s1", "Node": "node-a",
            "LockDelay": 2000000000, "Behavior": "delete", "TTL": "15s", "NodeChecks": ["serfHealth"],
            "ServiceChecks": null, "CreateIndex": 51, "ModifyIndex": 51}]"#;
        let session = answer::<Renew>(200, body).unwrap().unwrap();
        assert_eq!((session.id.as_str(), session.ttl), (ID, Some(Duration::from_secs(15))));
    }

    #[test]
    fn a_session_that_is_gone_is_none() {
        let text = "Session id '11111111-2222-3333-4444-555555555555' not found";
        assert_eq!(answer::<Renew>(404, text).unwrap(), None);
    }

    #[test]
    fn a_page_of_something_else_is_not_absence() {
        match answer::<Renew>(404, "404 page not found") {
            Err(ResponseError::Api(error)) => assert_eq!(error.kind(), ApiErrorKind::NotFound),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn may_be_sent_twice() {
        assert!(Renew::new(ID).is_replayable());
    }
}
