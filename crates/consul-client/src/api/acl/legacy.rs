//! [Legacy tokens](https://developer.hashicorp.com/consul/api-docs/v1.10.x/acl/legacy), which carry their rules
//! themselves.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use consul_client::Token;
//! use consul_client::acl::legacy::{Rules, Support};
//!
//! let legacy = client.acl().legacy();
//! if legacy.is_supported().await? == Support::Enabled {
//!     let rules = Rules::from([("key", "", "read"), ("key", "foo/", "deny")]);
//!     let id = legacy.create().name("reader").rules(rules).await?;
//!
//!     // The id is the secret of the token: another client can use it.
//!     let reader = client.with_token(Token::try_from(&id)?);
//!     reader.kv().get("foo").await?;
//!
//!     // A change keeps what it does not name.
//!     legacy.update(&id).name("reader of all").await?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Servers have them up to 1.10; later ones answer each call with
//! [`ApiErrorKind::UnknownRoute`](crate::ApiErrorKind::UnknownRoute). What an id is, and what rules say, is told at
//! [`proto::acl::legacy`](consul_proto::acl::legacy).

mod support;
mod update;

pub use consul_proto::acl::legacy::{Policy, Resource, Rule, Rules, RulesError, Token, TokenType};
use consul_proto::acl::{self, Secret};

pub use self::support::Support;
pub use self::update::Update;
use crate::{Call, Client, Error, TokenError};

/// Copies a token; see [`acl::legacy::Clone`].
pub type Clone = Call<acl::legacy::Clone>;
/// Creates a token; see [`acl::legacy::Create`].
pub type Create = Call<acl::legacy::Create>;
/// Deletes a token; see [`acl::legacy::Destroy`].
pub type Destroy = Call<acl::legacy::Destroy>;
/// Reads one token; see [`acl::legacy::Info`].
pub type Info = Call<acl::legacy::Info>;
/// Reads all tokens; see [`acl::legacy::List`].
pub type List = Call<acl::legacy::List>;
/// Replaces a token, all of it; see [`acl::legacy::Update`].
pub type Replace = Call<acl::legacy::Update>;
/// Translates rules; see [`acl::legacy::Translate`].
pub type Translate = Call<acl::legacy::Translate>;
/// Translates the rules of a token; see [`acl::legacy::TranslateToken`].
pub type TranslateToken = Call<acl::legacy::TranslateToken>;

/// Legacy tokens; from [`Acl::legacy`](crate::acl::Acl::legacy).
#[derive(Clone, Debug)]
pub struct Legacy {
    client: Client,
}

impl Legacy {
    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Asks whether there are legacy tokens here, and whether this client may see them.
    ///
    /// Asks each time, and reads the list of tokens for it.
    ///
    /// # Errors
    ///
    /// Where the answer is none of these, as without a leader; see [`Error`].
    pub async fn is_supported(&self) -> Result<Support, Error> {
        Support::of(self.list().await)
    }

    /// Creates a token; gives its id, which is its secret.
    pub fn create(&self) -> Create {
        self.client.call(acl::legacy::Create::new())
    }

    /// Changes a token, and keeps what is not given. `false` where it does not exist.
    pub fn update(&self, id: impl Into<Secret>) -> Update {
        Update::new(self.client.clone(), id.into())
    }

    /// Replaces a token, all of it: what is not given is emptied. Creates it where it does not exist.
    pub fn replace(&self, id: impl Into<Secret>) -> Replace {
        self.client.call(acl::legacy::Update::new(id))
    }

    /// Deletes a token. `true` also where there is no such token.
    pub fn destroy(&self, id: impl Into<Secret>) -> Destroy {
        self.client.call(acl::legacy::Destroy::new(id))
    }

    /// Reads one token: `None` where it does not exist.
    pub fn info(&self, id: impl Into<Secret>) -> Info {
        self.client.call(acl::legacy::Info::new(id))
    }

    /// Copies a token; gives the id of the copy.
    pub fn clone(&self, id: impl Into<Secret>) -> Clone {
        self.client.call(acl::legacy::Clone::new(id))
    }

    /// Reads all tokens.
    pub fn list(&self) -> List {
        self.client.call(acl::legacy::List::new())
    }

    /// Translates legacy rules into those of policies, as HCL.
    pub fn translate(&self, rules: impl Into<String>) -> Translate {
        self.client.call(acl::legacy::Translate::new(rules))
    }

    /// Translates the rules of a token into those of policies, as HCL. Takes the token's accessor, not its id.
    pub fn translate_token(&self, accessor_id: impl Into<String>) -> TranslateToken {
        self.client.call(acl::legacy::TranslateToken::new(accessor_id))
    }
}

impl Create {
    /// Chooses the id instead of the server. A token that has it is replaced.
    pub fn id(self, id: impl Into<Secret>) -> Self {
        self.with(|create| create.id = Some(id.into()))
    }

    /// Gives it a name for people.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.with(|create| create.name = Some(name.into()))
    }

    /// Whether it is bound by rules; it is unless set.
    pub fn kind(self, kind: TokenType) -> Self {
        self.with(|create| create.kind = Some(kind))
    }

    /// What it may do: [`Rules`], or their text.
    pub fn rules(self, rules: impl Into<String>) -> Self {
        self.with(|create| create.rules = Some(rules.into()))
    }
}

impl Replace {
    /// Gives it a name for people.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.with(|update| update.name = name.into())
    }

    /// Whether it is bound by rules; it is unless set.
    pub fn kind(self, kind: TokenType) -> Self {
        self.with(|update| update.kind = kind)
    }

    /// What it may do: [`Rules`], or their text.
    pub fn rules(self, rules: impl Into<String>) -> Self {
        self.with(|update| update.rules = rules.into())
    }
}

impl TryFrom<&Token> for crate::Token {
    type Error = TokenError;

    fn try_from(token: &Token) -> Result<Self, TokenError> {
        Self::try_from(&token.id)
    }
}
