//! Deleting a key, or a prefix.

use crate::kv::write_key;
use crate::{Endpoint, Flag, Method, RequestWriter, Write};

/// Deletes one key, or with [`recurse`](Self::recurse) all that start with it: `DELETE /v1/kv/:key`.
///
/// Tells whether the key is gone now: `true` also where it was not there, `false` only where
/// [`cas`](Self::cas) did not hold. The whole store is out of reach here; see [`DeleteAll`](crate::kv::DeleteAll).
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/kv#delete-key)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delete {
    /// The key; see the [module](crate::kv) for those that have no path.
    pub key: String,
    /// Deletes every key that starts with this one: of the text and not of segments, so `app` deletes `apple` too.
    pub recurse: bool,
    /// Deletes only if the key's `ModifyIndex` is this one. 0 never deletes.
    pub cas: Option<u64>,
}

impl Delete {
    /// Deletes `key` and no other.
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), recurse: false, cas: None }
    }
}

impl Endpoint for Delete {
    type Response = Flag;
    const METHOD: Method = Method::DELETE;
    const PATH: &'static str = "/v1/kv/{*key}";

    fn write(&self, request: &mut RequestWriter) {
        request.exclude(("recurse", self.recurse), ("cas", self.cas.is_some()));
        write_key(request, &self.key);
        request.flag("recurse", self.recurse);
        request.opt("cas", self.cas);
    }
}

impl Write for Delete {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EncodeError;
    use crate::testing::{answer, refusal, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&Delete::new("app/config")), "DELETE /v1/kv/app/config");
        assert_eq!(wire(&Delete { cas: Some(38), ..Delete::new("k") }), "DELETE /v1/kv/k?cas=38");
        assert_eq!(wire(&Delete { recurse: true, ..Delete::new("app/") }), "DELETE /v1/kv/app/?recurse");
    }

    #[test]
    fn nothing_named_is_nothing_deleted() {
        assert!(matches!(refusal(&Delete::new("")), EncodeError::Argument { name: "key", .. }));
        let tree = Delete { recurse: true, ..Delete::new("") };
        assert!(matches!(refusal(&tree), EncodeError::Argument { name: "key", .. }));
        let upward = Delete { recurse: true, ..Delete::new("a/..") };
        assert!(matches!(refusal(&upward), EncodeError::Key { .. }));
    }

    #[test]
    fn recurse_and_cas_exclude_each_other() {
        let both = Delete { recurse: true, cas: Some(1), ..Delete::new("k") };
        assert!(matches!(refusal(&both), EncodeError::Conflict { .. }));
    }

    #[test]
    fn answers() {
        assert!(answer::<Delete>(200, "true").unwrap());
        assert!(!answer::<Delete>(200, "false").unwrap());
    }
}
