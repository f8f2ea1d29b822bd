//! The [key/value store](https://developer.hashicorp.com/consul/api-docs/kv).
//!
//! ```
//! use consul_proto::{Options, encode, kv};
//!
//! let put = kv::Put::new("app/color", "blue").cas(0);
//! let request = encode(&put, &Options::default())?;
//! assert_eq!((request.method().as_str(), request.uri().to_string()), ("PUT", "/v1/kv/app/color?cas=0".to_owned()));
//! # Ok::<_, consul_proto::EncodeError>(())
//! ```
//!
//! # Keys
//!
//! A key is any UTF-8 text. Consul only uses slashes for listing by prefix, and `dir` and `dir/` are different keys.
//! Most operations send the key in the path of the request, percent-encoded. Servers would map some paths to
//! *another* key: they remove empty segments (`a//b`, `/a`) and resolve `.` and `..`. They reject control characters.
//! The client rejects such keys with [`EncodeError::Key`] before a request is sent.
//!
//! Only some servers reject keys with unprintable non-ASCII characters. Since 1.22.6, servers also reject keys with a
//! leading or trailing space, and keys that contain a space or `..` after percent-decoding them again (`50%20x`). The
//! error kind is [`ApiErrorKind::KeyRefused`](crate::ApiErrorKind::KeyRefused).
//!
//! A [transaction](crate::txn) sends keys in its body, so it accepts all of these on every server.

mod condition;
mod delete;
mod delete_all;
mod delete_if;
mod delete_tree;
pub(super) mod errors;
mod get;
mod keys;
mod list;
mod put;
mod put_if;
mod raw;

use self::condition::Condition;
pub use condition::Applied;
pub use delete::Delete;
pub use delete_all::DeleteAll;
pub use delete_if::DeleteIf;
pub use delete_tree::DeleteTree;
pub use get::Get;
pub use keys::Keys;
pub use list::List;
pub use put::Put;
pub use put_if::PutIf;
pub use raw::Raw;

pub use crate::model::{Entry, IntoValue, SessionId};

use crate::{EncodeError, InvalidArgument, RequestWriter};

/// Writes the key of an operation on one key, which cannot be empty.
fn write_key(request: &mut RequestWriter, key: &str) {
    if key.is_empty() {
        request.reject(EncodeError::Argument { name: "key", reason: InvalidArgument::Empty });
    }
    request.arg(key);
}
