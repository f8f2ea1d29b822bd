//! Deleting all keys under a prefix.

use crate::{EncodeError, Endpoint, Method, RequestWriter, True};

/// Deletes all keys that start with a prefix: `DELETE /v1/kv/:prefix?recurse`.
///
/// Created by [`Delete::recurse`](crate::kv::Delete::recurse). Succeeds if there are no such keys. An empty prefix is
/// rejected, so that an accidentally empty prefix does not delete all keys. To delete all keys, see
/// [`DeleteAll`](crate::kv::DeleteAll).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/kv#delete-key)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct DeleteTree {
    prefix: String,
}

impl DeleteTree {
    pub(super) fn new(prefix: String) -> Self {
        Self { prefix }
    }
}

impl Endpoint for DeleteTree {
    type Response = True;
    const METHOD: Method = Method::DELETE;
    const PATH: &'static str = "/v1/kv/{*prefix}";

    fn write(&self, request: &mut RequestWriter) {
        if self.prefix.is_empty() {
            let reason = "is empty; to delete all keys, use delete_all()".to_owned();
            request.reject(EncodeError::Invalid { name: "prefix", reason });
        }
        request.arg(&self.prefix);
        request.flag("recurse", true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kv::Delete;
    use crate::testing::{decoded, rejected, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Delete::new("app/").recurse()), "DELETE /v1/kv/app/?recurse");
    }

    #[test]
    fn empty_prefix_is_rejected() {
        let empty = rejected(&Delete::new("").recurse());
        assert_eq!(empty.to_string(), "prefix is empty; to delete all keys, use delete_all()");
        assert!(matches!(rejected(&Delete::new("a/..").recurse()), EncodeError::Key { .. }));
    }

    #[test]
    fn response_other_than_true_is_an_error() {
        decoded::<DeleteTree>(200, "true").unwrap();
        assert!(decoded::<DeleteTree>(200, "false").is_err());
    }
}
