//! Sources of tokens.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use async_trait::async_trait;

use crate::{Token, TokenError};

/// Error of a [`TokenSource`].
pub type TokenSourceError = Box<dyn std::error::Error + Send + Sync>;

/// A source of tokens. It can replace the token without rebuilding the client.
///
/// A client calls its source before every attempt of a call and every request of a watch, so a source should cache
/// the token. Implementations use the crate `async-trait`:
///
/// ```
/// use async_trait::async_trait;
/// use consul_client::{Token, TokenSource, TokenSourceError};
///
/// #[derive(Debug)]
/// struct Vault;
///
/// #[async_trait]
/// impl TokenSource for Vault {
///     async fn token(&self) -> Result<Option<Token>, TokenSourceError> {
///         Ok(Some(Token::new("b1gs33cr3t")?))
///     }
/// }
/// ```
#[async_trait]
pub trait TokenSource: fmt::Debug + Send + Sync + 'static {
    /// Returns the token for the next attempt, or `None` to send the request without a token.
    ///
    /// # Errors
    ///
    /// Returns an error if no token is available. The request is then not sent, and the call returns an error of the
    /// kind [`ErrorKind::Token`](crate::ErrorKind::Token).
    async fn token(&self) -> Result<Option<Token>, TokenSourceError>;

    /// Called if a server does not know `token`. Returns `true` to send the request again after a backoff.
    ///
    /// Sending it again helps if the source has another token by now, or if the token is so new that not all servers
    /// know it. The default implementation returns `false`.
    async fn rejected(&self, token: &Token) -> bool {
        let _ = token;
        false
    }

    /// Called when the client is [closed](crate::Client::close). The default implementation does nothing.
    async fn close(&self) {}
}

/// The token of a client or a call.
#[derive(Clone, Debug, Default)]
pub(crate) enum Tokens {
    #[default]
    None,
    Fixed(Token),
    /// The text is not a token. The first request reports this.
    Invalid(TokenError),
    Source(Arc<dyn TokenSource>),
}

impl Tokens {
    pub(crate) fn of(token: impl TryInto<Token, Error: Into<TokenError>>) -> Self {
        match token.try_into() {
            Ok(token) => Self::Fixed(token),
            Err(error) => Self::Invalid(error.into()),
        }
    }

    /// Returns the token for the next attempt, if it is available without waiting.
    pub(crate) fn known(&self) -> Option<Option<Token>> {
        match self {
            Self::None => Some(None),
            Self::Fixed(token) => Some(Some(token.clone())),
            Self::Invalid(_) | Self::Source(_) => None,
        }
    }

    /// Returns the token for the next attempt.
    pub(crate) async fn current(&self) -> Result<Option<Token>, TokenSourceError> {
        match self {
            Self::None => Ok(None),
            Self::Fixed(token) => Ok(Some(token.clone())),
            Self::Invalid(error) => Err(Box::new(*error)),
            Self::Source(source) => source.token().await,
        }
    }

    /// Closes the source.
    pub(crate) async fn close(&self) {
        if let Self::Source(source) = self {
            source.close().await;
        }
    }

    /// Handles the rejection of a token. Returns whether to send the request again.
    pub(crate) async fn rejected(&self, token: &Token) -> bool {
        match self {
            Self::Source(source) => source.rejected(token).await,
            Self::None | Self::Fixed(_) | Self::Invalid(_) => false,
        }
    }
}

/// Compares tokens by secret, or by source. Requests with equal tokens can share a response.
impl PartialEq for Tokens {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::None, Self::None) => true,
            (Self::Fixed(one), Self::Fixed(other)) => one == other,
            (Self::Invalid(one), Self::Invalid(other)) => one == other,
            (Self::Source(one), Self::Source(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

impl Eq for Tokens {}

impl Hash for Tokens {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::None | Self::Invalid(_) => {}
            Self::Fixed(token) => token.header().hash(state),
            Self::Source(source) => Arc::as_ptr(source).cast::<()>().hash(state),
        }
    }
}
