//! Reading one key.

use crate::kv::write_key;
use crate::model::Entry;
use crate::{Blocking, Endpoint, Method, One, OrMissing, Read, RequestWriter, Watchable};

/// Reads one key: `GET /v1/kv/:key`.
///
/// Returns `None` if the key does not exist. That response also has an index, so that a blocking query can wait for
/// the key to be created. If the token cannot read the key, the error is
/// [`PermissionDenied`](crate::ApiErrorKind::PermissionDenied).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/kv#read-key)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Get {
    key: String,
}

impl Get {
    /// Reads `key`.
    ///
    /// Some keys cannot be sent in a path and are rejected. See [Keys](crate::kv#keys).
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into() }
    }
}

impl Endpoint for Get {
    type Response = OrMissing<One<Entry>>;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v1/kv/{*key}";

    fn write(&self, request: &mut RequestWriter) {
        write_key(request, &self.key);
    }
}

impl Read for Get {}
impl Blocking for Get {}
impl Watchable for Get {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, rejected, wire};
    use crate::{EncodeError, InvalidArgument};

    #[test]
    fn request() {
        assert_eq!(wire(&Get::new("app/a b")), "GET /v1/kv/app/a%20b");
    }

    #[test]
    fn empty_key_is_rejected() {
        let error = rejected(&Get::new(""));
        assert!(matches!(error, EncodeError::Argument { name: "key", reason: InvalidArgument::Empty }));
    }

    #[test]
    fn recorded_response() {
        let body = r#"[{"LockIndex":0,"Key":"app/config","Flags":42,"Value":"aGVsbG8=","CreateIndex":38,"ModifyIndex":38}]"#;
        let entry = decoded::<Get>(200, body).unwrap().unwrap();
        assert_eq!(
            (entry.key.as_str(), entry.value.as_ref(), entry.flags),
            ("app/config", b"hello".as_ref(), 42)
        );
        assert_eq!((entry.create_index, entry.modify_index, entry.session), (38, 38, None));
    }

    #[test]
    fn missing_key_is_none() {
        assert_eq!(decoded::<Get>(404, "").unwrap(), None);
    }
}
