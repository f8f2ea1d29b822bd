//! Reading and writing typed values.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use consul_proto::{Endpoint, OutputOf, kv};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::codec::{self, Codec, Json};
use crate::kv::{Kv, SessionId, Typed};
use crate::{Call, CallFuture, Consistency, Error, Response, Token, TokenError};

impl<C: Codec> Kv<C> {
    /// Reads `key` and decodes its value.
    ///
    /// If the value cannot be decoded, the error kind is [`Decode`](crate::ErrorKind::Decode), and the error text has
    /// the path of the invalid part. To follow the changes of a value, use [`Watch::config`](crate::Watch::config).
    pub fn get_as<T: DeserializeOwned + 'static>(&self, key: impl Into<String>) -> GetAs<T, C> {
        GetAs(self.client.call(codec::Get::new(key)))
    }

    /// Encodes `value` and writes it to `key`.
    ///
    /// If the codec cannot encode the value, the error kind is [`Request`](crate::ErrorKind::Request).
    pub fn put_as(&self, key: impl Into<String>, value: &(impl Serialize + ?Sized)) -> PutAs {
        PutAs(self.client.call(codec::Encoded::put::<C>(key, value)))
    }
}

/// Reads a key and decodes its value.
///
/// Created by [`Kv::get_as`]. Awaiting it returns `Option<Typed<T>>`, which is `None` if the key does not exist.
/// [`send`](Self::send) also returns the metadata of the response.
#[must_use = "a request is sent only when it is awaited"]
pub struct GetAs<T, C = Json>(Call<codec::Get<T, C>>);

impl<T: DeserializeOwned + 'static, C: Codec> GetAs<T, C> {
    /// Sets the datacenter, instead of the client's.
    pub fn datacenter(self, name: impl Into<String>) -> Self {
        Self(self.0.datacenter(name))
    }

    /// Sets the namespace, instead of the client's (Consul Enterprise).
    pub fn namespace(self, name: impl Into<String>) -> Self {
        Self(self.0.namespace(name))
    }

    /// Sets the admin partition, instead of the client's (Consul Enterprise).
    pub fn partition(self, name: impl Into<String>) -> Self {
        Self(self.0.partition(name))
    }

    /// Sets the token, instead of the client's.
    pub fn token(self, token: impl TryInto<Token, Error: Into<TokenError>>) -> Self {
        Self(self.0.token(token))
    }

    /// Sets the timeout of the call. See [`Call::timeout`].
    pub fn timeout(self, timeout: Duration) -> Self {
        Self(self.0.timeout(timeout))
    }

    /// Sets the timeout of one attempt. See [`Call::attempt_timeout`].
    pub fn attempt_timeout(self, timeout: Duration) -> Self {
        Self(self.0.attempt_timeout(timeout))
    }

    /// Sets the consistency mode.
    pub fn consistency(self, mode: Consistency) -> Self {
        Self(self.0.consistency(mode))
    }

    /// Allows any server to respond: [`Consistency::Stale`].
    pub fn stale(self) -> Self {
        Self(self.0.stale())
    }

    /// Requires the leader to confirm its leadership: [`Consistency::Consistent`].
    pub fn consistent(self) -> Self {
        Self(self.0.consistent())
    }

    /// Makes the read a blocking query. See [`Call::block`].
    pub fn block(self, index: u64, wait: Duration) -> Self {
        Self(self.0.block(index, wait))
    }

    /// Sends the request and returns the value with the metadata of the response.
    ///
    /// # Errors
    ///
    /// Returns an error if the call fails. See [`Error`].
    pub async fn send(self) -> Result<Response<Option<Typed<T>>>, Error> {
        self.0.send().await
    }

    /// Returns the request as a [`Call`], for functions that accept any operation.
    pub fn into_call(self) -> Call<codec::Get<T, C>> {
        self.0
    }
}

/// Encodes a value and writes it to a key. With a condition, it becomes a [`PutAsIf`].
///
/// Created by [`Kv::put_as`]. Awaiting it returns the same value as [`Put`](crate::kv::Put) or
/// [`PutIf`](crate::kv::PutIf). [`send`](Self::send) also returns the metadata of the response.
#[must_use = "a request is sent only when it is awaited"]
pub struct PutAs<E = kv::Put>(Call<codec::Encoded<E>>);

/// Encodes a value and writes it to a key if a condition holds.
pub type PutAsIf = PutAs<kv::PutIf>;

impl PutAs {
    /// Attaches a number to the value. A write without flags resets the stored number to 0.
    pub fn flags(self, flags: u64) -> Self {
        self.map(|put| put.flags(flags))
    }

    /// Declares that sending the request twice does no harm, so that it is retried after an unknown outcome.
    pub fn assume_idempotent(self) -> Self {
        self.map(kv::Put::assume_idempotent)
    }

    /// Writes only if the key's `ModifyIndex` is `index`; with 0, only if the key does not exist.
    pub fn cas(self, index: u64) -> PutAsIf {
        self.map(|put| put.cas(index))
    }

    /// Writes and locks the key for a session, only if no other session holds it and no lock-delay is running.
    pub fn acquire(self, session: impl Into<SessionId>) -> PutAsIf {
        self.map(|put| put.acquire(session))
    }

    /// Writes and unlocks the key, only if this session holds it.
    pub fn release(self, session: impl Into<SessionId>) -> PutAsIf {
        self.map(|put| put.release(session))
    }
}

impl PutAsIf {
    /// Attaches a number to the value. A write without flags resets the stored number to 0.
    pub fn flags(self, flags: u64) -> Self {
        self.map(|put| put.flags(flags))
    }
}

impl<E: Endpoint> PutAs<E> {
    /// Sets the datacenter, instead of the client's.
    pub fn datacenter(self, name: impl Into<String>) -> Self {
        Self(self.0.datacenter(name))
    }

    /// Sets the namespace, instead of the client's (Consul Enterprise).
    pub fn namespace(self, name: impl Into<String>) -> Self {
        Self(self.0.namespace(name))
    }

    /// Sets the admin partition, instead of the client's (Consul Enterprise).
    pub fn partition(self, name: impl Into<String>) -> Self {
        Self(self.0.partition(name))
    }

    /// Sets the token, instead of the client's.
    pub fn token(self, token: impl TryInto<Token, Error: Into<TokenError>>) -> Self {
        Self(self.0.token(token))
    }

    /// Sets the timeout of the call. See [`Call::timeout`].
    pub fn timeout(self, timeout: Duration) -> Self {
        Self(self.0.timeout(timeout))
    }

    /// Sets the timeout of one attempt. See [`Call::attempt_timeout`].
    pub fn attempt_timeout(self, timeout: Duration) -> Self {
        Self(self.0.attempt_timeout(timeout))
    }

    /// Sends the request and returns the value with the metadata of the response.
    ///
    /// # Errors
    ///
    /// Returns an error if the call fails. See [`Error`].
    pub async fn send(self) -> Result<Response<OutputOf<E>>, Error> {
        self.0.send().await
    }

    /// Returns the request as a [`Call`], for functions that accept any operation.
    pub fn into_call(self) -> Call<codec::Encoded<E>> {
        self.0
    }

    fn map<F: Endpoint>(self, change: impl FnOnce(E) -> F) -> PutAs<F> {
        PutAs(self.0.map(|encoded| encoded.map(change)))
    }
}

impl<T: DeserializeOwned + Send + 'static, C: Codec> IntoFuture for GetAs<T, C> {
    type Output = Result<Option<Typed<T>>, Error>;
    type IntoFuture = CallFuture<Option<Typed<T>>>;

    fn into_future(self) -> Self::IntoFuture {
        self.0.into_future()
    }
}

impl<E: Endpoint> IntoFuture for PutAs<E>
where
    OutputOf<E>: Send,
{
    type Output = Result<OutputOf<E>, Error>;
    type IntoFuture = CallFuture<OutputOf<E>>;

    fn into_future(self) -> Self::IntoFuture {
        self.0.into_future()
    }
}

impl<T, C> Clone for GetAs<T, C> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<E: Clone> Clone for PutAs<E> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: DeserializeOwned + 'static, C: Codec> fmt::Debug for GetAs<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("GetAs").field(&self.0).finish()
    }
}

impl<E: Endpoint> fmt::Debug for PutAs<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PutAs").field(&self.0).finish()
    }
}
