//! Writing a typed value.

use bytes::Bytes;
use consul_proto::kv;
use consul_proto::{EncodeError, Endpoint, Method, RequestWriter, Scope, Target};
use serde::Serialize;

use crate::codec::Codec;

/// A write of an encoded value: [`kv::Put`] or [`kv::PutIf`] with a [`Codec`].
#[derive(Clone, Debug)]
#[must_use]
pub struct Encoded<E> {
    write: E,
    failure: Option<String>,
}

impl Encoded<kv::Put> {
    /// Encodes `value` and writes it to `key`. If the codec cannot encode the value, sending the request fails.
    pub fn put<C: Codec>(key: impl Into<String>, value: &(impl Serialize + ?Sized)) -> Self {
        match C::encode(value) {
            Ok(bytes) => Self { write: kv::Put::new(key, bytes), failure: None },
            Err(error) => {
                let failure = Some(format!("cannot be encoded: {error}"));
                Self { write: kv::Put::new(key, Bytes::new()), failure }
            }
        }
    }
}

impl<E> Encoded<E> {
    /// Converts the write into another one, for example with [`kv::Put::cas`].
    pub fn map<F>(self, change: impl FnOnce(E) -> F) -> Encoded<F> {
        Encoded { write: change(self.write), failure: self.failure }
    }
}

impl<E: Endpoint> Endpoint for Encoded<E> {
    type Response = E::Response;
    const METHOD: Method = E::METHOD;
    const PATH: &'static str = E::PATH;
    const SCOPE: Scope = E::SCOPE;
    const TARGET: Target = E::TARGET;

    fn write(&self, request: &mut RequestWriter) {
        if let Some(reason) = self.failure.clone() {
            request.reject(EncodeError::Invalid { name: "value", reason });
        }
        self.write.write(request);
    }

    fn is_idempotent(&self) -> bool {
        self.write.is_idempotent()
    }

    fn is_write(&self) -> bool {
        self.write.is_write()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use consul_proto::{Options, encode};

    use super::*;
    use crate::codec::Json;

    #[test]
    fn request() {
        let put = Encoded::put::<Json>("k", &[1, 2]).map(|put| put.cas(7));
        let request = encode(&put, &Options::default()).unwrap();
        assert_eq!((request.method(), request.uri().to_string().as_str()), (&Method::PUT, "/v1/kv/k?cas=7"));
        assert_eq!(request.body(), "[1,2]");
        assert!(!put.is_idempotent());
    }

    #[test]
    fn value_that_cannot_be_encoded_is_rejected() {
        let keyless: BTreeMap<(u8, u8), u8> = [((1, 2), 3)].into();
        let error = encode(&Encoded::put::<Json>("k", &keyless), &Options::default()).unwrap_err();
        assert!(matches!(error, EncodeError::Invalid { name: "value", .. }), "{error}");
    }
}
