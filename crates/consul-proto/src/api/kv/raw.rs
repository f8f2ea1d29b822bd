//! Reading a raw value.

use crate::kv::write_key;
use crate::response;
use crate::{Blocking, Endpoint, Method, OrMissing, Read, RequestWriter, Watchable};

/// Reads the value of one key, without its metadata: `GET /v1/kv/:key?raw`.
///
/// Returns `None` if the key does not exist. Unlike [`Get`](crate::kv::Get), the value is not sent as base64, and it
/// can be read as a stream.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/kv#read-key)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Raw {
    key: String,
}

impl Raw {
    /// Reads the value of `key`.
    ///
    /// Some keys cannot be sent in a path and are rejected. See [Keys](crate::kv#keys).
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into() }
    }
}

impl Endpoint for Raw {
    type Response = OrMissing<response::Raw>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/kv/{*key}";

    fn write(&self, request: &mut RequestWriter) {
        write_key(request, &self.key);
        request.flag("raw", true);
    }
}

impl Read for Raw {}
impl Blocking for Raw {}
impl Watchable for Raw {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Raw::new("app/config")), "GET /v1/kv/app/config?raw");
    }

    #[test]
    fn body_is_the_value() {
        assert_eq!(decoded::<Raw>(200, "true").unwrap().unwrap(), "true");
        assert_eq!(decoded::<Raw>(200, "").unwrap().unwrap(), "");
        assert_eq!(decoded::<Raw>(404, "").unwrap(), None);
    }
}
