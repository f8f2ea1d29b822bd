//! Deleting one key.

use crate::kv::{DeleteIf, DeleteTree, write_key};
use crate::{Endpoint, Method, RequestWriter, True};

/// Deletes a single key: `DELETE /v1/kv/:key`.
///
/// Succeeds if the key does not exist. With a condition, it becomes a [`DeleteIf`](crate::kv::DeleteIf), which
/// returns whether the condition held. [`recurse`](Self::recurse) converts it into a
/// [`DeleteTree`](crate::kv::DeleteTree).
///
/// A key that is not UTF-8 cannot be deleted by the name in a list: the replacement characters (U+FFFD) in it name
/// another key, and deleting that succeeds and deletes nothing. [`recurse`](Self::recurse) with a prefix that is UTF-8
/// deletes it.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/kv#delete-key)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Delete {
    key: String,
}

impl Delete {
    /// Deletes `key`.
    ///
    /// Some keys cannot be sent in a path and are rejected. See [Keys](crate::kv#keys).
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into() }
    }

    /// Deletes only if the key's `ModifyIndex` is `index`. With 0, an existing key is never deleted.
    pub fn cas(self, index: u64) -> DeleteIf {
        DeleteIf::new(self, index)
    }

    /// Deletes every key that starts with this one.
    ///
    /// The prefix matches text, not segments: `app` also deletes `apple`.
    pub fn recurse(self) -> DeleteTree {
        DeleteTree::new(self.key)
    }
}

impl Endpoint for Delete {
    type Response = True;
    const METHOD: Method = Method::DELETE;
    const PATH: &'static str = "/v1/kv/{*key}";

    fn write(&self, request: &mut RequestWriter) {
        write_key(request, &self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EncodeError;
    use crate::testing::{decoded, rejected, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Delete::new("app/config")), "DELETE /v1/kv/app/config");
    }

    #[test]
    fn empty_key_is_rejected() {
        assert!(matches!(rejected(&Delete::new("")), EncodeError::Argument { name: "key", .. }));
    }

    #[test]
    fn response_other_than_true_is_an_error() {
        decoded::<Delete>(200, "true").unwrap();
        assert!(decoded::<Delete>(200, "false").is_err());
    }
}
