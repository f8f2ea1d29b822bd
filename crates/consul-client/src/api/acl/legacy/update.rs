//! Changing some fields of a token.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use crate::acl::Secret;
use crate::acl::legacy::TokenType;
use crate::proto::acl::legacy::{Info, Replace};
use crate::{Client, Error};

/// A change of some fields of a token, created by [`Legacy::update`](crate::acl::legacy::Legacy::update).
///
/// Awaiting it returns `true` if the token exists and was written, and `false` if it does not exist.
///
/// Servers can only replace a token completely and unconditionally. So the client first reads the token, and then
/// writes it with the changed fields. A change by another program in between is lost, and a token that is deleted in
/// between is created again.
#[derive(Clone, Debug)]
#[must_use = "requests are sent only when it is awaited"]
pub struct Update {
    client: Client,
    id: Secret,
    name: Option<String>,
    kind: Option<TokenType>,
    rules: Option<String>,
}

impl Update {
    pub(super) fn new(client: Client, id: Secret) -> Self {
        Self { client, id, name: None, kind: None, rules: None }
    }

    /// Changes the name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Changes the type.
    pub fn kind(mut self, kind: TokenType) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Changes the rules. Accepts [`Rules`](crate::acl::legacy::Rules), or text in HCL or JSON.
    pub fn rules(mut self, rules: impl Into<String>) -> Self {
        self.rules = Some(rules.into());
        self
    }

    async fn apply(self) -> Result<bool, Error> {
        let Self { client, id, name, kind, rules } = self;
        // A stale copy must not be written back.
        let Some(token) = client.call(Info::new(id)).consistent().await? else {
            return Ok(false);
        };
        let mut replace = Replace::from(token);
        if let Some(name) = name {
            replace = replace.name(name);
        }
        if let Some(kind) = kind {
            replace = replace.kind(kind);
        }
        if let Some(rules) = rules {
            replace = replace.rules(rules);
        }
        client.call(replace).await?;
        Ok(true)
    }
}

impl IntoFuture for Update {
    type Output = Result<bool, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.apply())
    }
}
