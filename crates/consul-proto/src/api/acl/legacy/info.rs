//! Reading one legacy token.

use crate::acl::Secret;
use crate::acl::legacy::Token;
use crate::{Blocking, Endpoint, First, Method, Read, RequestWriter, Scope, Watchable};

/// Reads one legacy token: `GET /v1/acl/info/:id`.
///
/// Returns `None` if the token does not exist. Management tokens of the newer ACL system are also returned. Requires
/// no token, since the ID is the secret itself.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/v1.10.x/acl/legacy#read-acl-token)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Info {
    id: Secret,
}

impl Info {
    /// Reads the token `id`. The [id](crate::acl::legacy#ids) is sent in the path of the request.
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
    use crate::{EncodeError, InvalidArgument};

    #[test]
    fn request() {
        let info = Info::new("my-legacy-id");
        assert_eq!(wire(&info), "GET /v1/acl/info/my-legacy-id");
        assert!(!format!("{info:?}").contains("my-legacy-id"));
    }

    #[test]
    fn id_without_a_path_is_rejected() {
        let error = rejected(&Info::new(""));
        assert!(matches!(error, EncodeError::Argument { name: "id", reason: InvalidArgument::Empty }));
    }

    #[test]
    fn recorded_response() {
        let body = r#"[{"ID": "my-legacy-id", "Name": "wid2", "Type": "client", "Rules": "", "CreateIndex": 53,
            "ModifyIndex": 55}]"#;
        let token = decoded::<Info>(200, body).unwrap().unwrap();
        assert_eq!((token.id.expose(), token.name.as_str()), ("my-legacy-id", "wid2"));
        assert_eq!((token.kind, token.rules.as_str()), (TokenType::Client, ""));
        assert_eq!((token.create_index, token.modify_index), (53, 55));
    }

    #[test]
    fn missing_token_is_none() {
        assert_eq!(decoded::<Info>(200, "[]\n").unwrap(), None);
    }
}
