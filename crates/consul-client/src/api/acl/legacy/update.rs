//! Changing a part of a token.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use consul_proto::acl::{self, Secret};

use crate::acl::legacy::TokenType;
use crate::{Client, Error};

/// A change of a token that keeps what is not given: refined by setters, made by `.await`.
///
/// `.await` gives `true` where the token was written, and `false` where it does not exist.
///
/// Servers only replace tokens as a whole and know no condition, so the token is read first and written back with the
/// change. What somebody else changes in between is lost, and a token that is deleted in between is there again.
#[derive(Clone, Debug)]
#[must_use = "a change does nothing until it is awaited"]
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

    /// Gives it another name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Changes whether it is bound by rules.
    pub fn kind(mut self, kind: TokenType) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Changes what it may do, to [`Rules`](crate::acl::legacy::Rules) or their text.
    pub fn rules(mut self, rules: impl Into<String>) -> Self {
        self.rules = Some(rules.into());
        self
    }

    async fn apply(self) -> Result<bool, Error> {
        let Self { client, id, name, kind, rules } = self;
        // What is written back must not be older than it has to be.
        let Some(token) = client.call(acl::legacy::Info::new(id)).consistent().await? else {
            return Ok(false);
        };
        let kept = acl::legacy::Update::from(token);
        let update = acl::legacy::Update {
            name: name.unwrap_or(kept.name),
            kind: kind.unwrap_or(kept.kind),
            rules: rules.unwrap_or(kept.rules),
            id: kept.id,
        };
        client.call(update).await?;
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
