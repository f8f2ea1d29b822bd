//! Values of types of your own in the key/value store.
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
//! // `None` where there is no such key; what cannot be read as a theme is an error, and tells where.
//! if let Some(mut theme) = kv.get_as::<Theme>("app/theme").await? {
//!     theme.value.size += 1;
//!     kv.put_as("app/theme", &theme.value).cas(theme.entry.modify_index).await?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Values are JSON, unless the store is told of another [`Codec`]: [`Kv::codec`](crate::kv::Kv::codec). Of many values
//! each is decoded by itself, so that one which does not fit hides no other:
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
//! A value can also be a whole subtree, with a key for each of its parts: [`from_entries`].

mod get;
mod put;
mod tree;

use std::error::Error as StdError;
use std::fmt;

use consul_proto::DecodeError;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use get::{Decoded, Get, Typed};
pub use put::Encoded;
pub use tree::from_entries;

/// How values become bytes, and bytes values again.
///
/// ```
/// use consul_client::codec::{Codec, CodecError};
/// use serde::{Serialize, de::DeserializeOwned};
///
/// /// JSON for people.
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
    /// Writes a value.
    ///
    /// # Errors
    ///
    /// Where the value has no form in this codec.
    fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CodecError>;

    /// Reads a value.
    ///
    /// # Errors
    ///
    /// Where the bytes are not what this codec writes for the type.
    fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError>;
}

/// Values as JSON, without whitespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Json;

impl Codec for Json {
    fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CodecError> {
        serde_json::to_vec(value).map_err(CodecError::new)
    }

    fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
        // Where the value does not fit it is read once more, which tells the place and shows no value.
        serde_json::from_slice(bytes).map_err(|error| {
            let misfit = if error.is_data() { tree::misfit::<T>(bytes) } else { None };
            misfit.unwrap_or_else(|| CodecError::new(error))
        })
    }
}

/// A value that a codec cannot write, or bytes that it cannot read.
///
/// Shows nothing of the value, which may be a secret. A [`Codec`] of your own decides for itself.
#[derive(Debug)]
pub struct CodecError(Box<Fault>);

#[derive(Debug)]
struct Fault {
    reason: Box<dyn StdError + Send + Sync>,
    path: Option<String>,
}

impl Fault {
    fn new(reason: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { reason: reason.into(), path: None }
    }
}

impl CodecError {
    /// Tells why.
    pub fn new(reason: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(Box::new(Fault::new(reason)))
    }

    /// Where in the value the fault is, such as `sizes[3].unit`; `.` for the value itself. Only [`Json`] tells, and
    /// [`from_entries`], which names keys: `db/port`.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }

    /// The same of an answer that holds the value. Its own head and body are in order.
    /// Creates an error with this reason.
    pub(crate) fn custom(reason: &'static str) -> Self {
        Self(Box::new(Fault::new(reason)))
    }

    pub(crate) fn into_decode_error(self) -> DecodeError {
        DecodeError::value(self.0.path, self.0.reason.to_string())
    }
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.reason)?;
        self.path().map_or(Ok(()), |path| write!(f, ", at {path}"))
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
    fn json_makes_the_round_trip() {
        for value in [json!(null), json!("text"), json!({"a": [1, 2.5, true]}), Value::Object(Map::new())] {
            let bytes = Json::encode(&value).unwrap();
            assert_eq!(Json::decode::<Value>(&bytes).unwrap(), value);
        }
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_place() {
        let error = Json::decode::<Vec<u8>>(b"[1, 2, 300]").unwrap_err();
        assert_eq!(error.path(), Some("[2]"));
        assert_eq!(error.to_string(), "invalid value: integer, expected u8, at [2]");
    }

    #[test]
    fn what_does_not_fit_is_not_shown_not_even_where_it_is_all_there_is() {
        let error = Json::decode::<u8>(br#""hunter2""#).unwrap_err();
        assert_eq!(error.to_string(), "invalid type: text, expected u8, at .");
        assert!(!format!("{error:?}").contains("hunter2"));
    }

    #[test]
    fn what_is_no_json_is_not_shown() {
        let error = Json::decode::<Value>(b"hunter2").unwrap_err();
        assert_eq!((error.path(), error.to_string().contains("hunter2")), (None, false), "{error}");
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}
