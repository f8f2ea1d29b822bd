//! Values of your own types in the key/value store.
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Theme {
//!     color: String,
//!     size: u32,
//! }
//!
//! let kv = client.kv();
//! kv.put_as("app/theme", &Theme { color: "blue".to_owned(), size: 12 }).await?;
//!
//! // `None` if the key does not exist. A value that cannot be decoded is an error with its path.
//! if let Some(mut theme) = kv.get_as::<Theme>("app/theme").await? {
//!     theme.value.size += 1;
//!     kv.put_as("app/theme", &theme.value).cas(theme.entry.modify_index).await?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Values are JSON by default; [`Kv::codec`](crate::kv::Kv::codec) sets another [`Codec`]. Decode the values of a list one by
//! one, so that an invalid value does not hide the others:
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), consul_client::Error> {
//! use consul_client::codec::{Codec, Json};
//!
//! for entry in client.kv().list("app/limits/").await? {
//!     match Json::decode::<u64>(&entry.value) {
//!         Ok(limit) => println!("{}: {limit}", entry.key),
//!         Err(error) => eprintln!("{} is no limit: {error}", entry.key),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A value can also be a subtree with a key for each of its fields; see [`from_entries`].

mod get;
mod put;
mod tree;

use std::error::Error as StdError;
use std::fmt;

use consul_proto::{Bounded, DecodeError};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use get::{Decoded, Get, Typed};
pub use put::Encoded;
pub use tree::from_entries;

/// An encoding of values as bytes.
///
/// ```
/// use consul_client::codec::{Codec, CodecError};
/// use serde::{Serialize, de::DeserializeOwned};
///
/// /// JSON with whitespace.
/// #[derive(Debug)]
/// struct Pretty;
///
/// impl Codec for Pretty {
///     fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CodecError> {
///         serde_json::to_vec_pretty(value).map_err(CodecError::new)
///     }
///
///     fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
///         serde_json::from_slice(bytes).map_err(CodecError::new)
///     }
/// }
///
/// # fn example(client: consul_client::Client) {
/// let kv = client.kv().codec::<Pretty>();
/// # }
/// ```
pub trait Codec: fmt::Debug + Send + Sync + 'static {
    /// Encodes a value.
    ///
    /// # Errors
    ///
    /// Returns an error if the codec cannot represent the value.
    fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CodecError>;

    /// Decodes a value.
    ///
    /// # Errors
    ///
    /// Returns an error if the bytes are not a value of the type.
    fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError>;
}

/// JSON without whitespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Json;

impl Codec for Json {
    fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CodecError> {
        serde_json::to_vec(value).map_err(CodecError::new)
    }

    fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
        // Decodes an invalid value again to find the path of the error, since the error text of `serde_json` shows
        // the value.
        serde_json::from_slice(bytes).map_err(|error| {
            let document_error = if error.is_data() { tree::document_error::<T>(bytes) } else { None };
            document_error.unwrap_or_else(|| CodecError::new(error))
        })
    }
}

/// Error returned if a value cannot be encoded or decoded.
///
/// The error does not contain the value, which may be a secret. If you implement a [`Codec`], make sure that its
/// errors do not contain values either. At most 500 characters of their text are shown. `Debug` shows the text of
/// `Display`.
pub struct CodecError(Box<Details>);

struct Details {
    reason: Box<dyn StdError + Send + Sync>,
    path: Option<String>,
}

impl Details {
    fn new(reason: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { reason: reason.into(), path: None }
    }
}

impl CodecError {
    /// Creates an error with a reason.
    pub fn new(reason: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(Box::new(Details::new(reason)))
    }

    /// Returns the path of the invalid part, such as `sizes[3].unit`, or `.` for the value itself.
    ///
    /// Only errors of [`Json`] and [`from_entries`] have a path. Paths of `from_entries` are keys, such as `db/port`.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }

    /// Creates an error with a reason that contains no value.
    pub(crate) fn custom(reason: &'static str) -> Self {
        Self(Box::new(Details::new(reason)))
    }

    /// Adds the key of the value to the path.
    pub(crate) fn in_key(mut self, key: &str) -> Self {
        self.0.path = match self.0.path.filter(|path| path != ".") {
            Some(place) => Some(format!("{key}: {place}")),
            None => Some(key.to_owned()),
        };
        self
    }

    /// Adds a prefix to the path, whose first part is the remainder of a key below that prefix.
    pub(crate) fn below(mut self, prefix: &str) -> Self {
        let slash = if prefix.is_empty() || prefix.ends_with('/') { "" } else { "/" };
        self.0.path = match self.0.path.filter(|path| path != ".") {
            Some(path) => Some(format!("{prefix}{slash}{path}")),
            None => Some(prefix.to_owned()),
        };
        self
    }

    /// Converts the error into the error of a response.
    pub(crate) fn into_decode_error(self) -> DecodeError {
        DecodeError::value(self.0.path, self.0.reason.to_string())
    }
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = Bounded::message(&self.0.reason);
        match self.path() {
            Some(path) if path != "." => write!(f, "{}: {reason}", Bounded::name(path)),
            _ => reason.fmt(f),
        }
    }
}

impl fmt::Debug for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CodecError({self})")
    }
}

impl StdError for CodecError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.reason.source()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;

    #[test]
    fn json_values_are_read_back() {
        for value in [json!(null), json!("text"), json!({"a": [1, 2.5, true]}), Value::Object(Map::new())] {
            let bytes = Json::encode(&value).unwrap();
            assert_eq!(Json::decode::<Value>(&bytes).unwrap(), value);
        }
    }

    #[test]
    fn decode_error_has_the_path() {
        let error = Json::decode::<Vec<u8>>(b"[1, 2, 300]").unwrap_err();
        assert_eq!(error.path(), Some("[2]"));
        assert_eq!(error.to_string(), "[2]: invalid value: integer, expected u8");
    }

    #[test]
    fn decode_error_does_not_contain_the_value() {
        let error = Json::decode::<u8>(br#""hunter2""#).unwrap_err();
        assert_eq!(error.to_string(), "invalid type: text, expected u8");
        assert!(!format!("{error:?}").contains("hunter2"));
    }

    #[test]
    fn invalid_json_is_not_shown() {
        let error = Json::decode::<Value>(b"hunter2").unwrap_err();
        assert_eq!((error.path(), error.to_string().contains("hunter2")), (None, false), "{error}");
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}
