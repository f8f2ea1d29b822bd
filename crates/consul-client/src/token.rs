//! ACL tokens and their sources.

mod file;
mod login;
mod mask;
mod source;

use std::convert::Infallible;
use std::fmt;

use bytes::Bytes;
use http::HeaderValue;
use thiserror::Error;
use zeroize::Zeroizing;

pub(crate) use self::file::{TokenFile, TokenFileError};
pub use self::login::Login;
pub(crate) use self::mask::mask;
pub(crate) use self::source::Tokens;
pub use self::source::{TokenSource, TokenSourceError};

/// The secret of an ACL token.
///
/// The client sends the token in a header, never in a URL. No `Debug` or `Display` output shows it, and its memory is
/// cleared when the last copy is dropped.
///
/// Every setter for a token accepts `Token`, `&Token`, `&str` and `String`. If a string is not a valid token,
/// building the client or sending the request fails.
#[derive(Clone)]
pub struct Token(HeaderValue);

/// Error creating a [`Token`] from text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The text is empty.
    #[error("token is empty")]
    Empty,
    /// The text contains a space, a line break or another character that is not visible ASCII.
    #[error("token contains a character that is not visible ASCII")]
    Character,
}

impl Token {
    /// Creates a token.
    ///
    /// # Errors
    ///
    /// Returns an error if `secret` is empty or contains anything but visible ASCII.
    pub fn new(secret: impl Into<String>) -> Result<Self, TokenError> {
        let secret = Zeroizing::new(secret.into().into_bytes());
        if secret.is_empty() {
            return Err(TokenError::Empty);
        }
        if !secret.iter().all(u8::is_ascii_graphic) {
            return Err(TokenError::Character);
        }
        let mut value =
            HeaderValue::from_maybe_shared(Bytes::from_owner(secret)).map_err(|_| TokenError::Character)?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }

    fn secret(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Compares the secrets.
impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Token {}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(redacted)")
    }
}

impl std::str::FromStr for Token {
    type Err = TokenError;

    fn from_str(secret: &str) -> Result<Self, TokenError> {
        Self::new(secret)
    }
}

impl TryFrom<&str> for Token {
    type Error = TokenError;

    fn try_from(secret: &str) -> Result<Self, TokenError> {
        Self::new(secret)
    }
}

impl TryFrom<String> for Token {
    type Error = TokenError;

    fn try_from(secret: String) -> Result<Self, TokenError> {
        Self::new(secret)
    }
}

impl From<&Token> for Token {
    fn from(token: &Token) -> Self {
        token.clone()
    }
}

impl From<Infallible> for TokenError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s2_token_with_invalid_characters_is_rejected() {
        for secret in ["a\r\nX: y", "a\0", "a b", " a", "a\n", "é", "a\u{7f}"] {
            assert_eq!(Token::new(secret).unwrap_err(), TokenError::Character, "{secret:?}");
        }
        assert_eq!(Token::new("").unwrap_err(), TokenError::Empty);
    }

    #[test]
    fn debug_hides_the_secret() {
        let token = Token::new("5ecbe7").unwrap();
        assert_eq!(format!("{token:?} {:?}", token.header()), "Token(redacted) Sensitive");
        assert_eq!(token.header().as_bytes(), b"5ecbe7");
    }
}
