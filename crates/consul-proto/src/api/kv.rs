//! The [key/value store](https://developer.hashicorp.com/consul/api-docs/kv).
//!
//! # Keys
//!
//! A key is any UTF-8 text; slashes have no meaning to Consul beyond listing by prefix, and `dir` and `dir/` are two
//! keys. It travels in the path of a request, percent-encoded, and that is where some keys cannot go: servers fold
//! empty segments (`a//b`, `/a`) and resolve `.` and `..`, and so would read or delete *another* key; control
//! characters they refuse. Such keys are refused here, before anything is sent, with
//! [`EncodeError::Key`].
//!
//! Some keys only some servers refuse: unprintable characters beyond ASCII, and since 1.22.6 a space at either end
//! and text that would hold a space or `..` if percent-decoded once more (`50%20x`). The server's refusal is told as
//! [`ApiErrorKind::KeyRefused`](crate::ApiErrorKind::KeyRefused).
//!
//! A transaction carries keys in its body, where all of these are welcome on every server.

mod delete;
mod delete_all;
mod get;
mod keys;
mod list;
mod put;
mod raw;

pub use delete::Delete;
pub use delete_all::DeleteAll;
pub use get::Get;
pub use keys::Keys;
pub use list::List;
pub use put::Put;
pub use raw::Raw;

pub use crate::model::Entry;

use crate::{ArgumentFault, EncodeError, RequestWriter};

/// Writes the key of an operation on one key, which cannot be the empty one.
fn write_key(request: &mut RequestWriter, key: &str) {
    if key.is_empty() {
        request.refuse(EncodeError::Argument { name: "key", fault: ArgumentFault::Empty });
    }
    request.arg(key);
}
