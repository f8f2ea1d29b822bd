//! Decoding a subtree of the store as one value.

mod document;
mod error;
mod node;
#[cfg(test)]
mod tests;
mod text;

use consul_proto::kv::Entry;
use serde::de::DeserializeOwned;

use crate::codec::CodecError;
use document::Document;
use error::Error;
use node::{Item, Node};

/// Decodes the keys below a prefix as one value. Folders become structs, and keys become their fields.
///
/// ```
/// use consul_client::codec;
/// use consul_client::kv::Entry;
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Config {
///     db: Db,
///     #[serde(default)]
///     debug: bool,
/// }
///
/// #[derive(Deserialize)]
/// struct Db {
///     host: String,
///     port: u16,
/// }
///
/// # fn entry(key: &str, value: &'static str) -> Entry {
/// #     let mut entry = Entry::default();
/// #     (entry.key, entry.value) = (key.to_owned(), value.into());
/// #     entry
/// # }
/// // The entries that `client.kv().list("app/").await?` returns:
/// let entries = [entry("app/db/host", "db.internal"), entry("app/db/port", "5432\n")];
/// let config: Config = codec::from_entries("app/", &entries)?;
/// assert_eq!((config.db.host.as_str(), config.db.port, config.debug), ("db.internal", 5432, false));
///
/// let entries = [entry("app/db/host", "db.internal"), entry("app/db/port", "postgres")];
/// let error = codec::from_entries::<Config>("app/", &entries).err().expect("is no port");
/// assert_eq!(error.to_string(), "db/port: invalid digit found in string, expected u16");
/// # Ok::<_, codec::CodecError>(())
/// ```
///
/// # Keys
///
/// The rest of the key after the prefix is split at `/`. The prefixes `app` and `app/` are equivalent. Entries
/// outside of the prefix, such as `app2/x`, are ignored. If the prefix has no trailing slash and is a key itself, that
/// key has the complete value. Entries can have any order. If several have the same key, the last one is used.
///
/// A key that ends in `/` and has an empty value marks an empty folder. An empty folder is present: an [`Option`] is
/// `Some`, a map or sequence is empty, and the fields of a struct have their defaults. The prefix itself counts as an
/// empty folder if it has no keys.
///
/// A key with a value and with keys below it is an error. Keys that the type does not have are ignored. Folders can
/// be nested up to 128 levels deep.
///
/// # Values
///
/// | type | format of the value |
/// | --- | --- |
/// | string or bytes | the value itself, including whitespace; a string must be UTF-8 |
/// | boolean, number, character | text; whitespace around it is ignored |
/// | `()` | an empty value |
/// | [`Option`] | `Some` if the key exists, even with an empty value |
/// | enum variant without data | the name of the variant |
/// | enum variant with data | JSON, such as `{"Tcp": 80}` |
/// | struct, map, sequence, tuple | JSON |
/// | untyped (see below) | JSON; if it is not JSON, a string, or bytes if it is not UTF-8 |
///
/// # Folders
///
/// | type | content of the folder |
/// | --- | --- |
/// | struct or map | a key or folder for each field; the keys of a map can be numbers |
/// | sequence or tuple | an item for each name, sorted by number if all names are numbers, otherwise by name |
/// | [`Option`] | `Some` |
/// | enum variant with data | a single key or folder with the name of the variant |
/// | untyped (see below) | a map |
///
/// # Untyped values
///
/// Some types accept any value and do not request a type: [`serde_json::Value`], and the types that serde buffers before
/// it decodes them. These are enums with `untagged` or `tag`, and the flattened fields of a struct with `flatten`. For
/// them, a value such as `5432` is a number and cannot be decoded as a string. To store it as a string, write JSON with
/// quotes: `"5432"`. A folder cannot be decoded as a sequence there. Errors name the folder instead of the key.
///
/// # Errors
///
/// Returns an error if the keys or values do not match the type. [`CodecError::path`] is the key after the prefix, such
/// as `db/port`, the folder if a field is missing, or `.` for the prefix itself. For a value in JSON, the path inside the
/// document follows: `db: ports[1]`. The error contains no value, unless a `Deserialize` implementation of your own adds
/// it.
pub fn from_entries<T: DeserializeOwned>(prefix: &str, entries: &[Entry]) -> Result<T, CodecError> {
    let items = Item::sorted(prefix, entries);
    T::deserialize(Node::root(&items)).map_err(Error::into_codec_error)
}

/// The reason why a JSON document is not a value of the type.
pub(super) fn document_error<T: DeserializeOwned>(bytes: &[u8]) -> Option<CodecError> {
    let document = serde_json::from_slice(bytes).ok()?;
    T::deserialize(Document::new(&document)).err().map(Error::into_codec_error)
}
