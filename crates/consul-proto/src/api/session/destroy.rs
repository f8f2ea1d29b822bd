//! Ending a session.

use crate::session;
use crate::{Endpoint, Flag, Method, RequestWriter, Write};

/// Ends a session: `PUT /v1/session/destroy/:id`.
///
/// What it holds is released or deleted, and its lock-delay begins. Answers `true`, also where there is no such
/// session, so it may be sent twice.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/session#delete-session)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destroy {
    /// The id; see the [module](crate::session#ids).
    pub id: String,
}

impl Destroy {
    /// Ends the session `id`.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into() }
    }
}

impl Endpoint for Destroy {
    type Response = Flag;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/session/destroy/{id}";

    fn write(&self, request: &mut RequestWriter) {
        let id = session::id(request, "id", &self.id);
        request.arg(&id);
    }

    fn is_replayable(&self) -> bool {
        true
    }
}

impl Write for Destroy {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EncodeError;
    use crate::testing::{answer, refusal, wire};

    const ID: &str = "292ef953-27fa-b363-60a3-95ffc3cc1acb";

    #[test]
    fn request() {
        assert_eq!(wire(&Destroy::new(ID)), format!("PUT /v1/session/destroy/{ID}"));
        assert_eq!(wire(&Destroy::new(ID.to_uppercase())), format!("PUT /v1/session/destroy/{ID}"));
    }

    #[test]
    fn what_is_no_id_is_not_sent() {
        for id in ["", "abc", "../kv/x", "a%2fb"] {
            let fault = refusal(&Destroy::new(id));
            assert!(matches!(fault, EncodeError::Invalid { name: "id", .. }), "{id:?}");
        }
    }

    #[test]
    fn answers() {
        assert!(answer::<Destroy>(200, "true\n").unwrap());
    }

    #[test]
    fn may_be_sent_twice() {
        assert!(Destroy::new(ID).is_replayable());
    }
}
