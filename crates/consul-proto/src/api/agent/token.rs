//! Giving the agent a token of its own.

use serde::Serialize;

use crate::agent::Secret;
use crate::types::word::word;
use crate::{Empty, Endpoint, Method, RequestWriter, Scope, Target};

/// Gives the agent one of the tokens that it uses by itself: `PUT /v1/agent/token/:kind`.
///
/// The agent forgets it with its next start, unless its configuration enables token persistence. A kind that the agent
/// does not know is [`NotFound`](crate::ApiErrorKind::NotFound). May be sent twice.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/agent#update-acl-tokens)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateToken {
    /// What the agent uses it for.
    pub kind: TokenKind,
    /// The token; empty for none.
    pub token: Secret,
}

impl UpdateToken {
    /// Gives the agent a token to use for this.
    pub fn new(kind: TokenKind, token: impl Into<Secret>) -> Self {
        Self { kind, token: token.into() }
    }
}

word! {
    /// What an agent uses a token for.
    TokenKind {
        /// Requests that come without one.
        Default = "default",
        /// What the agent does by itself, such as keeping its node in the catalog.
        Agent = "agent",
        /// Access to the agent while the servers cannot be asked, since 1.11; before that its word was `agent_master`.
        AgentRecovery = "agent_recovery",
        /// Copying ACLs, configuration and intentions from the primary datacenter.
        Replication = "replication",
        /// Services and checks of the configuration files, since 1.15.
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
    fn answers() {
        decoded::<UpdateToken>(200, "").unwrap();
        for (status, body, kind) in [
            (401, "ACL support disabled", ApiErrorKind::AclDisabled),
            (403, "Permission denied", ApiErrorKind::PermissionDenied),
            (404, "Token \"dns\" is unknown", ApiErrorKind::NotFound),
        ] {
            let Err(ResponseError::Api(error)) = decoded::<UpdateToken>(status, body) else {
                panic!("was taken")
            };
            assert_eq!(error.kind(), kind);
        }
    }
}
