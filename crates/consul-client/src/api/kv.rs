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
