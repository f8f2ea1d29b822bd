//! Text that is hidden in output.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A token or another secret. `Debug` hides it, and there is no `Display`.
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Returns the secret.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for Secret {
    fn from(secret: T) -> Self {
        Self(secret.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_is_sent_and_hidden_in_debug() {
        let secret = Secret::from("5ef7");
        assert_eq!(serde_json::to_string(&secret).unwrap(), r#""5ef7""#);
        assert_eq!(format!("{secret:?}"), "Secret(..)");
    }
}
