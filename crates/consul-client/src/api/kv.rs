//! The [key/value store](https://developer.hashicorp.com/consul/api-docs/kv).
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! let kv = client.kv();
//! kv.put("app/color", "blue").await?;
//!
//! // Change it only if nobody else has.
//! let entry = kv.get("app/color").await?.ok_or("key is gone")?;
//! let applied = kv.put("app/color", "green").cas(entry.modify_index).await?;
//! println!("changed: {}", applied.is_yes());
//!
//! // Wait for the next change, at most a minute.
//! let next = kv.get("app/color").block(entry.modify_index, std::time::Duration::from_secs(60)).send().await?;
//! # Ok(())
//! # }
//! ```
//!
//! [`Kv::get_as`] and [`Kv::put_as`] read and write values of your own types through a [codec](crate::codec). Defaults
//! to JSON.
//!
//! Some keys cannot be sent in a path; see [`proto::kv`](consul_proto::kv#keys).

mod operations;
mod typed;

use std::fmt;
use std::marker::PhantomData;

pub use self::operations::*;
pub use self::typed::{GetAs, PutAs, PutAsIf};
use crate::Client;
pub use crate::codec::Typed;
use crate::codec::{Codec, Json};

/// The key/value store, created by [`Client::kv`]. `C` is the codec of typed values.
pub struct Kv<C = Json> {
    client: Client,
    codec: PhantomData<fn() -> C>,
}

impl Client {
    /// Returns the operations of the key/value store.
    #[must_use]
    pub fn kv(&self) -> Kv {
        Kv { client: self.clone(), codec: PhantomData }
    }
}

impl<C> Kv<C> {
    /// Returns the key/value store of another datacenter.
    #[must_use]
    pub fn datacenter(&self, name: impl Into<String>) -> Self {
        Self { client: self.client.with_datacenter(name), codec: PhantomData }
    }

    /// Returns the same store with another codec for typed values.
    #[must_use]
    pub fn codec<D: Codec>(&self) -> Kv<D> {
        Kv { client: self.client.clone(), codec: PhantomData }
    }
}

impl<C> Clone for Kv<C> {
    fn clone(&self) -> Self {
        Self { client: self.client.clone(), codec: PhantomData }
    }
}

impl<C> fmt::Debug for Kv<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kv").field("client", &self.client).finish_non_exhaustive()
    }
}

/// The outcome of a conditional write cannot be dropped by mistake.
///
/// ```compile_fail
/// # #![deny(unused_must_use)]
/// # async fn example(client: consul_client::Client) -> Result<(), consul_client::Error> {
/// client.kv().put("key", "value").cas(7).await?;
/// # Ok(())
/// # }
/// ```
///
/// A write without a condition has no outcome but success.
///
/// ```
/// # #![deny(unused_must_use)]
/// # async fn example(client: consul_client::Client) -> Result<(), consul_client::Error> {
/// client.kv().put("key", "value").await?;
/// let applied = client.kv().put("key", "value").cas(7).await?;
/// # assert!(applied.is_yes());
/// # Ok(())
/// # }
/// ```
///
/// A request that is not awaited is not sent.
///
/// ```compile_fail
/// # #![deny(unused_must_use)]
/// # fn example(client: consul_client::Client) {
/// client.kv().put("key", "value");
/// # }
/// ```
#[cfg(doctest)]
struct OutcomesAreUsed;

/// A new field of a request or of a model breaks no program: neither can be built or taken apart by its fields.
///
/// ```compile_fail,E0451
/// let get = consul_client::proto::kv::Get { key: "key".to_owned() };
/// ```
///
/// ```compile_fail,E0451
/// # fn example(get: consul_client::proto::kv::Get) {
/// let consul_client::proto::kv::Get { key } = get;
/// # }
/// ```
///
/// ```compile_fail,E0638
/// # use consul_client::kv::Entry;
/// # fn example(entry: Entry) {
/// let Entry {
///     key, value, flags, lock_index, session, create_index, modify_index, namespace, partition
/// } = entry;
/// # }
/// ```
///
/// ```compile_fail,E0639
/// # use consul_client::proto::Options;
/// let options = Options { index: Some(7), ..Options::default() };
/// ```
///
/// ```
/// # use consul_client::kv::Entry;
/// # fn example(entry: Entry) {
/// let Entry { key, value, .. } = entry;
/// # }
/// ```
#[cfg(doctest)]
struct FieldsCanBeAdded;
