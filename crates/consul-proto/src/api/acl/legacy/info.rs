//! Reading one legacy token.

use crate::acl::Secret;
use crate::acl::legacy::Token;
use crate::{Blocking, Endpoint, First, Method, Read, RequestWriter, Scope, Watchable};

/// Reads one legacy token: `GET /v1/acl/info/:id`.
///
/// `None` where there is no such token. Tokens of today's kind are shown if they may do everything. Needs no token of
/// its own: who knows the id may use it anyhow.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/v1.10.x/acl/legacy#read-acl-token)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// The id; see the [module](crate::acl::legacy#ids).
    pub id: Secret,
}

impl Info {
    /// Reads the token `id`.
    pub fn new(id: impl Into<Secret>) -> Self {
        Self { id: id.into() }
    }
}

impl Endpoint for Info {
    type Response = First<Token>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/acl/info/{id}";
    const SCOPE: Scope = Scope::DATACENTER;

    fn write(&self, request: &mut RequestWriter) {
        request.arg(self.id.expose());
    }
}

impl Read for Info {}
impl Blocking for Info {}
impl Watchable for Info {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acl::legacy::TokenType;
    use crate::testing::{decoded, rejected, wire};
    use crate::{ArgumentFault, EncodeError};

    #[test]
    fn request() {
        let info = Info::new("my-legacy-id");
        assert_eq!(wire(&info), "GET /v1/acl/info/my-legacy-id");
        assert!(!format!("{info:?}").contains("my-legacy-id"));
    }

    #[test]
    fn an_id_is_one_segment() {
        let fault = rejected(&Info::new(""));
        assert!(matches!(fault, EncodeError::Argument { name: "id", fault: ArgumentFault::Empty }));
    }

    #[test]
    fn recorded_answer() {
        let body = r#"[{"ID": "my-legacy-id", "Name": "wid2", "Type": "client", "Rules": "", "CreateIndex": 53,
            "ModifyIndex": 55}]"#;
        let token = decoded::<Info>(200, body).unwrap().unwrap();
        assert_eq!((token.id.expose(), token.name.as_str()), ("my-legacy-id", "wid2"));
        assert_eq!((token.kind, token.rules.as_str()), (TokenType::Client, ""));
        assert_eq!((token.create_index, token.modify_index), (53, 55));
    }

    #[test]
    fn absence_is_none() {
        assert_eq!(decoded::<Info>(200, "[]\n").unwrap(), None);
    }
}
