//! Reading a key as a typed value.

use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use consul_proto::kv::{self, Entry};
use consul_proto::response::Head;
use consul_proto::{Blocking, DecodeError, Endpoint, FromResponse, Method, Read, RequestWriter};
use serde::de::DeserializeOwned;

use crate::codec::{Codec, Json};

/// A decoded value with its entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Typed<T> {
    /// The value.
    pub value: T,
    /// The entry: the key, its index, the encoded bytes and the other metadata.
    pub entry: Entry,
}

/// Reads a key and decodes its value: [`kv::Get`] with a [`Codec`].
pub struct Get<T, C = Json> {
    get: kv::Get,
    through: PhantomData<fn() -> (T, C)>,
}

impl<T, C> Get<T, C> {
    /// Reads `key`.
    pub fn new(key: impl Into<String>) -> Self {
        Self { get: kv::Get::new(key), through: PhantomData }
    }
}

impl<T, C> Clone for Get<T, C> {
    fn clone(&self) -> Self {
        Self { get: self.get.clone(), through: PhantomData }
    }
}

impl<T, C> fmt::Debug for Get<T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get.fmt(f)
    }
}

impl<T: DeserializeOwned + 'static, C: Codec> Endpoint for Get<T, C> {
    type Response = Decoded<T, C>;
    const METHOD: Method = kv::Get::METHOD;
    const PATH: &'static str = kv::Get::PATH;

    fn write(&self, request: &mut RequestWriter) {
        self.get.write(request);
    }

    fn is_idempotent(&self) -> bool {
        self.get.is_idempotent()
    }
}

impl<T: DeserializeOwned + 'static, C: Codec> Read for Get<T, C> {}
impl<T: DeserializeOwned + 'static, C: Codec> Blocking for Get<T, C> {}

type Stored = <kv::Get as Endpoint>::Response;

/// A response with one key, decoded by a codec. `None` if the key does not exist.
#[derive(Debug)]
pub struct Decoded<T, C>(PhantomData<(T, C)>);

impl<T: DeserializeOwned, C: Codec> FromResponse for Decoded<T, C> {
    type Output = Option<Typed<T>>;

    fn accepts(head: &Head, body: &[u8]) -> bool {
        Stored::accepts(head, body)
    }

    fn from_response(head: &Head, body: Bytes) -> Result<Self::Output, DecodeError> {
        let Some(entry) = Stored::from_response(head, body)? else { return Ok(None) };
        let value = C::decode(&entry.value).map_err(|error| error.in_key(&entry.key).into_decode_error())?;
        Ok(Some(Typed { value, entry }))
    }
}

#[cfg(test)]
mod tests {
    use consul_proto::{Options, ResponseError, decode, encode};

    use super::*;

    fn answer(status: u16, body: &'static str) -> Result<Option<Typed<Vec<u8>>>, ResponseError> {
        let answer = http::Response::builder().status(status).header("X-Consul-Index", 7);
        decode::<Get<Vec<u8>>>(answer.body(Bytes::from_static(body.as_bytes())).unwrap())
            .map(|response| response.value)
    }

    #[test]
    fn request() {
        let request = encode(&Get::<u8>::new("a b"), &Options::default()).unwrap();
        assert_eq!((request.method(), request.uri().path()), (&Method::GET, "/v1/kv/a%20b"));
    }

    #[test]
    fn answers() {
        let body =
            r#"[{"LockIndex":0,"Key":"k","Flags":42,"Value":"WzEsMl0=","CreateIndex":3,"ModifyIndex":4}]"#;
        let typed = answer(200, body).unwrap().unwrap();
        assert_eq!((typed.value, typed.entry.modify_index, typed.entry.flags), (vec![1, 2], 4, 42));
        assert_eq!(typed.entry.value, "[1,2]");
        assert_eq!(answer(404, "").unwrap(), None);
    }

    #[test]
    fn decode_error_has_the_path_without_the_value() {
        let body = r#"[{"Key":"k","Value":"WzEsMzAwXQ=="}]"#;
        let Err(ResponseError::Decode(error)) = answer(200, body) else { panic!("was read") };
        assert_eq!(error.path(), Some("k: [1]"));
        assert_eq!(error.to_string(), "value cannot be decoded: k: [1]: invalid value: integer, expected u8");
        let body = r#"[{"Key":"k","Value":"aHVudGVyMg=="}]"#;
        let Err(ResponseError::Decode(error)) = answer(200, body) else { panic!("was read") };
        let text = format!("{error} {error:?}");
        assert!(!text.contains("hunter2") && !text.contains("aHVudGVyMg"), "{text}");
    }
}
