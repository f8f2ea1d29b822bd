//! Deleting everything.

use crate::{Endpoint, Flag, Method, RequestWriter, Write};

/// Deletes every key there is: `DELETE /v1/kv/?recurse`.
///
/// An operation of its own, so that a prefix which is empty by mistake deletes nothing.
///
/// [API documentation](https://developer.hashicorp.com/consul/api-docs/kv#delete-key)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeleteAll;

impl DeleteAll {
    /// Deletes every key.
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

impl Endpoint for DeleteAll {
    type Response = Flag;
    const METHOD: Method = Method::DELETE;
    const PATH: &'static str = "/v1/kv/";

    fn write(&self, request: &mut RequestWriter) {
        request.flag("recurse", true);
    }
}

impl Write for DeleteAll {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{answer, wire};

    #[test]
    fn request() {
        assert_eq!(wire(&DeleteAll), "DELETE /v1/kv/?recurse");
    }

    #[test]
    fn answers() {
        assert!(answer::<DeleteAll>(200, "true").unwrap());
    }
}
