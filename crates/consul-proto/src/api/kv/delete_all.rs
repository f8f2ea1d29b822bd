//! Deleting all keys.

use crate::{Endpoint, Method, RequestWriter, True};

/// Deletes every key of the store: `DELETE /v1/kv/?recurse`.
///
/// This is a separate operation, so that a prefix that is empty by mistake does not delete keys.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/kv#delete-key)
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct DeleteAll(());

impl DeleteAll {
    /// Deletes every key.
    #[expect(clippy::new_without_default, reason = "nothing deletes everything by default")]
    pub fn new() -> Self {
        Self(())
    }
}

impl Endpoint for DeleteAll {
    type Response = True;
    const METHOD: Method = Method::DELETE;
    const PATH: &'static str = "/v1/kv/";

    fn write(&self, request: &mut RequestWriter) {
        request.flag("recurse", true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decoded, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&DeleteAll::new()), "DELETE /v1/kv/?recurse");
    }

    #[test]
    fn response_other_than_true_is_an_error() {
        decoded::<DeleteAll>(200, "true").unwrap();
        assert!(decoded::<DeleteAll>(200, "false").is_err());
    }
}
