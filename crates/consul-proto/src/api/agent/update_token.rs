//! Setting a token of the agent.

use serde::Serialize;

use crate::agent::Secret;
use crate::types::string_enum::string_enum;
use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Sets one of the tokens that the agent uses for its own requests: `PUT /v1/agent/token/:kind`.
///
/// The agent forgets the token when it restarts, unless its configuration enables token persistence. If the agent
/// does not know the kind, the error is [`NotFound`](crate::ApiErrorKind::NotFound).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent#update-acl-tokens)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct UpdateToken {
    kind: TokenKind,
    token: Secret,
}

impl UpdateToken {
    /// Sets the token of this kind. An empty token removes it.
    pub fn new(kind: TokenKind, token: impl Into<Secret>) -> Self {
        Self { kind, token: token.into() }
    }
}

string_enum! {
    /// The purpose of a token of the agent.
    TokenKind {
        /// Requests without a token.
        Default = "default",
        /// Internal requests of the agent, such as updates of its node in the catalog.
        Agent = "agent",
        /// Access to the agent while the servers are unavailable, since 1.11. Older agents call it `agent_master`.
        AgentRecovery = "agent_recovery",
        /// Replication of ACLs, configuration entries and intentions from the primary datacenter.
        Replication = "replication",
        /// Registration of services and checks in the configuration files, since 1.15.
        ConfigFileServiceRegistration = "config_file_service_registration",
        /// DNS, since 1.17.
        Dns = "dns",
    }
}

impl Endpoint for UpdateToken {
    type Response = Empty;
    const METHOD: Method = Method::PUT;
    const PATH: &'static str = "/v1/agent/token/{kind}";
    const SCOPE: Scope = Scope::NONE;
    const TARGET: Target = Target::SameAgent;

    fn write(&self, request: &mut RequestWriter) {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Body<'a> {
            token: &'a Secret,
        }

        request.arg(self.kind.as_str());
        request.json(&Body { token: &self.token });
    }

    fn is_idempotent(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};
    use crate::{ApiErrorKind, ResponseError};

    #[test]
    fn request() {
        let update = UpdateToken::new(TokenKind::AgentRecovery, "5ef7");
        assert_eq!(wire(&update), "PUT /v1/agent/token/agent_recovery\n{\"Token\":\"5ef7\"}");
        let clear = UpdateToken::new(TokenKind::from("agent_master"), "");
        assert_eq!(wire(&clear), "PUT /v1/agent/token/agent_master\n{\"Token\":\"\"}");
        assert!(!format!("{update:?}").contains("5ef7"));
    }

    #[test]
    fn responses() {
        decoded::<UpdateToken>(200, "").unwrap();
        for (status, body, kind) in [
            (401, "ACL support disabled", ApiErrorKind::AclDisabled),
            (403, "Permission denied", ApiErrorKind::PermissionDenied),
            (404, "Token \"dns\" is unknown", ApiErrorKind::NotFound),
        ] {
            let Err(ResponseError::Api(error)) = decoded::<UpdateToken>(status, body) else {
                panic!("succeeded")
            };
            assert_eq!(error.kind(), kind);
        }
    }
}
