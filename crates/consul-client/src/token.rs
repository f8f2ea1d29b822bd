//! The secret that a request is made with.

use std::convert::Infallible;
use std::fmt;

use bytes::Bytes;
use http::HeaderValue;
use thiserror::Error;
use zeroize::Zeroizing;

/// An ACL token's secret.
///
/// Travels in a header, never in a URL; shows itself to nobody, and is cleared from memory when its last copy goes.
#[derive(Clone)]
pub struct Token(HeaderValue);

/// Text that cannot be a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TokenError {
    /// It is empty; a client without a token has none set.
    #[error("token is empty")]
    Empty,
    /// It holds a space, a line break or another character that has no place in a header.
    #[error("token holds a character that is not visible ASCII")]
    Character,
}

impl Token {
    /// Takes `secret` for a token.
    ///
    /// # Errors
    ///
    /// Where it is empty or holds anything but visible ASCII.
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
}

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
    fn what_has_no_place_in_a_header_is_refused() {
        for secret in ["a\r\nX: y", "a\0", "a b", " a", "a\n", "é", "a\u{7f}"] {
            assert_eq!(Token::new(secret).unwrap_err(), TokenError::Character, "{secret:?}");
        }
        assert_eq!(Token::new("").unwrap_err(), TokenError::Empty);
    }

    #[test]
    fn a_token_shows_itself_to_nobody() {
        let token = Token::new("5ecbe7").unwrap();
        assert_eq!(format!("{token:?} {:?}", token.header()), "Token(redacted) Sensitive");
        assert_eq!(token.header().as_bytes(), b"5ecbe7");
    }
}
