//! The [key/value store](https://developer.hashicorp.com/consul/api-docs/kv).
//!
//! ```no_run
//! # async fn example(client: consul_client::Client) -> Result<(), Box<dyn std::error::Error>> {
//! let kv = client.kv();
//! kv.put("app/color", "blue").await?;
//!
//! // Change it only if nobody else has.
//! let entry = kv.get("app/color").await?.ok_or("key is gone")?;
//! let changed = kv.put("app/color", "green").cas(entry.modify_index).await?;
//!
//! // Wait for the next change, at most a minute.
//! let next = kv.get("app/color").block(entry.modify_index, std::time::Duration::from_secs(60)).send().await?;
//! # Ok(())
//! # }
//! ```
//!
//! Values of types of your own are read and written through a [codec], which is JSON unless set.
//!
//! Which keys have a path is told at [`proto::kv`](consul_proto::kv#keys).

use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use consul_proto::kv;
pub use consul_proto::kv::Entry;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use crate::codec::Typed;
use crate::codec::{self, Codec, Json};
use crate::{Call, Client};

/// Reads one key; see [`kv::Get`].
pub type Get = Call<kv::Get>;
/// Reads one value as it is; see [`kv::Raw`].
pub type Raw = Call<kv::Raw>;
/// Reads everything under a prefix; see [`kv::List`].
pub type List = Call<kv::List>;
/// Reads the names under a prefix; see [`kv::Keys`].
pub type Keys = Call<kv::Keys>;
/// Writes one key; see [`kv::Put`].
pub type Put = Call<kv::Put>;
/// Deletes one key, or a prefix; see [`kv::Delete`].
pub type Delete = Call<kv::Delete>;
/// Deletes every key; see [`kv::DeleteAll`].
pub type DeleteAll = Call<kv::DeleteAll>;

/// Reads one key as a value of a type; see [`codec::Get`].
pub type GetAs<T, C = Json> = Call<codec::Get<T, C>>;
/// Writes a value under a key; see [`codec::Put`].
pub type PutAs = Call<codec::Put>;

/// The key/value store; from [`Client::kv`]. `C` is what typed values go through.
pub struct Kv<C = Json> {
    client: Client,
    codec: PhantomData<fn() -> C>,
}

impl Client {
    /// The key/value store.
    #[must_use]
    pub fn kv(&self) -> Kv {
        Kv { client: self.clone(), codec: PhantomData }
    }
}

impl<C> Kv<C> {
    /// The key/value store of another datacenter.
    #[must_use]
    pub fn datacenter(&self, name: impl Into<String>) -> Self {
        Self { client: self.client.with_datacenter(name), codec: PhantomData }
    }

    /// The same store, with another codec for typed values.
    #[must_use]
    pub fn codec<D: Codec>(&self) -> Kv<D> {
        Kv { client: self.client.clone(), codec: PhantomData }
    }

    /// Reads one key: `None` where it does not exist.
    pub fn get(&self, key: impl Into<String>) -> Get {
        self.client.call(kv::Get::new(key))
    }

    /// Reads the value of one key as it is, whole or [as a stream](Call::open): `None` where it does not exist.
    pub fn raw(&self, key: impl Into<String>) -> Raw {
        self.client.call(kv::Raw::new(key))
    }

    /// Reads all keys that start with `prefix`, and their values.
    pub fn list(&self, prefix: impl Into<String>) -> List {
        self.client.call(kv::List::new(prefix))
    }

    /// Reads the names of all keys that start with `prefix`.
    pub fn keys(&self, prefix: impl Into<String>) -> Keys {
        self.client.call(kv::Keys::new(prefix))
    }

    /// Writes one key. `true` where it was written, which without a condition it always is.
    pub fn put(&self, key: impl Into<String>, value: impl Into<Bytes>) -> Put {
        self.client.call(kv::Put::new(key, value))
    }

    /// Deletes one key and no other. `true` where it is gone now.
    pub fn delete(&self, key: impl Into<String>) -> Delete {
        self.client.call(kv::Delete::new(key))
    }

    /// Deletes every key there is.
    pub fn delete_all(&self) -> DeleteAll {
        self.client.call(kv::DeleteAll::new())
    }
}

impl<C: Codec> Kv<C> {
    /// Reads one key as a value of type `T`: `None` where it does not exist. [`Watch::config`](crate::Watch::config) reads
    /// it again whenever it changes.
    ///
    /// What cannot be read as one is an error of the kind [`Decode`](crate::ErrorKind::Decode), whose source tells where.
    pub fn get_as<T: DeserializeOwned + 'static>(&self, key: impl Into<String>) -> GetAs<T, C> {
        self.client.call(codec::Get::new(key))
    }

    /// Writes a value under one key. `true` where it was written, which without a condition it always is.
    ///
    /// A value that the codec cannot write is an error of the kind [`Request`](crate::ErrorKind::Request).
    pub fn put_as(&self, key: impl Into<String>, value: &(impl Serialize + ?Sized)) -> PutAs {
        self.client.call(codec::Put::new::<C>(key, value))
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

impl Keys {
    /// Cuts each name after the first separator that follows the prefix, and gives each result once.
    pub fn separator(self, separator: impl Into<String>) -> Self {
        self.with(|keys| keys.separator = Some(separator.into()))
    }
}

impl Put {
    /// Attaches a number to the value; 0 unless set.
    pub fn flags(self, flags: u64) -> Self {
        self.with(|put| put.flags = Some(flags))
    }

    /// Writes only if the key's `ModifyIndex` is `index`; with 0 only if there is no such key.
    pub fn cas(self, index: u64) -> Self {
        self.with(|put| put.cas = Some(index))
    }

    /// Writes and locks the key for a session, only if no other holds it and no lock-delay is running.
    pub fn acquire(self, session: impl Into<String>) -> Self {
        self.with(|put| put.acquire = Some(session.into()))
    }

    /// Writes and unlocks the key, only if this session holds it.
    pub fn release(self, session: impl Into<String>) -> Self {
        self.with(|put| put.release = Some(session.into()))
    }
}

impl PutAs {
    /// Attaches a number to the value; 0 unless set.
    pub fn flags(self, flags: u64) -> Self {
        self.with(|value| value.put.flags = Some(flags))
    }

    /// Writes only if the key's `ModifyIndex` is `index`; with 0 only if there is no such key.
    pub fn cas(self, index: u64) -> Self {
        self.with(|value| value.put.cas = Some(index))
    }

    /// Writes and locks the key for a session, only if no other holds it and no lock-delay is running.
    pub fn acquire(self, session: impl Into<String>) -> Self {
        self.with(|value| value.put.acquire = Some(session.into()))
    }

    /// Writes and unlocks the key, only if this session holds it.
    pub fn release(self, session: impl Into<String>) -> Self {
        self.with(|value| value.put.release = Some(session.into()))
    }
}

impl Delete {
    /// Deletes every key that starts with the given one: of the text and not of segments.
    pub fn recurse(self) -> Self {
        self.with(|delete| delete.recurse = true)
    }

    /// Deletes only if the key's `ModifyIndex` is `index`.
    pub fn cas(self, index: u64) -> Self {
        self.with(|delete| delete.cas = Some(index))
    }
}
