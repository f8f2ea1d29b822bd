//! Writing a value under a key.

use bytes::Bytes;
use consul_proto::kv;
use consul_proto::{EncodeError, Endpoint, Method, RequestWriter, Write};
use serde::Serialize;

use crate::codec::Codec;

/// Writes a value under a key: [`kv::Put`] through a [`Codec`].
#[derive(Clone, Debug)]
pub struct Put {
    /// What is written.
    pub put: kv::Put,
    fault: Option<String>,
}

impl Put {
    /// Writes `value` under `key`. A value that the codec cannot write is told when the request is.
    pub fn new<C: Codec>(key: impl Into<String>, value: &(impl Serialize + ?Sized)) -> Self {
        match C::encode(value) {
            Ok(bytes) => Self { put: kv::Put::new(key, bytes), fault: None },
            Err(error) => {
                let fault = Some(format!("cannot be encoded: {error}"));
                Self { put: kv::Put::new(key, Bytes::new()), fault }
            }
        }
    }
}

impl Endpoint for Put {
    type Response = <kv::Put as Endpoint>::Response;
    const METHOD: Method = kv::Put::METHOD;
    const PATH: &'static str = kv::Put::PATH;

    fn write(&self, request: &mut RequestWriter) {
        if let Some(reason) = self.fault.clone() {
            request.refuse(EncodeError::Invalid { name: "value", reason });
        }
        self.put.write(request);
    }

    fn is_replayable(&self) -> bool {
        self.put.is_replayable()
    }
}

impl Write for Put {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use consul_proto::{Options, encode};

    use super::*;
    use crate::codec::Json;

    #[test]
    fn request() {
        let mut put = Put::new::<Json>("k", &[1, 2]);
        put.put.cas = Some(7);
        let request = encode(&put, &Options::default()).unwrap();
        assert_eq!((request.method(), request.uri().to_string().as_str()), (&Method::PUT, "/v1/kv/k?cas=7"));
        assert_eq!(request.body(), "[1,2]");
        assert!(!put.is_replayable());
    }

    #[test]
    fn a_value_without_a_form_is_told_when_the_request_is_written() {
        let keyless: BTreeMap<(u8, u8), u8> = [((1, 2), 3)].into();
        let fault = encode(&Put::new::<Json>("k", &keyless), &Options::default()).unwrap_err();
        assert!(matches!(fault, EncodeError::Invalid { name: "value", .. }), "{fault}");
    }
}
