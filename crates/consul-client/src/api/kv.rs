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
//! Values of types of your own are read and written through a [codec], which is JSON unless set.
//!
//! Which keys have a path is told at [`proto::kv`](consul_proto::kv#keys).

use std::fmt;
use std::marker::PhantomData;

use consul_proto::kv;
pub use consul_proto::kv::{Applied, Entry, IntoValue, SessionId};
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
/// Writes one key under a condition; see [`kv::PutIf`].
pub type PutIf = Call<kv::PutIf>;
/// Deletes one key; see [`kv::Delete`].
pub type Delete = Call<kv::Delete>;
/// Deletes one key under a condition; see [`kv::DeleteIf`].
pub type DeleteIf = Call<kv::DeleteIf>;
/// Deletes all keys under a prefix; see [`kv::DeleteTree`].
pub type DeleteTree = Call<kv::DeleteTree>;
/// Deletes every key; see [`kv::DeleteAll`].
pub type DeleteAll = Call<kv::DeleteAll>;

/// Reads one key as a value of a type; see [`codec::Get`].
pub type GetAs<T, C = Json> = Call<codec::Get<T, C>>;
/// Writes a value of a type under a key; see [`codec::Encoded`].
pub type PutAs = Call<codec::Encoded<kv::Put>>;
/// Writes a value of a type under a key and a condition; see [`codec::Encoded`].
pub type PutAsIf = Call<codec::Encoded<kv::PutIf>>;

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

    /// Writes `value` under `key`, whether or not the key exists.
    pub fn put(&self, key: impl Into<String>, value: impl IntoValue) -> Put {
        self.client.call(kv::Put::new(key, value))
    }

    /// Deletes `key` and no other key.
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

    /// Writes `value` under `key`, encoded by the codec.
    ///
    /// A value that the codec cannot encode is an error of the kind [`Request`](crate::ErrorKind::Request).
    pub fn put_as(&self, key: impl Into<String>, value: &(impl Serialize + ?Sized)) -> PutAs {
        self.client.call(codec::Encoded::put::<C>(key, value))
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
    /// Cuts each key after the first separator that follows the prefix, and returns each result once.
    pub fn separator(self, separator: impl Into<String>) -> Self {
        self.map(|keys| keys.separator(separator))
    }
}

impl Put {
    /// Attaches a number to the value. A write without flags resets the stored number to 0.
    pub fn flags(self, flags: u64) -> Self {
        self.map(|put| put.flags(flags))
    }

    /// Declares that sending the request twice does no harm, so that it is retried after an unknown outcome.
    pub fn assume_idempotent(self) -> Self {
        self.map(kv::Put::assume_idempotent)
    }

    /// Writes only if the key's `ModifyIndex` is `index`; with 0, only if the key does not exist.
    pub fn cas(self, index: u64) -> PutIf {
        self.map(|put| put.cas(index))
    }

    /// Writes and locks the key for a session, only if no other session holds it and no lock-delay is running.
    pub fn acquire(self, session: impl Into<SessionId>) -> PutIf {
        self.map(|put| put.acquire(session))
    }

    /// Writes and unlocks the key, only if this session holds it.
    pub fn release(self, session: impl Into<SessionId>) -> PutIf {
        self.map(|put| put.release(session))
    }
}

impl PutIf {
    /// Attaches a number to the value. A write without flags resets the stored number to 0.
    pub fn flags(self, flags: u64) -> Self {
        self.map(|put| put.flags(flags))
    }
}

impl PutAs {
    /// Attaches a number to the value. A write without flags resets the stored number to 0.
    pub fn flags(self, flags: u64) -> Self {
        self.map(|encoded| encoded.map(|put| put.flags(flags)))
    }

    /// Declares that sending the request twice does no harm, so that it is retried after an unknown outcome.
    pub fn assume_idempotent(self) -> Self {
        self.map(|encoded| encoded.map(kv::Put::assume_idempotent))
    }

    /// Writes only if the key's `ModifyIndex` is `index`; with 0, only if the key does not exist.
    pub fn cas(self, index: u64) -> PutAsIf {
        self.map(|encoded| encoded.map(|put| put.cas(index)))
    }

    /// Writes and locks the key for a session, only if no other session holds it and no lock-delay is running.
    pub fn acquire(self, session: impl Into<SessionId>) -> PutAsIf {
        self.map(|encoded| encoded.map(|put| put.acquire(session)))
    }

    /// Writes and unlocks the key, only if this session holds it.
    pub fn release(self, session: impl Into<SessionId>) -> PutAsIf {
        self.map(|encoded| encoded.map(|put| put.release(session)))
    }
}

impl PutAsIf {
    /// Attaches a number to the value. A write without flags resets the stored number to 0.
    pub fn flags(self, flags: u64) -> Self {
        self.map(|encoded| encoded.map(|put| put.flags(flags)))
    }
}

impl Delete {
    /// Deletes every key that starts with this one. The prefix matches text, not segments.
    pub fn recurse(self) -> DeleteTree {
        self.map(kv::Delete::recurse)
    }

    /// Deletes only if the key's `ModifyIndex` is `index`. With 0, an existing key is never deleted.
    pub fn cas(self, index: u64) -> DeleteIf {
        self.map(|delete| delete.cas(index))
    }
}
