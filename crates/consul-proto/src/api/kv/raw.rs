//! Reading a value as it is.

use crate::kv::write_key;
use crate::response;
use crate::{Blocking, Endpoint, Method, OrMissing, Read, RequestWriter, Watchable};

/// Reads the value of one key, and nothing else about it: `GET /v1/kv/:key?raw`.
///
/// Spares both sides the base64, and can be read as a stream. A key that does not exist is `None`.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/kv#read-key)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    /// The key; see the [module](crate::kv) for those that have no path.
    pub key: String,
}

impl Raw {
    /// Reads the value of `key`.
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
    use crate::testing::{answer, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Raw::new("app/config")), "GET /v1/kv/app/config?raw");
    }

    #[test]
    fn the_body_is_the_value() {
        assert_eq!(answer::<Raw>(200, "true").unwrap().unwrap(), "true");
        assert_eq!(answer::<Raw>(200, "").unwrap().unwrap(), "");
        assert_eq!(answer::<Raw>(404, "").unwrap(), None);
    }
}
