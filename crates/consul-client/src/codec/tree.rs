//! Reading a subtree of the store as one value.

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

/// Reads the keys below a prefix as one value: folders as structs, values as their fields.
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
/// assert_eq!(error.to_string(), "invalid digit found in string, expected u16, at db/port");
/// # Ok::<_, codec::CodecError>(())
/// ```
///
/// # Keys
///
/// What follows the prefix is split at `/`. `app` is the same prefix as `app/`, and entries that are not below it, such
/// as `app2/x`, are not looked at. A key equal to a prefix that has no slash at its end is the whole value. Entries may
/// come in any order; of several with the same key the last counts.
///
/// A key that ends in `/` and has an empty value says that there is a folder, and nothing else. An empty folder is there:
/// an [`Option`] is `Some`, a map or sequence is empty, and the fields of a struct have their defaults. So is, without
/// any key, the prefix itself.
///
/// A key that has a value, and keys below it as well, cannot be read. Keys that the type does not ask for can be
/// anything. No more than 128 folders are read inside one another.
///
/// # Values
///
/// | the type asks for | and has |
/// | --- | --- |
/// | text or bytes | the value as it is; text must be UTF-8, and keeps whitespace at its ends |
/// | a boolean, a number, a character | what the value spells, without whitespace at its ends |
/// | nothing (`()`) | an empty value |
/// | an [`Option`] | `Some` where the key exists, also where it has an empty value |
/// | a variant without data | the variant that the value names |
/// | a variant with data | what the value says in JSON, such as `{"Tcp": 80}` |
/// | a struct, a map, a sequence, a tuple | what the value says in JSON |
/// | anything (see below) | what the value says in JSON; where it is none, the text, or bytes |
///
/// # Folders
///
/// | the type asks for | and has |
/// | --- | --- |
/// | a struct or a map | what is in the folder, by name; names can be numbers, where the type has such keys |
/// | a sequence or a tuple | what is in the folder, in the order of the names: of numbers, if all are |
/// | an [`Option`] | `Some` |
/// | a variant with data | the variant that is named like the only thing in the folder, which is its data |
/// | anything (see below) | a map |
///
/// # Types that ask for anything
///
/// Some types ask what there is, and not for what they want: [`serde_json::Value`], and what serde reads twice, which is
/// enums that are `untagged` or have a `tag`, and everything in a struct with a `flatten` field that is not a field of
/// that struct itself. There a value that spells a number is one, and does not fit a text: of a flattened text
/// that could spell a number, write it as JSON, in quotes. Nor does a folder fit a sequence there. And an error cannot
/// tell the key then, but only the folder.
///
/// # Errors
///
/// Returns an error if the keys do not match the type. [`CodecError::path`] is the key after the prefix, such as
/// `db/port`, or the folder where something is missing; `.` is the prefix itself. Inside of JSON, the place follows:
/// `db: ports[1]`. No value is shown; what a type of your own says of it is.
pub fn from_entries<T: DeserializeOwned>(prefix: &str, entries: &[Entry]) -> Result<T, CodecError> {
    let items = Item::sorted(prefix, entries);
    T::deserialize(Node::root(&items)).map_err(Error::into_codec_error)
}

/// Why a document of JSON is no value of a type.
pub(super) fn misfit<T: DeserializeOwned>(bytes: &[u8]) -> Option<CodecError> {
    let document = serde_json::from_slice(bytes).ok()?;
    T::deserialize(Document::new(&document)).err().map(Error::into_codec_error)
}
