//! The error of the builder.

use std::error::Error as StdError;
use std::fmt;
use std::path::PathBuf;

use consul_proto::Bounded;

use crate::TokenError;

/// Error building a [`Client`](crate::Client): a setting is invalid, unsupported, or contradicts another one.
///
/// `Display` names the setting, its value unless that may be a secret, and what is expected. `Debug` shows the same
/// text, so that a program whose `main` returns this error prints it readably.
#[non_exhaustive]
pub enum ConfigError {
    /// A setting has an invalid value.
    Invalid {
        /// The environment variable, or the setting of [`ClientBuilder`](crate::ClientBuilder).
        setting: &'static str,
        /// The value, unless it may be a secret.
        value: Option<String>,
        /// What is wrong, or what is expected.
        reason: String,
    },
    /// Two settings contradict each other.
    Contradiction {
        /// The first setting, with its value.
        first: String,
        /// The second setting, with its value.
        second: String,
        /// Why they contradict each other.
        reason: &'static str,
    },
    /// A setting that this build does not support.
    Unsupported {
        /// The environment variable, or the setting of [`ClientBuilder`](crate::ClientBuilder).
        setting: &'static str,
        /// What is missing.
        reason: &'static str,
    },
    /// A file cannot be read.
    File {
        /// The environment variable, or the setting of [`ClientBuilder`](crate::ClientBuilder).
        setting: &'static str,
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
    /// The text is not a token.
    Token {
        /// The environment variable, or the setting of [`ClientBuilder`](crate::ClientBuilder).
        setting: &'static str,
        /// What is wrong with the text.
        source: TokenError,
    },
    /// No executor was set, and the feature `hyper` is off.
    NoExecutor,
}

impl ConfigError {
    pub(super) fn invalid(
        setting: &'static str,
        value: impl Into<Option<String>>,
        reason: impl fmt::Display,
    ) -> Self {
        Self::Invalid { setting, value: value.into(), reason: reason.to_string() }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid { setting, value: Some(value), reason } => {
                write!(f, "invalid {setting} {:?}: {}", Bounded::name(value), Bounded::message(reason))
            }
            Self::Invalid { setting, value: None, reason } => {
                write!(f, "invalid {setting}: {}", Bounded::message(reason))
            }
            Self::Contradiction { first, second, reason } => {
                write!(f, "{} contradicts {}: {reason}", Bounded::name(first), Bounded::name(second))
            }
            Self::Unsupported { setting, reason } => write!(f, "{setting} is not supported: {reason}"),
            Self::File { setting, path, source } => {
                write!(f, "failed to read {} ({setting}): {source}", Bounded::name(path.display()))
            }
            Self::Token { setting, source } => write!(f, "invalid {setting}: {source}"),
            Self::NoExecutor => f.write_str("no executor: set one, or enable the feature `hyper`"),
        }
    }
}

/// Shows the text of [`Display`](fmt::Display).
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Has no source: `Display` already contains the text of the cause.
impl StdError for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn config_error_printed_by_main_is_readable() {
        let error = ConfigError::invalid("CONSUL_HTTP_ADDR", "h:0".to_owned(), "port is 0");
        assert_eq!(format!("{error:?}"), r#"invalid CONSUL_HTTP_ADDR "h:0": port is 0"#);
    }

    #[test]
    fn config_error_shortens_long_values() {
        let error = ConfigError::invalid("CONSUL_HTTP_SSL", "\n".repeat(100_000), "expected true or false");
        assert!(error.to_string().len() < 1000);
    }
}
